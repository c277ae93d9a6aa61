package io.understudy.primary.app;

import io.understudy.primary.capture.OrphanTaker.Saved;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import java.util.Optional;

/**
 * The result of {@code agent-primary orphan}, which {@code agent-replica rejoin} reads.
 *
 * @param orphan what was saved; null where nothing differs from {@code shipped}
 * @param existed whether an earlier run saved it
 * @param shipped the last snapshot that this server shipped; null where none is left
 */
public record OrphanView(Optional<SnapshotId> orphan, boolean existed, Optional<SnapshotId> shipped) {
    public static OrphanView of(Saved saved) {
        return new OrphanView(saved.orphan().map(Manifest::snapshot), saved.existed(), saved.shipped());
    }

    public String text() {
        String before = shipped.map(SnapshotId::toString).orElse("any snapshot");
        return orphan.map(id -> (existed ? "saved already: " : "saved: ") + "orphan " + id)
                .orElse("nothing to save: nothing differs from " + before);
    }
}
