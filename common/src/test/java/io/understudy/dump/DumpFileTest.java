package io.understudy.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.dump.DumpScript.Kind;
import io.understudy.dump.DumpScript.Part;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.repository.Manifest;
import io.understudy.repository.Manifests;
import io.understudy.repository.SnapshotId;
import io.understudy.restore.RestorePoint;
import io.understudy.testing.KilledAt;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A dump to a file: killed anywhere, the same command goes on behind what lasted, and the file is the same. */
class DumpFileTest {
    private static final SnapshotId SNAPSHOT = new SnapshotId(1, 7);
    private static final Asked ASKED =
            new Asked("blog", SNAPSHOT, "latest", Optional.empty(), DumpRequest.ALL, false, Optional.empty());
    /** Rows come in blocks of 64 KiB. */
    private static final int CHUNK = 100_000;

    @TempDir
    private Path home;

    private Path file;
    /** Bytes of rows that were read, of each part. */
    private final long[] read = new long[6];

    private Runnable whenRead = () -> {};

    @BeforeEach
    void name() {
        file = home.resolve("site.sql");
    }

    /** A head, four tables of very different length, an end. */
    private DumpScript script(int seed) {
        return script(seed, "source");
    }

    /** The same names and numbers of another content. */
    private DumpScript script(int seed, String source) {
        List<Part> parts = new ArrayList<>();
        parts.add(Part.of(Kind.SCHEMA, "schema", out -> out.text("-- head " + seed + "\n")));
        for (int i = 1; i <= 4; i++) {
            byte[] rows = new byte[i % 2 == 0 ? 150 : 300_000 * i];
            new Random(seed * 10L + i + source.hashCode()).nextBytes(rows);
            int part = i;
            parts.add(new Part(Kind.ROWS, "t" + i, "t" + i, 0, (out, from, written) -> {
                if (from == 0) {
                    out.text("COPY t" + part + "\n");
                }
                read[part] += rows.length - from;
                try {
                    ByteArrayInputStream in = new ByteArrayInputStream(rows);
                    in.skipNBytes(from);
                    out.all(in, count -> {
                        whenRead.run();
                        written.accept(from + count);
                    });
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                out.text("\\.\n");
            }));
        }
        parts.add(Part.of(Kind.END, "end", out -> out.text("-- end\n")));
        return new DumpScript(parts, source, Integer.toString(seed));
    }

    private static byte[] undisturbed(DumpScript script) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        script.write(new DumpOutput(all), DumpScript.Place.START, DumpScript.Watch.NONE);
        return all.toByteArray();
    }

    private void write(Asked asked, DumpScript script) {
        DumpFile.of(file, CHUNK).write(asked, script);
    }

    private void assertWritten(DumpScript script) throws IOException {
        assertThat(Files.readAllBytes(file)).isEqualTo(undisturbed(script));
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(left()).containsExactly("site.sql");
    }

    private List<String> left() throws IOException {
        try (Stream<Path> all = Files.list(home)) {
            return all.map(each -> each.getFileName().toString()).sorted().toList();
        }
    }

    private Path folder() throws IOException {
        try (Stream<Path> all = Files.list(home)) {
            return all.filter(Files::isDirectory).findFirst().orElseThrow();
        }
    }

    private boolean killedAt(RestorePoint point, int times, DumpScript script) {
        return KilledAt.run(point, times, () -> write(ASKED, script));
    }

    @ParameterizedTest
    @EnumSource(names = {"DUMP_NOTED", "DUMP_MARKED", "DUMP_WRITTEN", "DUMP_NAMED"})
    void goesOnWhereItWasKilled(RestorePoint point) throws IOException {
        DumpScript script = script(1);
        assertThat(killedAt(point, 1, script)).isTrue();
        assertThat(Files.exists(file)).isEqualTo(point == RestorePoint.DUMP_NAMED);
        Optional<SnapshotId> begun = DumpFile.of(file, CHUNK).begun(ASKED);
        // Before the first mark nothing is kept that would be gone on with.
        assertThat(begun).isEqualTo(point == RestorePoint.DUMP_NOTED ? Optional.empty() : Optional.of(SNAPSHOT));
        write(ASKED, script);
        assertWritten(script);
    }

