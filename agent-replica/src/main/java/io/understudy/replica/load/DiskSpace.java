package io.understudy.replica.load;

import io.understudy.files.FreeSpace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** How much room there is. */
@FunctionalInterface
interface DiskSpace {
    /** Bytes that may still be written below the folder, or below the nearest one above it that exists; empty when it can't be told. */
    OptionalLong free(Path folder);

    static DiskSpace ofThisMachine() {
        return folder -> {
            Path existing = folder.toAbsolutePath();
            while (existing != null && !Files.isDirectory(existing)) {
                existing = existing.getParent();
            }
            return existing == null ? OptionalLong.empty() : FreeSpace.of(existing);
        };
    }
}
