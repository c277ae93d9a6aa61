package io.understudy.replica.hold;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Collects findings: the gravest by name, the others by number. Not thread-safe. */
final class HoldFindings {
    /** So many are kept: there may be 50,000 tables. */
    static final int MOST = 20;

    /** What concerns all comes first, then the larger share, then the larger number. */
    private static final Comparator<HoldFinding> GRAVEST = Comparator.<HoldFinding, Boolean>comparing(
                    each -> !each.subject().startsWith("all "))
            .thenComparing(HoldFinding::percent, Comparator.reverseOrder())
            .thenComparing(HoldFinding::before, Comparator.reverseOrder())
            .thenComparing(HoldFinding::subject);

    private final PriorityQueue<HoldFinding> kept = new PriorityQueue<>(GRAVEST.reversed());
    private int more;

    void add(HoldFinding finding) {
        kept.add(finding);
        if (kept.size() > MOST) {
            kept.poll();
            more++;
        }
    }

    List<HoldFinding> all() {
        return kept.stream().sorted(GRAVEST).toList();
    }

    int more() {
        return more;
    }

    boolean isEmpty() {
        return kept.isEmpty();
    }
}
