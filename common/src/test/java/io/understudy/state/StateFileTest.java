package io.understudy.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateFileTest {
    private static final Note NOTE = new Note(7, Optional.of(Instant.parse("2026-11-20T10:00:00Z")), "why");

    @TempDir
    Path folder;

    record Note(long number, Optional<Instant> when, String why) {}

    /** Keeps nothing, because of this. */
    private record Refusing(ErrorCode code) implements StateStorage {
        @Override
        public Optional<byte[]> read() {
            throw failure();
        }

        @Override
        public void write(byte[] content) {
            throw failure();
        }

        @Override
        public void delete() {
            throw failure();
        }

        private UnderstudyException failure() {
            return new UnderstudyException(code, "cannot touch it", "look at the disk");
        }
    }

    private StateFile<Note> needed() {
        return StateFile.in(folder.resolve("a/state"), StateEntry.SPARE, Note.class);
    }

    private StateFile<Note> expendable() {
        return StateFile.in(folder.resolve("a/state"), StateEntry.VERIFIED, Note.class);
    }

    private Path file() {
        return StateEntry.SPARE.in(folder.resolve("a/state"));
    }

    @Test
    void readsWhatItWroteAndMakesTheFolder() throws IOException {
        assertThat(needed().read()).isEmpty();
        assertThat(needed().exists()).isFalse();
        needed().write(NOTE);
        assertThat(needed().read()).contains(NOTE);
        assertThat(needed().exists()).isTrue();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file().getParent())))
                .isEqualTo("rwx------");
        needed().delete();
        needed().delete();
        assertThat(needed().read()).isEmpty();
    }

    /** A command that root ran must not hide it from the daemon. */
    @Test
    void whatDecidesNothingCanBeReadByAll() throws IOException {
        expendable().write(NOTE);
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(StateEntry.VERIFIED.in(folder.resolve("a/state")))))
                .isEqualTo("rw-r--r--");
    }

    @Test
    void passesOverWhatALaterVersionAdded() throws IOException {
        record More(long number, Optional<Instant> when, String why, String more) {}
        StateFile.in(folder.resolve("a/state"), StateEntry.SPARE, More.class)
                .write(new More(7, NOTE.when(), "why", "more"));
        assertThat(needed().read()).contains(NOTE);
    }

    /** It may say which database is Understudy's own to drop. */
    @Test
    void noBitChangesUnnoticed() throws IOException {
        needed().write(NOTE);
        byte[] good = Files.readAllBytes(file());
        for (int bit = 0; bit < good.length * Byte.SIZE; bit++) {
            byte[] bytes = good.clone();
            bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            Files.write(file(), bytes);
            assertThat(readOrRefused()).isIn(Optional.of(NOTE), Optional.empty());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "7",
                "{\"format\":3}",
                "{\"format\":\"x\"}",
                "{\"format\":3,\"number\":7,\"when\":null,\"why\":\"no check\"}"
            })
    void refusesADamagedFileAndSaysWhatHappensWithoutIt(String content) throws IOException {
        needed().write(NOTE);
        Files.writeString(file(), content);
        assertThatThrownBy(() -> needed().read()).isInstanceOfSatisfying(UnderstudyException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.STATE_DAMAGED);
            assertThat(e).hasMessageContaining(file().toString());
            assertThat(e.hint()).startsWith("move the file away: ").endsWith(StateEntry.SPARE.whenLost());
        });
        assertThat(needed().exists()).isTrue();
    }

    @Test
    void saysWhichVersionWroteAnotherFormat() throws IOException {
        needed().write(NOTE);
        String good = Files.readString(file());
        Files.writeString(file(), good.replace("\"format\" : 3", "\"format\" : 4"));
        refused(ErrorCode.FORMAT_UNKNOWN, "it has format 4; this version reads format 3");
        Files.writeString(file(), good.replace("\"format\" : 3", "\"format\" : 1"));
        refused(ErrorCode.FORMAT_UNKNOWN, "it has format 1, from before the first release");
    }

    @Test
    void saysThatItCannotBeReadOrWritten() throws IOException {
        Files.createDirectories(file());
        refused(ErrorCode.FILE_FAILED, "cannot read");
        StateFile<Note> full = new StateFile<>(new Refusing(ErrorCode.DISK_FULL), StateEntry.SPARE, Note.class);
        assertThatThrownBy(() -> full.write(NOTE))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL));
    }

    @Test
    void goesOnWithoutWhatOnlyCostsSomething() throws IOException {
        expendable().write(NOTE);
        assertThat(expendable().read()).contains(NOTE);
        Files.writeString(StateEntry.VERIFIED.in(folder.resolve("a/state")), "{");
        assertThat(expendable().read()).isEmpty();
        for (ErrorCode code : EnumSet.of(ErrorCode.DISK_FULL, ErrorCode.FILE_DENIED)) {
            StateFile<Note> refused = new StateFile<>(new Refusing(code), StateEntry.VERIFIED, Note.class);
            refused.write(NOTE);
            assertThat(refused.read()).isEmpty();
            refused.delete();
        }
    }

    @Test
    void whatDecidesSomethingMustBeDeletedWhenItIsToBe() {
        StateFile<Note> refused = new StateFile<>(new Refusing(ErrorCode.FILE_DENIED), StateEntry.SPARE, Note.class);
        assertThatThrownBy(refused::delete)
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_DENIED));
    }

    private void refused(ErrorCode code, String message) {
        assertThatThrownBy(() -> needed().read())
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(message);
    }

    private Optional<Note> readOrRefused() {
        try {
            return needed().read();
        } catch (UnderstudyException e) {
            assertThat(e.code()).isIn(EnumSet.of(ErrorCode.STATE_DAMAGED, ErrorCode.FORMAT_UNKNOWN));
            return Optional.empty();
        }
    }
}
