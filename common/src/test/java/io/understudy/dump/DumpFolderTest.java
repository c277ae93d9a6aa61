package io.understudy.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.FolderDeletion;
import io.understudy.repository.SnapshotId;
import io.understudy.restore.RestorePoint;
import io.understudy.testing.KilledAt;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A dump to a folder: killed anywhere, the same command goes on behind what lasted, and all files are the same. */
class DumpFolderTest {
    private static final SnapshotId SNAPSHOT = new SnapshotId(1, 7);
    private static final Asked ASKED =
            new Asked("blog", SNAPSHOT, "latest", Optional.empty(), DumpRequest.ALL, false, Optional.empty());
    private static final int CHUNK = 100_000;
    private static final int BLOCK = 64 << 10;

    @TempDir
    private Path home;

    private Path folder;
    /** Bytes that were written again or for the first time, of each file; none where it was passed over. */
    private final Map<String, Long> written = new TreeMap<>();

    private Runnable whenWritten = () -> {};

    @BeforeEach
    void name() {
        folder = home.resolve("site.dump");
    }

    /** Contents of very different length. */
    private static Map<String, byte[]> files(int seed) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("toc.dat", new byte[1000]);
        files.put("1.dat", new byte[300_000]);
        files.put("2.dat", new byte[0]);
        files.put("3.dat", new byte[900_000]);
        for (int i = 4; i < 30; i++) {
            files.put(i + ".dat", new byte[17_000]);
        }
        Random random = new Random(seed);
        files.values().forEach(random::nextBytes);
        return files;
    }

    private DumpMembers.Source source(int seed) {
        return members -> {
            for (Map.Entry<String, byte[]> each : files(seed).entrySet()) {
                members.add(each.getKey(), () -> each.getValue().length, (out, from) -> {
                    byte[] all = each.getValue();
                    written.merge(each.getKey(), all.length - from, Long::sum);
                    for (int at = (int) from; at < all.length; at += BLOCK) {
                        whenWritten.run();
                        out.write(all, at, Math.min(BLOCK, all.length - at));
                    }
                });
            }
        };
    }

    private boolean write(int seed, Earlier earlier) {
        return DumpFolder.of(folder, CHUNK).write(ASKED, "content " + seed, source(seed), earlier);
    }

    private void write(int seed) {
        assertThat(write(seed, Earlier.OF_ONE_SNAPSHOT)).isTrue();
    }

    private boolean killedAt(RestorePoint point, int times) {
        return KilledAt.run(point, times, () -> write(1));
    }

    private List<String> left() throws IOException {
        try (Stream<Path> all = Files.list(home)) {
            return all.map(each -> each.getFileName().toString()).sorted().toList();
        }
    }

    private Path draft() throws IOException {
        try (Stream<Path> all = Files.list(home)) {
            return all.filter(each -> each.getFileName().toString().startsWith(".understudy-restore-"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private void assertWritten(int seed) throws IOException {
        Map<String, byte[]> expected = files(seed);
        assertThat(Files.getPosixFilePermissions(folder)).isEqualTo(PosixFilePermissions.fromString("rwx------"));
        try (Stream<Path> all = Files.list(folder)) {
            for (Path each : all.toList()) {
                assertThat(each)
                        .hasBinaryContent(expected.remove(each.getFileName().toString()));
                assertThat(Files.getPosixFilePermissions(each)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
            }
        }
        assertThat(expected).isEmpty();
        assertThat(left()).containsExactly("site.dump");
    }

    @ParameterizedTest
    @EnumSource(names = {"DUMP_NOTED", "DUMP_MARKED", "DUMP_WRITTEN", "DUMP_NAMED"})
    void goesOnWhereItWasKilled(RestorePoint point) throws IOException {
        assertThat(killedAt(point, 1)).isTrue();
        assertThat(Files.exists(folder)).isEqualTo(point == RestorePoint.DUMP_NAMED);
        assertThat(DumpFolder.of(folder, CHUNK).begun(ASKED))
                .isEqualTo(point == RestorePoint.DUMP_NOTED ? Optional.empty() : Optional.of(SNAPSHOT));
        write(1);
        assertWritten(1);
    }

    /** What was moved away is the operator's, and what came in its place is somebody's, whatever it holds. */
    @Test
    void anotherDumpInItsPlaceIsNotTakenForIt() throws IOException {
        assertThat(killedAt(RestorePoint.DUMP_NAMED, 1)).isTrue();
        Path moved = Files.move(folder, home.resolve("moved.dump"));
        Files.createDirectory(folder);
        Files.writeString(folder.resolve("toc.dat"), "of another program");
        assertThatThrownBy(() -> write(1)).hasMessageEndingWith("it exists already");
        assertThat(folder.resolve("toc.dat")).hasContent("of another program");
        FolderDeletion.delete(folder);
        write(1);
        FolderDeletion.delete(moved);
        assertWritten(1);
    }

    @Test
    void whatLastedIsNotWrittenAgain() throws IOException {
        int kills = 0;
        while (killedAt(RestorePoint.DUMP_MARKED, 1)) {
            kills++;
        }
        assertWritten(1);
        assertThat(kills).isGreaterThan(10);
        FolderDeletion.delete(folder);
        assertThat(killedAt(RestorePoint.DUMP_MARKED, kills)).isTrue();
        written.clear();
        write(1);
        assertThat(written).doesNotContainKeys("toc.dat", "1.dat", "2.dat", "3.dat", "4.dat");
        assertThat(written.values().stream().mapToLong(Long::longValue).sum()).isLessThan(CHUNK + 17_000);
        assertWritten(1);
    }

    /** Each block that is written may be the last before the kill; a file of many goes on in its middle. */
    @Test
    void killedInTheMiddleOfEachBlockItIsTheSame() throws IOException {
        for (int block : List.of(0, 1, 2, 7, 9, 1, 4, 0, 12, 14)) {
            int[] left = {block};
            whenWritten = () -> {
                if (left[0]-- == 0) {
                    throw new KilledAt.Killed();
                }
            };
            assertThatThrownBy(() -> write(3)).isInstanceOf(KilledAt.Killed.class);
            assertThat(folder).doesNotExist();
        }
        whenWritten = () -> {};
        written.clear();
        write(3);
        assertThat(written).doesNotContainKey("1.dat");
        assertWritten(3);
    }

    /** What a loss of power leaves: bytes and files without a line, bytes that were not written, half a line. */
    @Test
    void whatIsTornIsCutOff() throws IOException {
        assertThat(killedAt(RestorePoint.DUMP_MARKED, 7)).isTrue();
        Path content = draft().resolve("content");
        Files.write(content.resolve("3.dat"), new byte[999], StandardOpenOption.APPEND);
        Files.write(content.resolve("29.dat"), new byte[999]);
        Files.writeString(draft().resolve("marks"), "{\"file\":\"3.dat\",\"end\":1", StandardOpenOption.APPEND);
        written.clear();
        assertThat(killedAt(RestorePoint.DUMP_MARKED, 1)).isTrue();
        assertThat(written).containsOnlyKeys("3.dat");
        assertThat(content.resolve("29.dat")).doesNotExist();

        byte[] all = Files.readAllBytes(content.resolve("3.dat"));
        all[250_000] ^= 1;
        Files.write(content.resolve("3.dat"), all);
        written.clear();
        write(1);
        assertThat(written).doesNotContainKeys("1.dat", "2.dat");
        assertThat(written.get("3.dat")).isBetween(900_000L - 250_000, 899_999L);
        assertWritten(1);
    }

    @Test
    void noLineReachesOutOfTheFolder() throws IOException {
        assertThat(killedAt(RestorePoint.DUMP_MARKED, 7)).isTrue();
        Path other = Files.writeString(home.resolve("other"), "mine, and long enough");
        Files.writeString(
                draft().resolve("marks"),
                "{\"file\":\"../../other\",\"end\":0,\"whole\":false,\"hash\":"
                        + "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}\n");
        write(1);
        assertThat(other).hasContent("mine, and long enough");
        Files.delete(other);
        assertWritten(1);
    }

    @Test
    void anotherContentStartsOver() throws IOException {
        assertThat(killedAt(RestorePoint.DUMP_MARKED, 7)).isTrue();
        write(2);
        assertWritten(2);
    }

    /** {@code dump --to} of the same name as a script: the one gives up what the other left. */
    @Test
    void aFolderAndAFileOfOneNameAreKeptApart() throws IOException {
        DumpScript script = new DumpScript(
                List.of(DumpScript.Part.of(DumpScript.Kind.SCHEMA, "schema", out -> out.text("x".repeat(300_000)))),
                "source",
                "");
        assertThat(killedAt(RestorePoint.DUMP_MARKED, 7)).isTrue();
        assertThat(DumpFile.of(folder, CHUNK).begun(ASKED)).isEmpty();
        assertThat(KilledAt.run(
                        RestorePoint.DUMP_MARKED,
                        1,
                        () -> DumpFile.of(folder, CHUNK).write(ASKED, script)))
                .isTrue();
        assertThat(DumpFolder.of(folder, CHUNK).begun(ASKED)).isEmpty();
        write(1);
        assertWritten(1);
    }

    @Test
    void whatCannotBeKeptIsSaidAndDropped() throws IOException {
        assertThat(killedAt(RestorePoint.DUMP_MARKED, 7)).isTrue();
        Path first = draft().resolve("content/toc.dat");
        byte[] all = Files.readAllBytes(first);
        all[0] ^= 1;
        Files.write(first, all);
        List<String> said = new ArrayList<>();
        Earlier earlier = new Earlier() {
            @Override
            public void goesOn() {
                said.add("goes on");
            }

            @Override
            public boolean startsOver(String why) {
                said.add(why);
                return false;
            }
        };
        assertThat(write(1, earlier)).isFalse();
        assertThat(left()).isEmpty();
        assertThat(killedAt(RestorePoint.DUMP_MARKED, 7)).isTrue();
        assertThat(write(1, earlier)).isTrue();
        assertThat(said).containsExactly("what was written of it is damaged", "goes on");
        assertWritten(1);
    }

    @Test
    void nothingIsWrittenOver() throws IOException {
        assertThat(killedAt(RestorePoint.DUMP_MARKED, 2)).isTrue();
        Files.createDirectory(folder);
        assertThatThrownBy(() -> write(1)).hasMessage("cannot write the dump to " + folder + ": it exists already");
        Files.delete(folder);
        // It comes in between: an empty folder, which a rename would replace.
        whenWritten = () -> {
            if (written.containsKey("29.dat")) {
                assertThat(folder.toFile().mkdir()).isTrue();
            }
        };
        assertThatThrownBy(() -> write(1)).hasMessage("cannot write the dump to " + folder + ": it exists already");
        assertThat(folder).isEmptyDirectory();
    }

    /** What would fail again leaves nothing; what was stopped, or what lost the filestore, is kept. */
    @ParameterizedTest
    @EnumSource(names = {"CANCELLED", "FILESTORE_UNREACHABLE", "BLOB_DAMAGED", "DISK_FULL"})
    void whatFailedIsKeptWhereItMayGoOn(ErrorCode code) throws IOException {
        whenWritten = () -> {
            if (written.containsKey("9.dat")) {
                throw new UnderstudyException(code, "why", "hint");
            }
        };
        assertThatThrownBy(() -> write(1)).hasMessage("why");
        boolean kept = code == ErrorCode.CANCELLED || code == ErrorCode.FILESTORE_UNREACHABLE;
        assertThat(left()).hasSize(kept ? 1 : 0);
        whenWritten = () -> {};
        written.clear();
        write(1);
        assertThat(written.containsKey("1.dat")).isEqualTo(!kept);
        assertWritten(1);
    }

    /** Its operator gives it up in the middle: nothing gets the name that is not whole. */
    @Test
    void aDraftThatIsRemovedInTheMiddleIsNoDump() throws IOException {
        for (boolean another : List.of(false, true)) {
            written.clear();
            whenWritten = () -> {
                if (written.containsKey("29.dat")) {
                    removed(another);
                }
            };
            assertThatThrownBy(() -> write(1)).isInstanceOf(UnderstudyException.class);
            assertThat(folder).doesNotExist();
            whenWritten = () -> {};
            if (another) {
                assertThat(draft().resolve("content/toc.dat")).hasContent("of another command");
            }
        }
        write(1);
        assertWritten(1);
    }

    private void removed(boolean another) {
        try {
            Path draft = draft();
            FolderDeletion.delete(draft);
            if (another) {
                Files.createDirectories(draft.resolve("content"));
                Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rwx------"));
                for (int i = 4; i < 30; i++) {
                    Files.createFile(draft.resolve("content/" + i + ".dat"));
                }
                Files.createFile(draft.resolve("lock"));
                Files.write(draft.resolve("content/toc.dat"), "of another command".getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** For what is written byte by byte. */
    @Test
    void countsAndSkipsSingleBytesToo() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (OutputStream rest = new BytesBehind(all, 2)) {
            rest.write('a');
            rest.write("bcd".getBytes(StandardCharsets.US_ASCII), 0, 2);
            rest.write('d');
        }
        assertThat(all).hasToString("cd");
        assertThat(CountedBytes.of((out, from) -> {
                    out.write('a');
                    out.write(new byte[] {1, 2, 3}, 1, 2);
                }))
                .isEqualTo(3);
    }
}
