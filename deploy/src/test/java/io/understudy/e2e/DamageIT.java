package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.Rehearsal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Bits that flip on disk, in real dumps and files: the object is named, and what is live stands untouched. A replica
 * whose program is damaged, or that has not the memory, does not stay as a process that only looks alive: it ends, and
 * is started again by the service manager.
 */
@Tag("slow")
class DamageIT extends SharedScenario {
    private static final int LARGE = 1_500_000;
    private static final int OUT_OF_MEMORY = 3;

    @Test
    void whatFlippedInTheFilestoreIsNamedAndNothingOfItBecomesLive() throws IOException {
        String snapshot = changedSnapshot("first");
        Live before = live();
        Path manifest = manifest(snapshot);
        List<Path> blobs = blobsOfEachKind(snapshot);

        assertNamed(manifest);
        assertNamed(repository().resolve("epochs/00000001.json"));
        for (Path blob : blobs) {
            assertNamed(blob);
        }

        flip(manifest);
        assertRefused(standby().replica("sync"), Set.of(manifest));
        assertThat(live()).isEqualTo(before);
        flip(manifest);

        flip(blobs);
        assertRefused(standby().replica("sync"), blobs);
        assertThat(live()).isEqualTo(before);
        flip(blobs);

        assertThat(sync(standby()).path("applied").asText()).isEqualTo(snapshot);
        assertThat(live().notes()).contains("first").isNotEqualTo(before.notes());
    }

    @Test
    void whatFlippedInTheMirrorIsFetchedAnewAndTheSiteServesOn() throws IOException {
        String snapshot = changedSnapshot("second");
        sync(standby());
        Live before = live();
        Path mirror = standby().layout().state().resolve("mirror");
        List<Path> blobs = blobsOfEachKind(snapshot).stream()
                .map(blob -> mirror.resolve(repository().relativize(blob)))
                .toList();
        flip(blobs);

        JsonNode verified = standby()
                .replica("verify", "--mirror", snapshot, "--json")
                .successful()
                .json();

        assertThat(verified.path("repaired_blobs").asInt()).isEqualTo(blobs.size());
        for (Path blob : blobs) {
            assertThat(blob).hasSameBinaryContentAs(repository().resolve(mirror.relativize(blob)));
        }
        assertThat(live()).isEqualTo(before);
    }

    /** The worker alone speaks with PostgreSQL: without the driver it dies of an Error, which no round can catch. */
    @Test
    void aReplicaEndsWhenItsWorkerHasDiedAndGoesOnWhenItIsStartedAgain() throws IOException {
        String snapshot = changedSnapshot("third");
        Live before = live();

        Outcome outcome = run(withoutDriver(), "");

        assertThat(outcome.exitCode()).as(outcome.toString()).isEqualTo(ErrorCode.INTERNAL.exitCode());
        assertThat(outcome.errors())
                .contains("NoClassDefFoundError: org/postgresql/Driver")
                .contains("error: the worker thread died", "hint: see the cause in the log");
        assertThat(live()).isEqualTo(before);
        assertThat(sync(standby()).path("applied").asText()).isEqualTo(snapshot);
    }

    @Test
    void aReplicaEndsWhenItsMemoryDoesNotSuffice() {
        // Classes of an archive would take none of this memory.
        Outcome outcome = run(Rehearsal.packaged().replica(), "-Xshare:off -XX:MaxMetaspaceSize=14m");

        assertThat(outcome.exitCode()).as(outcome.toString()).isEqualTo(OUT_OF_MEMORY);
        assertThat(outcome.output() + outcome.errors()).contains("Terminating due to java.lang.OutOfMemoryError");
    }

    /** With a note and a large file that the snapshot before does not have. */
    private String changedSnapshot(String note) {
        byte[] content = new byte[LARGE];
        new Random(note.hashCode()).nextBytes(content);
        primary().site().addNote(note);
        primary().site().addUpload(note + ".bin", content);
        return snapshot(primary()).path("snapshot").asText();
    }

    private Path repository() {
        return pair().home().resolve("filestore");
    }

    /**
     * The first blob of pg_dump's archive, of the list of tables, of a table's rows, of a tree's index and of a large
     * file.
     */
    private List<Path> blobsOfEachKind(String snapshot) throws IOException {
        JsonNode json = new ObjectMapper()
                .readTree(Files.readAllLines(manifest(snapshot)).get(0));
        JsonNode database = json.at("/databases/0");
        Path tables = blob(database.path("tables"));
        JsonNode table = with("notes", lines(tables));
        Path index = blob(with("media", json.path("trees")).path("index"));
        return List.of(
                blob(database.path("archive")), tables, blob(table.at("/content/base")), index, largeFile(index));
    }