    /** The whole file has a second name for a moment: moved away, it is the operator's, and none of it is changed. */
    @Test
    void aFileThatWasMovedAwayIsNotWrittenTo() throws IOException {
        DumpScript script = script(1);
        assertThat(killedAt(RestorePoint.DUMP_NAMED, 1, script)).isTrue();
        Path moved = Files.move(file, home.resolve("moved.sql"));
        assertThat(DumpFile.of(file, CHUNK).begun(ASKED)).isEmpty();
        assertThat(killedAt(RestorePoint.DUMP_NOTED, 1, script)).isTrue();
        assertThat(Files.readAllBytes(moved)).isEqualTo(undisturbed(script));
        assertThat(killedAt(RestorePoint.DUMP_MARKED, 1, script)).isTrue();
        assertThat(Files.readAllBytes(moved)).isEqualTo(undisturbed(script));
        write(ASKED, script);
        assertThat(Files.isSameFile(moved, file)).isFalse();
        Files.delete(moved);
        assertWritten(script);
    }

    /** Between the look and the lock another command may write a part of it, or all. */
    @Test
    void whatAnotherCommandWroteSinceIsSeen() throws IOException {
        DumpFile waiting = DumpFile.of(file, CHUNK);
        assertThat(killedAt(RestorePoint.DUMP_MARKED, 8, script(1))).isTrue();
        Arrays.fill(read, 0);
        waiting.write(ASKED, script(1));
        assertThat(read[1]).isZero();
        assertWritten(script(1));

        Files.delete(file);
        assertThat(killedAt(RestorePoint.DUMP_MARKED, 8, script(1))).isTrue();
        DumpFile late = DumpFile.of(file, CHUNK);
        write(ASKED, script(1));
        Arrays.fill(read, 0);
        assertThatThrownBy(() -> late.write(ASKED, script(1))).hasMessageEndingWith("it exists already");
        assertThat(read).containsOnly(0);
        assertWritten(script(1));
    }

    @Test
    void whatLastedIsNotReadAgain() throws IOException {
        DumpScript script = script(1);
        int kills = 0;
        while (killedAt(RestorePoint.DUMP_MARKED, 1, script)) {
            kills++;
        }
        assertWritten(script);
        assertThat(kills).isGreaterThan(8);
        long written = undisturbed(script).length;
        Files.delete(file);
        Arrays.fill(read, 0);
        assertThat(killedAt(RestorePoint.DUMP_MARKED, kills, script)).isTrue();
        Arrays.fill(read, 0);
        write(ASKED, script);
        assertThat(read[1]).isZero();
        assertThat(read[1] + read[2] + read[3] + read[4])
                .isLessThan(CHUNK + (64 << 10))
                .isLessThan(written / 5);
        assertWritten(script);
    }

    /** Each block that is read may be the last before the kill. */
    @Test
    void killedInTheMiddleOfEachBlockItIsTheSame() throws IOException {
        DumpScript script = script(3);
        for (int block : List.of(0, 1, 2, 3, 1, 4, 0, 2)) {
            int[] left = {block};
            whenRead = () -> {
                if (left[0]-- == 0) {
                    throw new KilledAt.Killed();
                }
            };
            assertThatThrownBy(() -> write(ASKED, script)).isInstanceOf(KilledAt.Killed.class);
            assertThat(file).doesNotExist();
        }
        whenRead = () -> {};
        write(ASKED, script);
        assertWritten(script);
    }

    /** What a loss of power leaves: content without a line, content that was not written, half a line. */
    @Test
    void whatIsTornIsCutOff() throws IOException {
        DumpScript script = script(1);
        assertThat(killedAt(RestorePoint.DUMP_MARKED, 3, script)).isTrue();
        Path content = folder().resolve("content");
        Path marks = folder().resolve("marks");
        Files.write(content, new byte[999], StandardOpenOption.APPEND);
        Files.writeString(marks, "{\"part\":3,\"rows\":1", StandardOpenOption.APPEND);
        assertThat(killedAt(RestorePoint.DUMP_MARKED, 1, script)).isTrue();
        assertThat(Files.readAllLines(marks)).hasSize(4);

        byte[] all = Files.readAllBytes(content);
        all[250_000] ^= 1;
        Files.write(content, all);
        Arrays.fill(read, 0);
        assertThat(killedAt(RestorePoint.DUMP_NOTED, 1, script)).isTrue();
        write(ASKED, script);
        assertThat(read[1]).isBetween(30_000L, 250_000L);
        assertWritten(script);

        Files.delete(file);
        assertThat(killedAt(RestorePoint.DUMP_MARKED, 3, script)).isTrue();
        Files.write(folder().resolve("content"), new byte[10]);
        write(ASKED, script);
        assertWritten(script);
    }

