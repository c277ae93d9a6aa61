package io.understudy.parts;

import io.understudy.exchange.FileHook;
import io.understudy.files.DiskSpace;
import io.understudy.files.MountPoints;
import java.time.Clock;
import java.util.function.Supplier;

/**
 * What a restore to live trees needs of the server's disk.
 *
 * @param hook receives every operation on live files, and {@code record} before the record of a restore is written
 * @param clock of the file system
 */
public record PartsDisk(FileHook hook, DiskSpace space, Supplier<MountPoints> mounts, Clock clock) {
    public static PartsDisk ofThisMachine() {
        return new PartsDisk(FileHook.none(), DiskSpace.ofThisMachine(), MountPoints::now, Clock.systemUTC());
    }
}
