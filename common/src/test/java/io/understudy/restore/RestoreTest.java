package io.understudy.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.understudy.browse.BrowsedSite;
import io.understudy.browse.SnapshotProgram;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.Attributes;
import io.understudy.files.FileStat;
import io.understudy.files.ProcessLock;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeKind;
import io.understudy.progress.Progress;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.TreeIndex;
import io.understudy.testing.RandomTree;
import io.understudy.testing.TreePrint;
import io.understudy.testing.TreeSnapshots;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code restore --to FOLDER}, by its command line. */
class RestoreTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private BrowsedSite site;
    private Path files;
    private Path restored;

    /** As both agents have it. */
    @Command(name = "restore")
    static final class RestoreCommand implements Callable<Integer> {
        @ParentCommand
        private SnapshotProgram cli;

        @Parameters
        private String id;

        @Mixin
        private FilesOptions files;

        @Option(names = "--to")
        private String to;

        @Override
        public Integer call() {
            RestoreTarget target = RestoreTarget.parse(to);
            cli.reading(cli.settings(), reader -> {
                files.restore(cli, id, ((RestoreTarget.Folder) target).path(), cli.settings(), reader);
                return null;
            });
            return 0;
        }
    }

    @BeforeEach
    void build() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        site = new BrowsedSite(folder.resolve("site"), List.of(RestoreCommand.class));
        files = site.tree(TreeKind.FILES);
        restored = folder.resolve("restored");
        write(files.resolve("2026/one.jpg"), "one");
        write(files.resolve("2026/two.txt"), "two");
        write(files.resolve("three.jpg"), "three");
        write(site.tree(TreeKind.CONFIG).resolve("site.conf"), "mode = primary\n");
        write(site.tree(TreeKind.SECRETS).resolve("key.pem"), "secret");
    }

    private static Path write(Path file, String content) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    private int run(String... more) {
        String[] all = new String[more.length + 3];
        all[0] = "restore";
        all[1] = "--to";
        all[2] = restored.toString();
        System.arraycopy(more, 0, all, 3, more.length);
        return site.run(all);
    }

    private JsonNode json(String... more) throws IOException {
        String[] all = new String[more.length + 1];
        System.arraycopy(more, 0, all, 0, more.length);
        all[more.length] = "--json";
        assertThat(run(all)).as(site.err()).isZero();
        return JSON.readTree(site.out());
    }

    private void assertRefused(ErrorCode code, String message, String hint, String... more) {
        assertThat(run(more)).as(site.err()).isEqualTo(code.exitCode());
        assertThat(site.err()).contains("error: ", message, "hint: ", hint);
    }

    private void assertSame(TreeKind kind) {
        assertThat(TreePrint.of(restored.resolve(kind.label()))).isEqualTo(TreePrint.of(site.tree(kind)));
    }

    @Test
    void bringsBackEveryKindOfFileWithItsAttributes() throws IOException {
        site.keepWhatIsRisky();
        new RandomTree(Files.createDirectory(files.resolve("random")), 7).grow(150);
        byte[] large = new byte[3 << 20];
        new Random(1).nextBytes(large);
        Files.write(files.resolve("large"), large);
        Files.createDirectory(files.resolve("empty"));
        Files.setPosixFilePermissions(files.resolve("2026"), PosixFilePermissions.fromString("r-xr-xr-x"));
        site.take();
        JsonNode result = json("latest");
        assertSame(TreeKind.FILES);
        assertSame(TreeKind.CONFIG);
        assertThat(restored)
                .isDirectoryNotContaining(each -> each.getFileName().toString().contains("understudy"));
        assertThat(result.path("snapshot").asText()).isEqualTo("00000001-00000001");
        assertThat(result.path("trees").toString()).isEqualTo("[\"files\",\"config\",\"secrets\"]");
        assertThat(result.path("bytes").asLong())
                .isEqualTo(result.path("written_bytes").asLong())
                .isGreaterThan(3 << 20);
        assertThat(site.err()).contains("restore: ");
    }

    @Test
    void secretsAreTheirOwnersAlone() throws IOException {
        Path key = site.tree(TreeKind.SECRETS).resolve("key.pem");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        site.take();
        json("latest");
        Path copy = restored.resolve("secrets/key.pem");
        assertThat(copy).hasContent("secret");
        assertThat(FileStat.of(copy).permissions()).isEqualTo(0600);
        assertThat(FileStat.of(copy.getParent()).permissions()).isEqualTo(0700);
        assertThat(FileStat.of(restored).permissions()).isEqualTo(0700);
    }

    @Test
    void restoresWhatIsChosen() throws IOException {
        site.take();
        assertThat(json("latest", "--only", "config,secrets").path("trees").toString())
                .isEqualTo("[\"config\",\"secrets\"]");
        assertThat(restored.resolve("files")).doesNotExist();
        assertThat(restored.resolve("secrets/key.pem")).exists();

        restored = folder.resolve("tree");
        json("latest", "--tree", "files");
        assertSame(TreeKind.FILES);
        assertThat(restored).isDirectoryContaining(each -> each.endsWith("files"));
        assertThat(restored.resolve("config")).doesNotExist();

        restored = folder.resolve("names");
        assertThat(json("latest", "--path", "*.jpg").path("entries").asLong()).isEqualTo(3);
        assertThat(restored.resolve("files/2026/one.jpg")).hasContent("one");
        assertThat(restored.resolve("files/2026/two.txt")).doesNotExist();
        assertThat(restored.resolve("files/three.jpg")).hasContent("three");

        restored = folder.resolve("paths");
        json("latest", "--path", "files/2026", "--path", "config/site.conf");
        assertThat(restored.resolve("files/2026/two.txt")).hasContent("two");
        assertThat(restored.resolve("files/three.jpg")).doesNotExist();
        assertThat(restored.resolve("config/site.conf")).exists();
    }

    @Test
    void refusesWhatIsNotInTheSnapshotBeforeAnythingIsWritten() throws IOException {
        site.take();
        assertRefused(ErrorCode.USAGE, "cannot find tree \"file\"", "did you mean files?", "latest", "--tree", "file");
        assertRefused(ErrorCode.USAGE, "only \"secret\"", "did you mean secrets?", "latest", "--only", "secret");
        assertRefused(ErrorCode.USAGE, "database", "--only", "latest", "--only", "database,files");
        assertRefused(ErrorCode.USAGE, "no tree", "ls", "latest", "--only", "config", "--tree", "files");
        assertRefused(ErrorCode.USAGE, "\"*.png\": no path", "find", "latest", "--path", "*.jpg", "--path", "*.png");
        assertRefused(ErrorCode.USAGE, "cannot look for \"[\"", "*.jpg", "latest", "--path", "[");
        assertThat(restored).doesNotExist();
    }

    @Test
    void refusesAFolderThatIsNotEmptyOrTheSites() throws IOException {
        site.take();
        Path other = write(restored.resolve("other"), "of someone");
        assertRefused(ErrorCode.USAGE, "it is not empty: it holds other", "empty or does not exist", "latest");
        assertThat(other).hasContent("of someone");
        restored = other;
        assertRefused(ErrorCode.USAGE, "it is not a folder", "empty or does not exist", "latest");
        restored = files.resolve("back");
        assertRefused(ErrorCode.USAGE, "lies in the site's tree files", "empty or does not exist", "latest");
        restored = Files.createSymbolicLink(folder.resolve("link"), files).resolve("back");
        assertRefused(ErrorCode.USAGE, "lies in the site's tree files", "empty or does not exist", "latest");
        assertThat(files.resolve("back")).doesNotExist();
        restored = Files.createDirectory(folder.resolve("made"));
        assertThat(run("latest")).as(site.err()).isZero();
    }

    /** Also one that stays in the site's tree leads out of the restored one. */
    @Test
    void noLinkLeadsOutAndNoFileRunsAsAnother() throws IOException {
        Files.createSymbolicLink(files.resolve("inside"), Path.of("2026/one.jpg"));
        Files.createSymbolicLink(files.resolve("up"), Path.of("../config/site.conf"));
        Files.createSymbolicLink(files.resolve("absolute"), files.resolve("three.jpg"));
        Files.setAttribute(files.resolve("three.jpg"), "unix:mode", 04755);
        site.take();
        JsonNode result = json("latest");
        assertThat(result.path("links_left_out").asLong()).isEqualTo(2);
        assertThat(result.path("setid_removed").asLong()).isEqualTo(1);
        assertThat(site.err()).contains("warning: tree files: 1 set-uid", "2 links");
        assertThat(restored.resolve("files/inside")).isSymbolicLink();
        assertThat(restored.resolve("files")).isDirectoryNotContaining(each -> each.endsWith("up"));
        assertThat(restored.resolve("files")).isDirectoryNotContaining(each -> each.endsWith("absolute"));
        assertThat(FileStat.of(restored.resolve("files/three.jpg")).permissions())
                .isEqualTo(0755);
    }

    /** The pack that holds a small file of the newest snapshot. */
    private BlobRef pack(SnapshotId snapshot, TreeKind kind, String path) {
        return TreeIndex.read(
                        site.open(snapshot)
                                .manifest()
                                .trees()
                                .get(kind.ordinal())
                                .index(),
                        site.blobs())
                .filter(entry -> entry.entry().path().toString().equals(path))
                .findFirst()
                .orElseThrow()
                .content()
                .flatMap(FileContent::packed)
                .orElseThrow()
                .pack();
    }

    /** Fails in the tree config. */
    private void failHalfway(SnapshotId snapshot, String... command) throws IOException {
        BlobRef blob = pack(snapshot, TreeKind.CONFIG, "site.conf");
        byte[] sound = site.blobs().open(blob).readAllBytes();
        BlobId id = blob.id();
        site.blobs().damage(id, new byte[sound.length]);
        assertRefused(ErrorCode.BLOB_DAMAGED, "site.conf", "verify", command);
        site.blobs().damage(id, sound);
    }

    @Test
    void goesOnWhereItEndedWithTheSameCommand() throws IOException {
        SnapshotId first = site.take();
        failHalfway(first, "latest");
        FileStat before = FileStat.of(restored.resolve("files/three.jpg"));
        Files.writeString(restored.resolve("files/2026/one.jpg"), "bad");
        write(restored.resolve("files/2026/.understudy-77.tmp"), "half");
        write(files.resolve("three.jpg"), "newer");
        site.take();

        JsonNode result = json("latest");

        assertThat(site.err()).contains("the restore of 00000001-00000001 goes on");
        assertThat(result.path("snapshot").asText()).isEqualTo(first.toString());
        assertThat(result.path("written_bytes").asLong())
                .isEqualTo("one".length() + "mode = primary\n".length() + "secret".length());
        assertThat(FileStat.of(restored.resolve("files/three.jpg")).inode()).isEqualTo(before.inode());
        assertThat(restored.resolve("files/three.jpg")).hasContent("three");
        assertThat(restored.resolve("files/2026/one.jpg")).hasContent("one");
        assertSame(TreeKind.CONFIG);
        assertThat(restored.resolve("files/2026/.understudy-77.tmp")).doesNotExist();
        assertThat(restored).isDirectoryNotContaining(each -> each.toString().contains(".understudy"));
        assertRefused(ErrorCode.USAGE, "it is not empty", "empty or does not exist", "latest");
    }

    /** Otherwise retention could delete the rest of it in the middle. */
    @Test
    void holdsTheSnapshotWhileItReadsIt() throws IOException {
        SnapshotId first = site.take();
        failHalfway(first, "latest");
        site.take();
        // The test itself looked into one.
        int before = site.openedUnheld().size();

        assertThat(run("latest")).as(site.err()).isZero();

        assertThat(site.openedUnheld()).hasSize(before);
    }

    @Test
    void goesOnWithTheSameSnapshotAndOptionsAlone() throws IOException {
        SnapshotId first = site.take();
        SnapshotId second = site.take();
        failHalfway(first, first.toString());
        assertRefused(
                ErrorCode.USAGE,
                "unfinished restore of 00000001-00000001",
                "restore 00000001-00000001 …",
                second.toString());
        assertRefused(ErrorCode.USAGE, "unfinished restore", "another folder", first.toString(), "--tree", "files");
        assertThat(run(first.toString())).as(site.err()).isZero();
    }

    @Test
    void aNoteThatCannotBeReadIsNoReasonToWriteThere() throws IOException {
        SnapshotId first = site.take();
        failHalfway(first, "latest");
        for (String bad : List.of("{", "{}", "{\"format\":9,\"snapshot\":\"00000001-00000001\"}")) {
            Files.writeString(restored.resolve(".understudy-restore/restore.json"), bad);
            assertRefused(ErrorCode.STATE_DAMAGED, "restore.json: it is none", "another folder", "latest");
        }
    }

    @Test
    void twoDoNotWriteToOneFolder() throws IOException {
        site.take();
        try (ProcessLock lock = ProcessLock.tryAcquire(restored.resolve(".understudy-restore/lock"))
                .orElseThrow()) {
            assertRefused(ErrorCode.LOCKED, "cannot restore to", "wait", "latest");
            assertThat(lock).isNotNull();
        }
        assertThat(run("latest")).as(site.err()).isZero();
    }

    /** Who may write into the folder could otherwise have files of the snapshot written anywhere. */
    @Test
    void aLinkInThePlaceOfAFolderIsNotFollowed() throws IOException {
        SnapshotId first = site.take();
        failHalfway(first, "latest");
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Files.delete(restored.resolve("files/2026/one.jpg"));
        Files.delete(restored.resolve("files/2026/two.txt"));
        Files.delete(restored.resolve("files/2026"));
        Files.createSymbolicLink(restored.resolve("files/2026"), elsewhere);
        assertRefused(ErrorCode.FILE_FAILED, "it exists already", "check", "latest");
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void needsRoomBeforeItWrites() throws IOException {
        site.take();
        FolderRestore restore = new FolderRestore(
                site.open(site.list().get(0)), List.of(), any -> OptionalLong.of(1), Ticker.system(), any -> {});
        Selection all = new Selection(List.of(), List.of(), List.of());
        assertThatThrownBy(() -> restore.run(RestoreFolder.of(restored, List.of()), "latest", all, Progress.none()))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL));
        assertThat(restored.resolve("files")).doesNotExist();
        assertThat(run("latest")).as(site.err()).isZero();
    }

    @Test
    void saysOfWhomThisServerKnowsNothing() throws IOException {
        Attributes ghosts = new Attributes(0755, Instant.EPOCH, "ghost", "ghosts");
        List<IndexEntry> root = List.of(IndexEntry.of(new TreeEntry.Folder(SafePath.ROOT, ghosts)));
        site.take(List.of(TreeSnapshots.index("files", TreeKind.FILES, root, site.blobs())));
        assertThat(json("latest").path("owners_not_set").asLong()).isEqualTo(1);
        assertThat(site.err()).contains("warning: 1 files, folders and links", "this server does not know ghost");
    }

    @Test
    void whoMayNotGiveFilesAwayKeepsThem() throws IOException {
        Path file = write(folder.resolve("file"), "of root");
        AttributeWriter writer = new AttributeWriter(false, false);
        Attributes now = writer.read(file, FileStat.of(file));
        writer.setAttributes(file, now);
        assertThat(writer.keptOwners()).isZero();
        writer.setAttributes(file, new Attributes(0600, now.modified(), "of-another", now.group()));
        assertThat(writer.keptOwners()).isEqualTo(1);
        assertThat(writer.unknown()).isEmpty();
        assertThat(FileStat.of(file).permissions()).isEqualTo(0600);
    }

    @ParameterizedTest
    @CsvSource({
        "files/2027/one.jpg, files/2026/one.jpg",
        "files/2026/on.jpg, files/2026/one.jpg",
        "files/2027/**, files/2026/**",
        "files/2026/*.jgp, files/2026/*.jpg",
        "file/2026/*, files/2026/*",
        "2026/one.jpg, files/2026/one.jpg",
        "2026/**, files/2026/**",
        "site.cnof, site.conf",
        "*.jgp, *.jpg",
        "secret, secrets"
    })
    void aGlobThatMatchesNothingIsAnsweredWithWhatWasMeant(String glob, String meant) throws IOException {
        site.take();
        assertThat(run("latest", "--path", glob)).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err()).contains("cannot restore \"" + glob + "\"", "did you mean " + meant + "? find shows");
        assertThat(restored).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"files/2026/quite-another.png", "nothing/here/**", "*.sql", "[ab].jpg", "files/2026/one.jpg/x"})
    void nothingIsSuggestedThatMatchesNothing(String glob) throws IOException {
        site.take();
        assertThat(run("latest", "--path", glob)).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err()).contains("hint: find shows").doesNotContain("did you mean");
    }
}
