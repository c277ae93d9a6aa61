package io.understudy.replica.app;

import io.understudy.exchange.FileHook;
import io.understudy.files.DiskSpace;
import io.understudy.files.MountPoints;
import io.understudy.replica.fetch.MirrorFolder;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.ReplicaStateStore;
import java.util.function.Supplier;

/**
 * This server's disk, as far as an agent must be able to work on another one: trees and plans are always files.
 *
 * @param files receives each operation on live files
 */
public record ReplicaDisk(
        BackupMode marker,
        ReplicaStateStore store,
        MirrorFolder mirror,
        DiskSpace space,
        Supplier<MountPoints> mounts,
        FileHook files) {}
