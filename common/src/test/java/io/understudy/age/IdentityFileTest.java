package io.understudy.age;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityFileTest {
    private static final AgeIdentity A = AgeIdentity.generate();
    private static final AgeIdentity B = AgeIdentity.generate();

    @TempDir
    Path folder;

    @Test
    void readsWhatAgeKeygenWrites() throws IOException {
        Path file = write("# created: 2026-11-27\n# public key: " + A.recipient() + "\n" + A.reveal() + "\n\n"
                + B.reveal() + "\n");
        assertThat(IdentityFile.load(file))
                .extracting(AgeIdentity::recipient)
                .containsExactly(A.recipient(), B.recipient());
    }

    @Test
    void refusesAFileThatOthersMayRead() throws IOException {
        Path file = write(A.reveal());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        UnderstudyException e = failure(file);
        assertThat(e.code()).isEqualTo(ErrorCode.KEY_INVALID);
        assertThat(e.hint()).isEqualTo("chmod 600 " + file);
    }

    @Test
    void saysThatThereIsNone() {
        assertThat(failure(folder.resolve("none")).code()).isEqualTo(ErrorCode.KEY_MISSING);
        assertThat(failure(folder).code()).isEqualTo(ErrorCode.KEY_MISSING);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "AGE-SECRET-KEY-1ABC", "age1abc", "-----BEGIN PRIVATE KEY-----"})
    void refusesWhatHoldsNoIdentity(String text) throws IOException {
        assertThat(failure(write(text)).code()).isEqualTo(ErrorCode.KEY_INVALID);
    }

    @Test
    void readsNoEndlessFile() throws IOException {
        assertThat(failure(write("#".repeat(70_000))).code()).isEqualTo(ErrorCode.KEY_INVALID);
    }

    private Path write(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("identity.txt"), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    private static UnderstudyException failure(Path file) {
        return catchThrowableOfType(UnderstudyException.class, () -> IdentityFile.load(file));
    }
}
