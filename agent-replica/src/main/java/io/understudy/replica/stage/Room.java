package io.understudy.replica.stage;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.FileFailure;
import io.understudy.files.FileStat;
import io.understudy.files.FreeSpace;
import io.understudy.files.RawPaths;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Whether the disks have room for what is to be staged, before any of it is written. */
final class Room {
    private static final long BLOCK = 4096;
    private static final long RESERVE = 16L << 20;

    private final Free free;

    Room(Free free) {
        this.free = free;
    }

    static Room onDisk() {
        return new Room(folder -> FreeSpace.of(folder).orElse(Long.MAX_VALUE));
    }

    /** Bytes that the agent may still write in the file system of this folder; without end when it can't be told. */
    interface Free {
        long bytes(Path folder) throws IOException;
    }

    /**
     * @param root of a tree
     * @param bytes of its new contents
     * @param entries that are new
     */
    record Need(Path root, long bytes, long entries) {
        /** Each file fills its last block, and has an inode. */
        long onDisk() {
            return bytes + entries * BLOCK;
        }
    }

    /** @throws UnderstudyException {@code DISK_FULL} with what is missing where; trees that share a file system share its room */
    void require(List<Need> needs) {
        Map<Long, Long> wanted = new LinkedHashMap<>();
        for (Need need : needs) {
            try {
                long device = FileStat.of(need.root).device();
                long sum = wanted.merge(device, need.onDisk(), Long::sum);
                long there = free.bytes(need.root);
                if (sum > 0 && sum + RESERVE > there) {
                    throw full(need.root, sum, there);
                }
            } catch (IOException e) {
                throw FileFailure.of("look at", need.root, e);
            }
        }
    }

    private static UnderstudyException full(Path root, long wanted, long there) {
        return new UnderstudyException(
                ErrorCode.DISK_FULL,
                "cannot stage files in " + RawPaths.printable(root) + ": they need " + mebibytes(wanted + RESERVE)
                        + " MiB and " + mebibytes(there) + " MiB are free",
                "make room on the file system of this path");
    }

    private static long mebibytes(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }
}
