package io.understudy.files;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** How much may still be written in file systems, and whether that is enough. */
@FunctionalInterface
public interface DiskSpace {
    /** What a check leaves free on a disk, in bytes. */
    long RESERVE = 16L << 20;

    /**
     * Bytes that the agent may still write below the folder, or below the nearest one above it that exists; empty when
     * that is not known.
     */
    OptionalLong free(Path folder);

    static DiskSpace ofThisMachine() {
        return folder -> {
            Path existing = folder.toAbsolutePath();
            while (existing != null && !Files.exists(existing)) {
                existing = existing.getParent();
            }
            return existing == null ? OptionalLong.empty() : of(existing, DiskSpace::usable);
        };
    }

    /** Asks the file system itself. */
    @FunctionalInterface
    interface Probe {
        long usable(Path path) throws IOException;
    }

    private static long usable(Path path) throws IOException {
        return Files.getFileStore(path).getUsableSpace();
    }

    /**
     * In a chroot or container the list of mounts need not name the file system that the path is on; then Java's other
     * way is taken, which asks no list.
     */
    static OptionalLong of(Path path, Probe probe) {
        try {
            return OptionalLong.of(probe.usable(path));
        } catch (IOException e) {
            File file = path.toFile();
            return file.getTotalSpace() > 0 ? OptionalLong.of(file.getUsableSpace()) : OptionalLong.empty();
        }
    }

    /**
     * What is to be written.
     *
     * @param folder that exists
     * @param bytes on the disk
     */
    record Need(Path folder, long bytes) {}

    /**
     * @param what {@code cannot stage files}
     * @throws UnderstudyException {@code DISK_FULL} with what is missing where; needs on one file system are added up
     */
    default void require(String what, List<Need> needs) {
        Map<Long, Long> wanted = new LinkedHashMap<>();
        for (Need need : needs) {
            long sum = wanted.merge(device(need.folder), need.bytes, Long::sum);
            long there = free(need.folder).orElse(Long.MAX_VALUE);
            if (sum > 0 && there - RESERVE < sum) {
                throw new UnderstudyException(
                        ErrorCode.DISK_FULL,
                        what + " in " + RawPaths.printable(need.folder) + ": " + mebibytes(sum + RESERVE)
                                + " MiB are needed and " + mebibytes(there) + " MiB are free",
                        "free space on the file system of this path");
            }
        }
    }

    private static long device(Path folder) {
        try {
            return FileStat.of(folder).device();
        } catch (IOException e) {
            throw FileFailure.of("look at", folder, e);
        }
    }

    /** Rounded up. */
    static long mebibytes(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }
}
