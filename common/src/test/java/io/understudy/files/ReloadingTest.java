package io.understudy.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReloadingTest {
    @TempDir
    Path folder;

    private final AtomicInteger reads = new AtomicInteger();

    @Test
    void isReadAgainOnlyWhenTheFileWasReplaced() throws IOException {
        Path file = replaced("first");
        Reloading<String> renewed = Reloading.read(List.of(file), () -> read(file));
        assertThat(renewed.get()).isEqualTo("first");
        assertThat(reads).hasValue(1);

        replaced("other");

        assertThat(renewed.get()).isEqualTo("other");
        assertThat(renewed.get()).isEqualTo("other");
        assertThat(reads).hasValue(2);
    }

    @Test
    void whatCannotBeReadAgainLeavesWhatWasReadBefore() throws IOException {
        Path file = replaced("first");
        Reloading<String> renewed = Reloading.read(List.of(file), () -> read(file));

        replaced("faulty");
        assertThat(renewed.get()).isEqualTo("first");
        assertThat(renewed.get()).isEqualTo("first");
        assertThat(reads).as("one attempt for each change").hasValue(2);
        Files.delete(file);
        assertThat(renewed.get()).isEqualTo("first");

        replaced("second");
        assertThat(renewed.get()).isEqualTo("second");
    }

    @Test
    void whatIsOfNoFileIsReadOnce() {
        Reloading<String> constant = Reloading.read(List.of(), () -> "read " + reads.incrementAndGet());

        assertThat(constant.get()).isEqualTo("read 1");
        assertThat(constant.get()).isEqualTo("read 1");
    }

    @Test
    void whatCannotBeReadAtFirstIsRefused() throws IOException {
        Path file = replaced("faulty");

        assertThatThrownBy(() -> Reloading.read(List.of(file), () -> read(file)))
                .isInstanceOf(UnderstudyException.class);
    }

    @Test
    void whatIsReadLateIsReadAsSoonAsItCanBe() throws IOException {
        Path file = replaced("faulty");
        Reloading<String> renewed = Reloading.late(List.of(file), () -> read(file));
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(renewed::get).hasMessage("cannot read " + file);
        }
        assertThat(reads).as("one attempt for each change").hasValue(1);

        replaced("first");

        assertThat(renewed.get()).isEqualTo("first");
    }

    /** Neither its content nor its date is another then. */
    @Test
    void aFileThatBecomesReadableIsReadAgain() throws IOException {
        Path file = replaced("first");
        Reloading<String> renewed = Reloading.late(List.of(file), () -> {
            if (!modes(file).contains(PosixFilePermission.OTHERS_READ)) {
                throw new UnderstudyException(ErrorCode.KEY_INVALID, "cannot read " + file, "let the agent read it");
            }
            return read(file);
        });
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertThatThrownBy(renewed::get).isInstanceOf(UnderstudyException.class);

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(renewed.get()).isEqualTo("first");
        assertThat(reads).hasValue(1);
    }

    private static Set<PosixFilePermission> modes(Path file) {
        try {
            return Files.getPosixFilePermissions(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path replaced(String content) throws IOException {
        Path next = Files.writeString(folder.resolve("next"), content);
        return Files.move(next, folder.resolve("file"), StandardCopyOption.REPLACE_EXISTING);
    }

    private String read(Path file) {
        reads.incrementAndGet();
        try {
            String content = Files.exists(file) ? Files.readString(file) : "faulty";
            if (content.equals("faulty")) {
                throw new UnderstudyException(ErrorCode.KEY_INVALID, "cannot read " + file, "write it again");
            }
            return content;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
