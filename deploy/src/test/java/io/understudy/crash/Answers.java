package io.understudy.crash;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What sites answered to writes, and whether two of them took writes at the same time.
 *
 * <p>A site takes a write at some moment between the question and the answer, so one answer of each site proves
 * nothing. A run is a row of acknowledged writes of one site with no refusal in between: from the end of its first
 * answer to the beginning of its last question the site took writes without a break, for a site that ends and comes
 * back does not do so between two questions. Two runs of different sites overlap for certain where each one's last
 * question came after the other one's first answer.
 *
 * <p>Thread-safe; the answers of one site come in their order.
 */
final class Answers {
    private final Map<String, List<Run>> runs = new LinkedHashMap<>();
    private final Map<String, Boolean> taking = new LinkedHashMap<>();

    /**
     * Acknowledged writes of a site, none refused in between.
     *
     * @param firstEnded when the first of them was acknowledged, in nanoseconds
     * @param lastBegan when the last of them was sent
     */
    private record Run(String site, long firstEnded, long lastBegan) {
        boolean overlaps(Run other) {
            return lastBegan >= other.firstEnded && other.lastBegan >= firstEnded;
        }
    }

    /**
     * @param taken whether the site acknowledged the write
     * @param began when it was sent, in nanoseconds of one clock for all sites
     * @param ended when the answer was there
     */
    synchronized void add(String site, boolean taken, long began, long ended) {
        List<Run> own = runs.computeIfAbsent(site, each -> new ArrayList<>());
        boolean before = Boolean.TRUE.equals(taking.put(site, taken));
        if (!taken) {
            return;
        }
        if (before) {
            Run run = own.remove(own.size() - 1);
            own.add(new Run(site, run.firstEnded(), began));
        } else {
            own.add(new Run(site, ended, began));
        }
    }

    /** Two sites that took writes at the same time for certain; empty where none did. */
    synchronized Optional<String> atOnce() {
        List<Run> all = runs.values().stream().flatMap(List::stream).toList();
        for (Run one : all) {
            for (Run other : all) {
                if (one.site().compareTo(other.site()) < 0 && one.overlaps(other)) {
                    return Optional.of(one + " and " + other);
                }
            }
        }
        return Optional.empty();
    }
}
