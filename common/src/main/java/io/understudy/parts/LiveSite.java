package io.understudy.parts;

import io.understudy.audit.AuditLog;
import io.understudy.audit.Caller;
import io.understudy.files.ProcessLock;
import io.understudy.repository.SnapshotId;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The site that a command restores parts to.
 *
 * @param lock keeps everything else away that changes its trees
 * @param over the import that is live, where this server imports
 * @param audit of this server
 */
public record LiveSite(
        LiveParts parts, Supplier<ProcessLock> lock, Supplier<Optional<SnapshotId>> over, AuditLog audit) {
    /** Does what changes live files, alone and recorded. */
    <T> T changing(String command, String request, Supplier<T> work) {
        return audit.around(Caller.ofThisProcess(), command, request, () -> {
            ProcessLock held = lock.get();
            try {
                return work.get();
            } finally {
                held.close();
            }
        });
    }
}