    @Test
    void anotherContentStartsOver() throws IOException {
        assertThat(killedAt(RestorePoint.DUMP_MARKED, 5, script(1))).isTrue();
        Asked other = new Asked(
                "blog", SNAPSHOT, "latest", Optional.empty(), DumpRequest.ALL.withoutOwners(), false, Optional.empty());
        assertThat(DumpFile.of(file, CHUNK).begun(other)).isEmpty();
        assertThat(DumpFile.of(file, CHUNK).begun(ASKED.of(null, SNAPSHOT.toString())))
                .contains(SNAPSHOT);
        assertThat(DumpFile.of(file, CHUNK).begun(ASKED.of(null, "00000001-00000006")))
                .isEmpty();
        // The same options, but a row was erased since: it is in what was written.
        write(ASKED, script(2));
        assertWritten(script(2));

        Files.delete(file);
        assertThat(killedAt(RestorePoint.DUMP_MARKED, 5, script(1))).isTrue();
        write(ASKED.of(new SnapshotId(1, 8), "latest"), script(1));
        assertWritten(script(1));
        Files.delete(file);
        assertThat(killedAt(RestorePoint.DUMP_MARKED, 5, script(1))).isTrue();
        Files.writeString(folder().resolve("restore.json"), "{}");
        write(ASKED, script(1));
        assertWritten(script(1));
    }

    /** What the command is told, and whether it would start over with the snapshot that it has. */
    private static Earlier telling(List<String> said, boolean startsOver) {
        return new Earlier() {
            @Override
            public void goesOn() {
                said.add("goes on");
            }

            @Override
            public boolean startsOver(String why) {
                said.add(why);
                return startsOver;
            }
        };
    }

    /** {@code latest} may be another snapshot now: so nothing is written of the older one then. */
    @Test
    void whatCannotBeKeptIsSaidAndDropped() throws IOException {
        for (int seed : List.of(1, 2)) {
            List<String> said = new ArrayList<>();
            assertThat(killedAt(RestorePoint.DUMP_MARKED, 5, script(1))).isTrue();
            if (seed == 1) {
                byte[] all = Files.readAllBytes(folder().resolve("content"));
                all[0] ^= 1;
                Files.write(folder().resolve("content"), all);
            }
            assertThat(DumpFile.of(file, CHUNK).write(ASKED, script(seed), telling(said, false)))
                    .isFalse();
            assertThat(said).hasSize(1).first().asString().contains(seed == 1 ? "is damaged" : "other content");
            assertThat(left()).isEmpty();
        }
        List<String> said = new ArrayList<>();
        assertThat(DumpFile.of(file, CHUNK).write(ASKED, script(1), telling(said, false)))
                .isTrue();
        assertThat(said).isEmpty();
        Files.delete(file);
        assertThat(killedAt(RestorePoint.DUMP_MARKED, 5, script(1))).isTrue();
        assertThat(DumpFile.of(file, CHUNK).write(ASKED, script(1), telling(said, false)))
                .isTrue();
        assertThat(said).containsExactly("goes on");
        assertWritten(script(1));
    }

    /** Two sites number their snapshots alike, and may have the same tables. */
    @Test
    void rowsOfAnotherSiteAreNotPutBehindTheseOfOne() throws IOException {
        Asked shop = new Asked("shop", SNAPSHOT, "latest", Optional.empty(), DumpRequest.ALL, false, Optional.empty());
        assertThat(killedAt(RestorePoint.DUMP_MARKED, 5, script(1))).isTrue();
        assertThat(DumpFile.of(file, CHUNK).begun(shop)).isEmpty();
        write(shop, script(1));
        assertWritten(script(1));
        Files.delete(file);
        assertThat(killedAt(RestorePoint.DUMP_MARKED, 5, script(1))).isTrue();
        write(ASKED, script(1, "other"));
        assertWritten(script(1, "other"));
        Manifest blog = Manifests.sample(SNAPSHOT);
        assertThat(DumpScript.source(blog)).isEqualTo(DumpScript.source(Manifests.sample(SNAPSHOT)));
        assertThat(DumpScript.source(blog)).isNotEqualTo(DumpScript.source(Manifests.sample(new SnapshotId(1, 8))));
    }

