package io.understudy.primary.app;

import io.understudy.failure.UnderstudyException;
import io.understudy.repository.JunkObject;
import io.understudy.repository.Manifest;
import io.understudy.repository.Outline;
import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The repository as it was when it last answered.
 *
 * @param when it last answered; empty: not yet
 * @param highest epoch claimed in it; 0 for none
 * @param newest snapshot; empty for none
 * @param details of the newest; empty when its manifest can't be read
 * @param doubled replicas whose name more than one standby has, by their own reports
 * @param junk objects with the names of manifests and claims that no trusted agent wrote, newer than all others
 * @param failure why the last look failed; all else is older then
 */
record RepositorySeen(
        Optional<Instant> when,
        int highest,
        Optional<SnapshotId> newest,
        Optional<Details> details,
        List<DoubledName> doubled,
        List<JunkObject> junk,
        Optional<UnderstudyException> failure) {
    static final RepositorySeen NOTHING = new RepositorySeen(
            Optional.empty(), 0, Optional.empty(), Optional.empty(), List.of(), List.of(), Optional.empty());

    /** @param moment of the data */
    record Details(Instant moment, Manifest.Totals totals) {
        static Details of(Outline outline) {
            return new Details(outline.moment(), outline.totals());
        }
    }

    /** This agent has just committed a snapshot. */
    RepositorySeen committed(Manifest manifest, Instant now) {
        return new RepositorySeen(
                Optional.of(now),
                Math.max(highest, manifest.snapshot().epoch()),
                Optional.of(manifest.snapshot()),
                Optional.of(Details.of(Outline.of(manifest))),
                doubled,
                junk,
                Optional.empty());
    }

    RepositorySeen failed(UnderstudyException why) {
        return new RepositorySeen(when, highest, newest, details, doubled, junk, Optional.of(why));
    }
}
