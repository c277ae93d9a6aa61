package io.understudy.files;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.files.DiskSpace.Need;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskSpaceTest {
    @TempDir
    Path folder;

    @Test
    void tellsTheRoomOfAFolder() {
        assertThat(DiskSpace.ofThisMachine().free(folder)).isPresent();
    }

    @Test
    void tellsItWhereTheListOfMountsDoesNotNameTheFileSystem() {
        assertThat(DiskSpace.of(folder, DiskSpaceTest::mountPointNotFound).orElse(-1))
                .isPositive();
    }

    @Test
    void asksTheNearestFolderThatExists() {
        assertThat(DiskSpace.ofThisMachine().free(folder.resolve("absent/too"))).isPresent();
    }

    @Test
    void doesNotGuess() {
        assertThat(DiskSpace.of(folder.resolve("absent"), DiskSpaceTest::mountPointNotFound))
                .isEmpty();
    }

    @Test
    void addsUpWhatGoesOntoOneFileSystem() throws IOException {
        Path other = Files.createDirectory(folder.resolve("other"));
        long free = DiskSpace.RESERVE + (10 << 20);
        DiskSpace space = any -> OptionalLong.of(free);
        space.require("cannot write", List.of(new Need(folder, 4 << 20), new Need(other, 6 << 20)));
        assertFails(
                        ErrorCode.DISK_FULL,
                        () -> space.require(
                                "cannot write", List.of(new Need(folder, 4 << 20), new Need(other, (6 << 20) + 1))))
                .hasMessage("cannot write in " + other + ": 27 MiB are needed and 26 MiB are free");
    }

    @Test
    void refusesNothingWhenNothingIsWrittenOrTheSpaceIsUnknown() {
        DiskSpace none = any -> OptionalLong.of(0);
        none.require("cannot write", List.of(new Need(folder, 0)));
        DiskSpace unknown = any -> OptionalLong.empty();
        unknown.require("cannot write", List.of(new Need(folder, 1L << 40)));
    }

    private static long mountPointNotFound(Path path) throws IOException {
        throw new IOException("Mount point not found");
    }
}