    @Test
    void aFileThatCameInBetweenIsNotTouched() throws IOException {
        assertThat(killedAt(RestorePoint.DUMP_MARKED, 2, script(1))).isTrue();
        Files.writeString(file, "mine");
        assertThatThrownBy(() -> write(ASKED, script(1)))
                .hasMessage("cannot write the dump to " + file + ": it exists already");
        assertThat(file).hasContent("mine");
        Files.delete(file);
        DumpFile waiting = DumpFile.of(file, CHUNK);
        Files.writeString(file, "mine");
        assertThatThrownBy(() -> waiting.write(ASKED, script(1))).hasMessageEndingWith("it exists already");
        assertThatThrownBy(() -> waiting.write(ASKED, script(2))).hasMessageEndingWith("it exists already");
        assertThat(file).hasContent("mine");
        Files.delete(file);
        Arrays.fill(read, 0);
        write(ASKED, script(1));
        assertThat(read[1]).isLessThan(300_000);
        assertWritten(script(1));
    }

    /** In a folder for all, another user can put something where the next dump would look for its own. */
    @Test
    void nothingOfAnotherUserIsGoneOnWith() throws IOException {
        assertThat(killedAt(RestorePoint.DUMP_MARKED, 2, script(1))).isTrue();
        Path folder = folder();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertDenied();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        Path away = Files.move(folder, home.resolve("away"));
        Files.createSymbolicLink(folder, away);
        assertDenied();
        Files.delete(folder);
        Files.writeString(folder, "no folder");
        assertDenied();
        assertThat(file).doesNotExist();
    }

    /** The folder came in between: it is not looked into, and nothing is left in it. */
    @Test
    void norWhatAnotherUserPutThereSinceItWasLookedAt() throws IOException {
        assertThat(killedAt(RestorePoint.DUMP_MARKED, 2, script(1))).isTrue();
        Path folder = folder();
        write(ASKED, script(1));
        Files.delete(file);
        DumpFile waiting = DumpFile.of(file, CHUNK);
        Files.createDirectory(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> waiting.write(ASKED, script(1)))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_DENIED));
        assertThat(folder).isEmptyDirectory();
        assertThat(file).doesNotExist();
    }

    private void assertDenied() {
        assertThatThrownBy(() -> write(ASKED, script(1))).isInstanceOfSatisfying(UnderstudyException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.FILE_DENIED);
            assertThat(e.hint()).isNotEmpty();
        });
    }

    @Test
    void twoAtATimeAreRefused() throws IOException {
        assertThat(killedAt(RestorePoint.DUMP_MARKED, 2, script(1))).isTrue();
        ProcessLock other = ProcessLock.tryAcquire(folder().resolve("lock")).orElseThrow();
        assertThatThrownBy(() -> write(ASKED, script(1)))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOCKED));
        other.close();
        write(ASKED, script(1));
        assertWritten(script(1));
    }

    /** What would fail again leaves nothing; what was stopped, or what lost the filestore, is kept. */
    @ParameterizedTest
    @EnumSource(names = {"CANCELLED", "FILESTORE_UNREACHABLE", "BLOB_DAMAGED", "DISK_FULL", "INTERNAL"})
    void whatFailedIsKeptWhereItMayGoOn(ErrorCode code) throws IOException {
        int[] left = {9};
        whenRead = () -> {
            if (left[0]-- == 0) {
                throw new UnderstudyException(code, "why", "hint");
            }
        };
        assertThatThrownBy(() -> write(ASKED, script(1))).hasMessage("why");
        boolean kept = code == ErrorCode.CANCELLED || code == ErrorCode.FILESTORE_UNREACHABLE;
        assertThat(left()).hasSize(kept ? 1 : 0);
        Arrays.fill(read, 0);
        write(ASKED, script(1));
        assertThat(read[1]).isEqualTo(kept ? 0 : 300_000);
        assertWritten(script(1));
    }

    @Test
    void anyNameOfAFileWillDo() throws IOException {
        byte[] name = "größe \"it's\" \n.sql".getBytes(StandardCharsets.UTF_8);
        file = home.resolve(new String(name, StandardCharsets.UTF_8));
        assertThat(killedAt(RestorePoint.DUMP_MARKED, 2, script(1))).isTrue();
        write(ASKED, script(1));
        assertThat(Files.readAllBytes(file)).isEqualTo(undisturbed(script(1)));
        assertThat(left()).hasSize(1);
    }
}
