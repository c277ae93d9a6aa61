package io.understudy.history;

import io.understudy.history.KeptRevisions.Revision;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The versions of one row from the kept snapshots and from the revisions that are kept beyond them. Revisions come from
 * more snapshots than are kept by now, so where both say something of the same time, revisions say when it changed.
 */
final class MergedVersions {
    private MergedVersions() {}

    /**
     * @param snapshots in ascending order
     * @param kept in ascending order; as versions they are in no snapshot ({@code snapshots} is 0)
     */
    static List<RowVersion> of(List<RowVersion> snapshots, List<Revision> kept) {
        if (kept.isEmpty()) {
            return snapshots;
        }
        List<RowVersion> all = new ArrayList<>();
        for (Revision each : kept) {
            Optional<RowVersion> seen = snapshots.stream()
                    .filter(version -> !version.deleted()
                            && version.row().equals(each.found().row().values())
                            && overlaps(version, each))
                    .findFirst();
            all.add(new RowVersion(
                    each.from(),
                    Optional.of(each.to()),
                    seen.map(RowVersion::snapshot).orElse(each.found().snapshot()),
                    each.found().snapshot(),
                    seen.map(RowVersion::snapshots).orElse(0),
                    false,
                    each.found().row().values()));
            if (each.deleted()) {
                all.add(new RowVersion(
                        each.to(),
                        Optional.empty(),
                        each.found().snapshot(),
                        each.found().snapshot(),
                        0,
                        true,
                        null));
            }
        }
        for (RowVersion each : snapshots) {
            boolean known = !each.deleted()
                    && kept.stream()
                            .anyMatch(revision ->
                                    each.row().equals(revision.found().row().values()) && overlaps(each, revision));
            if (!known) {
                all.add(each);
            }
        }
        all.sort(Comparator.comparing(RowVersion::from));
        return joined(all);
    }

    private static boolean overlaps(RowVersion version, Revision revision) {
        return version.from().isBefore(revision.to())
                && version.to().filter(to -> !to.isAfter(revision.from())).isEmpty();
    }

    /** Each lasts until the next begins; what says the same as the one before is the same. */
    private static List<RowVersion> joined(List<RowVersion> all) {
        List<RowVersion> joined = new ArrayList<>();
        for (RowVersion each : all) {
            RowVersion last = joined.isEmpty() ? null : joined.get(joined.size() - 1);
            if (last != null && last.deleted() && each.deleted()) {
                joined.set(
                        joined.size() - 1,
                        new RowVersion(
                                last.from(), each.to(), each.snapshot(), each.last(), each.snapshots(), true, null));
                continue;
            }
            Instant from = each.from();
            if (last != null) {
                // Nothing was between: the snapshot that saw the change first is not kept.
                from = last.deleted() || each.deleted() ? from : last.to().orElse(from);
                joined.set(joined.size() - 1, last.until(from));
            }
            joined.add(new RowVersion(
                    from, each.to(), each.snapshot(), each.last(), each.snapshots(), each.deleted(), each.row()));
        }
        return joined;
    }
}
