package io.understudy.browse;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.understudy.failure.ErrorCode;
import io.understudy.files.TreeKind;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.tree.FileContent;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code ls}, {@code cat} and {@code find} of both agents, by their command line. */
class BrowseTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private BrowsedSite site;
    private Path files;

    @BeforeEach
    void build() throws IOException {
        site = new BrowsedSite(folder, List.of(LsCommand.class, CatCommand.class, FindCommand.class));
        files = site.tree(TreeKind.FILES);
        write("a.txt", "first");
        write("2026/one.jpg", "picture");
        write("2026/deep/two.jpg", "another picture");
        Files.createSymbolicLink(files.resolve("latest"), Path.of("2026/one.jpg"));
        Files.writeString(site.tree(TreeKind.CONFIG).resolve("site.conf"), "mode = primary\n");
        Files.writeString(site.tree(TreeKind.SECRETS).resolve("key.pem"), "secret");
    }

    private Path write(String path, String content) throws IOException {
        Path file = files.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2026-11-20T11:00:00Z")));
        return file;
    }

    private List<String> lines(String... arguments) {
        assertThat(site.run(arguments)).as(site.err()).isZero();
        return site.out().lines().toList();
    }

    private JsonNode json(String... arguments) throws IOException {
        assertThat(site.run(arguments)).as(site.err()).isZero();
        return JSON.readTree(site.out());
    }

    private void assertRefused(ErrorCode code, String message, String hint, String... arguments) {
        assertThat(site.run(arguments)).as(site.err()).isEqualTo(code.exitCode());
        assertThat(site.err()).contains("error: ", message, hint);
        assertThat(site.bytes()).isEmpty();
    }

    @Test
    void lsShowsTheTrees() throws IOException {
        site.take();
        assertThat(lines("ls", "latest"))
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("files ").contains(" 6 files, folders and links", "27 B"),
                        line -> assertThat(line).startsWith("config "),
                        line -> assertThat(line).startsWith("secrets "));
        assertThat(json("ls", "latest", "--json").toString())
                .startsWith("{\"snapshot\":\"00000001-00000001\",\"trees\":[{\"name\":\"files\",\"kind\":\"files\","
                        + "\"entries\":6,\"bytes\":27},");
    }

    @Test
    void lsShowsWhatLiesInAFolder() throws IOException {
        site.take();
        assertThat(lines("ls", "latest", "files"))
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("drwx").endsWith("Z  files/2026"),
                        line -> assertThat(line)
                                .matches("-rw-r--r--  .*            5  2026-11-20T11:00:00Z  files/a.txt"),
                        line -> assertThat(line).startsWith("lrwx").endsWith("  files/latest -> 2026/one.jpg"));
        assertThat(lines("ls", "latest", "files/2026/")).hasSize(2);
        assertThat(lines("ls", "latest", "files/2026", "-r")).hasSize(3);
        assertThat(lines("ls", "latest", "files/a.txt"))
                .singleElement()
                .asString()
                .endsWith("files/a.txt");
        assertThat(lines("ls", "latest", "--recursive"))
                .hasSize(8)
                .last()
                .asString()
                .endsWith("secrets/key.pem");
    }

    @Test
    void lsPrintsOneJsonObject() throws IOException {
        site.take();
        JsonNode listing = json("ls", "latest", "files", "--json");
        assertThat(listing.path("snapshot").asText()).isEqualTo("00000001-00000001");
        assertThat(listing.path("path").asText()).isEqualTo("files");
        assertThat(listing.path("entries")).hasSize(3);
        JsonNode file = listing.path("entries").path(1);
        assertThat(file.path("path").asText()).isEqualTo("files/a.txt");
        assertThat(file.path("mode").asText()).isEqualTo("0644");
        assertThat(file.path("size").asLong()).isEqualTo(5);
        assertThat(file.path("mtime").asText()).isEqualTo("2026-11-20T11:00:00Z");
        assertThat(file.path("sha256").asText()).hasSize(64);
        assertThat(file.has("path64")).isFalse();
        Files.createDirectory(files.resolve("empty"));
        site.take();
        assertThat(json("ls", "latest", "files/empty", "--json").path("entries"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "files/2026/one.jpeg, did you mean files/2026/one.jpg?",
        "files/2025/one.jpg, did you mean files/2026/one.jpg?",
        "files/two.jpg, did you mean files/2026/deep/two.jpg?",
        "files/a.txt/b, see ls 00000001-00000001 files",
        "files/2026/something else, see ls 00000001-00000001 files/2026",
        "file, did you mean files?",
        "media/a.txt, 'its trees are files, config, secrets'",
    })
    void anUnknownPathNamesWhatIsNear(String path, String hint) throws IOException {
        site.take();
        assertRefused(ErrorCode.USAGE, "cannot find", hint, "ls", "latest", path);
        assertRefused(ErrorCode.USAGE, "cannot find", hint, "cat", "latest", path);
    }

    @Test
    void aPathOfThisServerIsAnsweredWithThatInTheSnapshot() throws IOException {
        site.take();
        assertRefused(
                ErrorCode.USAGE,
                "begins with the name of a tree",
                "did you mean files/2026/one.jpg?",
                "cat",
                "latest",
                files.resolve("2026/one.jpg").toString());
        assertRefused(ErrorCode.USAGE, "begins with", "TREE/path/in/tree", "cat", "latest", "/etc/passwd");
    }

    @Test
    void catWritesTheBytes() throws IOException {
        byte[] large = new byte[3 << 20];
        new Random(7).nextBytes(large);
        Files.write(files.resolve("large.bin"), large);
        Files.write(files.resolve("empty"), new byte[0]);
        site.take();
        assertThat(site.run("cat", "latest", "files/large.bin")).as(site.err()).isZero();
        assertThat(site.bytes()).isEqualTo(large);
        assertThat(site.run("cat", "latest", "files/2026/deep/two.jpg")).isZero();
        assertThat(site.out()).isEqualTo("another picture");
        assertThat(site.run("cat", "latest", "files/empty")).isZero();
        assertThat(site.bytes()).isEmpty();
    }

    @Test
    void catRefusesWhatIsNoFile() throws IOException {
        site.take();
        assertRefused(ErrorCode.USAGE, "it is a folder", "ls shows", "cat", "latest", "files/2026");
        assertRefused(ErrorCode.USAGE, "it is a folder", "ls shows", "cat", "latest", "config");
        assertRefused(
                ErrorCode.USAGE, "it is a link to 2026/one.jpg", "name the file", "cat", "latest", "files/latest");
    }

    /** A name of any bytes is written as {@code ls} prints it. */
    @Test
    void aNameThatIsNoTextCanBeCopied() throws IOException {
        Path odd = Path.of(java.net.URI.create("file://" + files + "/caf%E9"));
        Files.writeString(odd, "coffee");
        site.take();
        assertThat(lines("ls", "latest", "files/caf\\xe9")).hasSize(1);
        assertThat(site.run("cat", "latest", "files/caf\\xe9")).isZero();
        assertThat(site.out()).isEqualTo("coffee");
        assertThat(json("ls", "latest", "files/caf\\xe9", "--json")
                        .path("entries")
                        .path(0)
                        .path("path64")
                        .asText())
                .isEqualTo("Y2Fm6Q==");
    }

    /** A byte that is no text is shown as {@code \xe9}, and so is a name with these four characters. */
    @Test
    void aNameThatFitsTwoFilesIsRefused() throws IOException {
        Files.writeString(Path.of(java.net.URI.create("file://" + files + "/caf%E9")), "coffee");
        Files.writeString(files.resolve("caf\\xe9"), "tea");
        Files.writeString(files.resolve("back\\slash"), "one");
        Files.createDirectories(Path.of(java.net.URI.create("file://" + files + "/d%E9")));
        Files.writeString(Files.createDirectories(files.resolve("d\\xe9")).resolve("in"), "text");
        site.take();
        String fault = "2 paths are shown by this name";
        assertRefused(ErrorCode.USAGE, fault, "brings back both", "cat", "latest", "files/caf\\xe9");
        assertRefused(ErrorCode.USAGE, fault, "brings back both", "ls", "latest", "files/caf\\xe9");
        assertRefused(ErrorCode.USAGE, fault, "brings back both", "ls", "latest", "files/d\\xe9");
        assertThat(site.run("cat", "latest", "files/back\\slash")).isZero();
        assertThat(site.out()).isEqualTo("one");
        assertThat(site.run("cat", "latest", "files/d\\xe9/in")).isZero();
        assertThat(lines("ls", "latest", "files/back\\slash")).hasSize(1);
    }

    @Test
    void damageIsFoundBeforeAByteOfItIsWritten() throws IOException {
        SnapshotReader.Opened opened = site.open(site.take());
        BlobRef pack = new SnapshotFiles(opened)
                .entry(new PathName("files", "a.txt"))
                .content()
                .flatMap(FileContent::packed)
                .orElseThrow()
                .pack();
        site.blobs().damage(pack.id(), new byte[(int) pack.bytes()]);
        assertRefused(ErrorCode.BLOB_DAMAGED, "cannot", "verify", "cat", "latest", "files/a.txt");
    }

    @Test
    void aReaderThatEndsEndsTheCommandQuietly() throws IOException {
        site.take();
        OutputStream broken = failing("Broken pipe");
        assertThat(site.runTo(broken, "cat", "latest", "files/a.txt")).isZero();
        assertThat(site.err()).isEmpty();
        assertThat(site.runTo(broken, "ls", "latest", "files")).isZero();
        assertThat(site.err()).isEmpty();
    }

    @Test
    void whatCannotBeWrittenIsAFailure() throws IOException {
        site.take();
        OutputStream full = failing("No space left on device");
        for (String[] command : List.of(
                new String[] {"cat", "latest", "files/a.txt"}, new String[] {"ls", "latest", "files", "--json"})) {
            assertThat(site.runTo(full, command)).isEqualTo(ErrorCode.FILE_FAILED.exitCode());
            assertThat(site.err()).contains("to standard output: No space left on device", "hint: ");
        }
    }

    private static OutputStream failing(String why) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(why);
            }
        };
    }

    @Test
    void findShowsRunsOfEqualContent() throws IOException {
        site.take();
        write("2026/three.jpg", "new");
        site.take();
        write("a.txt", "second");
        site.take();
        Files.delete(files.resolve("2026/three.jpg"));
        site.take();
        write("2026/three.jpg", "new");
        site.take();

        assertThat(lines("find", "files/**/*.jpg"))
                .satisfiesExactly(
                        line -> assertRun(line, 1, 5, 5, "files/2026/deep/two.jpg"),
                        line -> assertRun(line, 1, 5, 5, "files/2026/one.jpg"),
                        line -> assertRun(line, 2, 3, 2, "files/2026/three.jpg"),
                        line -> assertRun(line, 5, 5, 1, "files/2026/three.jpg"));
        JsonNode found = json("find", "a.txt", "--json");
        assertThat(found.path("snapshots").asInt()).isEqualTo(5);
        assertThat(found.path("paths")).hasSize(1);
        JsonNode versions = found.path("paths").path(0).path("versions");
        assertThat(versions).hasSize(2);
        assertThat(versions.path(0).path("last").asText()).isEqualTo("00000001-00000002");
        assertThat(versions.path(1).path("size").asLong()).isEqualTo(6);
        assertThat(lines("find", "lat?st")).singleElement().asString().endsWith("files/latest -> 2026/one.jpg");
        assertThat(lines("find", "*.conf")).singleElement().asString().endsWith("config/site.conf");
        assertThat(lines("find", "nothing")).isEmpty();
    }

    private static void assertRun(String line, int first, int last, int snapshots, String path) {
        assertThat(line)
                .startsWith(new SnapshotId(1, first) + ".." + new SnapshotId(1, last))
                .contains("  " + snapshots + "  ")
                .endsWith("Z  " + path);
    }

    @Test
    void findPassesOverASnapshotThatCannotBeRead() throws IOException {
        site.take();
        SnapshotId second = site.take();
        site.take();
        site.spoil(second);
        JsonNode found = json("find", "a.txt", "--json");
        assertThat(found.path("unreadable").toString()).isEqualTo("[\"00000001-00000002\"]");
        assertThat(found.path("paths").path(0).path("versions")).hasSize(1);
        assertThat(site.err()).contains("warning: cannot use 00000001-00000002; it is passed over");
        site.spoil(new SnapshotId(1, 1));
        site.spoil(new SnapshotId(1, 3));
        assertRefused(ErrorCode.SIGNATURE_INVALID, "cannot use", "find out why", "find", "a.txt");
    }

    /** Retention deleted it after the listing: it is no fault, and no snapshot that was looked through. */
    @Test
    void findPassesOverASnapshotThatWasDeletedSinceItWasListed() throws IOException {
        site.take();
        SnapshotId second = site.take();
        site.delete(second);
        JsonNode found = json("find", "a.txt", "--json");
        assertThat(found.path("snapshots").asInt()).isEqualTo(1);
        assertThat(found.path("unreadable")).isEmpty();
        assertThat(site.err()).doesNotContain("warning");
        site.delete(new SnapshotId(1, 1));
        assertThat(json("find", "a.txt", "--json").path("snapshots").asInt()).isZero();
    }

    @Test
    void findRefusesAGlobThatIsNone() throws IOException {
        site.take();
        assertRefused(ErrorCode.USAGE, "cannot look for \"[a\"", "*.jpg", "find", "[a");
        assertRefused(ErrorCode.USAGE, "cannot look for \"/etc/**\"", "*.jpg", "find", "/etc/**");
    }
}
