package io.understudy.parts;

import io.understudy.files.ProcessLock;
import io.understudy.repository.SnapshotId;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The site that a command restores parts to.
 *
 * @param lock keeps everything else away that changes its trees
 * @param over the import that is live, where this server imports
 */
public record LiveSite(LiveParts parts, Supplier<ProcessLock> lock, Supplier<Optional<SnapshotId>> over) {}