    private Path largeFile(Path index) throws IOException {
        for (JsonNode entry : lines(index)) {
            if (entry.has("blobs")) {
                return blob(entry);
            }
        }
        throw new AssertionError("no large file in " + index);
    }

    private static List<JsonNode> lines(Path blob) throws IOException {
        String text = Program.of("zstd", "-dcq", blob).run(ANSWERS).successful().output();
        List<JsonNode> lines = new ArrayList<>();
        for (String line : text.lines().toList()) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }

    private Path manifest(String snapshot) {
        return repository().resolve("manifests/" + snapshot + ".json");
    }

    private static JsonNode with(String name, Iterable<JsonNode> all) {
        for (JsonNode one : all) {
            if (one.path("name").asText().equals(name)) {
                return one;
            }
        }
        throw new AssertionError("no " + name + " in " + all);
    }

    private Path blob(JsonNode stream) {
        String id = stream.at("/blobs/0/id").asText();
        return repository().resolve("blobs/" + id.substring(0, 2) + "/" + id + ".zst");
    }

    /** {@code verify} names the object while it is damaged. */
    private void assertNamed(Path object) throws IOException {
        flip(object);
        assertRefused(standby().replica("verify"), Set.of(object));
        flip(object);
    }

    private static void assertRefused(Outcome outcome, Iterable<Path> damaged) {
        assertThat(outcome.exitCode())
                .as(outcome.toString())
                .isIn(
                        ErrorCode.SIGNATURE_INVALID.exitCode(),
                        ErrorCode.MANIFEST_DAMAGED.exitCode(),
                        ErrorCode.BLOB_DAMAGED.exitCode());
        assertThat(damaged)
                .as(outcome.toString())
                .anySatisfy(object -> assertThat(outcome.errors()).contains(name(object), "hint: "));
    }

    /** The last part of its key, which no other object has. */
    private static String name(Path object) {
        return object.getFileName().toString().replaceAll("\\.(json|zst)$", "");
    }

    private static void flip(List<Path> objects) throws IOException {
        for (Path object : objects) {
            flip(object);
        }
    }

    /** Flips a bit in the middle; a second time mends it. */
    private static void flip(Path object) throws IOException {
        byte[] bytes = Files.readAllBytes(object);
        bytes[bytes.length / 2] ^= 0x10;
        Files.write(object, bytes);
    }

    /** @param process of the site: it was not restarted */
    private record Live(List<String> notes, String marker, long process) {}

    private Live live() throws IOException {
        return new Live(
                standby().database().query("site", "SELECT text FROM notes ORDER BY text"),
                Files.readString(standby().layout().marker()),
                standby().siteProcess().orElseThrow().pid());
    }

    private Outcome run(Path program, String options) {
        return Program.of(program, "-c", standby().layout().config(), "run")
                .with(Map.of("UNDERSTUDY_JAVA_OPTS", "-XX:TieredStopAtLevel=1 " + options))
                .run(ANSWERS);
    }

    /** The distribution as an update leaves it that was cut short. */
    private Path withoutDriver() throws IOException {
        Path crippled = Files.createDirectory(pair().home().resolve("crippled"));
        copy("-r", "bin", crippled);
        copy("-rs", "lib", crippled);
        noClassesArchived(crippled);
        try (var driver = Files.newDirectoryStream(crippled.resolve("lib"), "postgresql-*.jar")) {
            Files.delete(driver.iterator().next());
        }
        return crippled.resolve("bin/agent-replica");
    }

    /** As where Java makes no archive of classes: to make one takes most of a minute on a busy machine. */
    private static void noClassesArchived(Path crippled) throws IOException {
        Path folder = Files.createDirectory(crippled.resolve("classes"));
        try (var archives =
                Files.newDirectoryStream(Rehearsal.packaged().distribution().resolve("classes"), "*.jsa")) {
            for (Path archive : archives) {
                Files.createFile(folder.resolve(archive.getFileName().toString().replaceAll("-\\d+\\.jsa$", "-0.jsa")));
            }
        }
    }

    private static void copy(String how, String folder, Path to) {
        Program.of("cp", how, Rehearsal.packaged().distribution().resolve(folder), to)
                .run(ANSWERS)
                .successful();
    }
}
