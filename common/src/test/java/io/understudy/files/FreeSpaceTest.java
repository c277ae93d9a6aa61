package io.understudy.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FreeSpaceTest {
    @TempDir
    Path folder;

    @Test
    void tellsTheRoomOfAFolder() {
        assertThat(FreeSpace.of(folder)).isPresent();
    }

    @Test
    void tellsItWhereTheListOfMountsDoesNotNameTheFileSystem() {
        assertThat(FreeSpace.of(folder, FreeSpaceTest::mountPointNotFound).orElse(-1))
                .isPositive();
    }

    @Test
    void doesNotGuess() {
        assertThat(FreeSpace.of(folder.resolve("absent"))).isEmpty();
    }

    private static long mountPointNotFound(Path path) throws IOException {
        throw new IOException("Mount point not found");
    }
}
