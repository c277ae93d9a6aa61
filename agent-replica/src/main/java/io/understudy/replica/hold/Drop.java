package io.understudy.replica.hold;

import java.util.Optional;

/**
 * By how much a number may drop.
 *
 * @param sign the limit's name
 * @param limit percent; empty: as much as it likes
 * @param least a number that was smaller is not compared
 */
record Drop(String sign, Optional<Integer> limit, long least) {
    static Drop of(String sign, Optional<Integer> limit, long least) {
        return new Drop(sign, limit, least);
    }

    /** Exact: a drop by the limit itself is within it. */
    Optional<HoldFinding> check(String subject, String unit, long before, long now) {
        return limit.filter(percent -> before >= least)
                .filter(percent -> isBeyond(before - now, before, percent))
                .map(percent -> HoldFinding.drop(sign, subject, unit, before, now, percent));
    }

    static boolean isBeyond(long part, long whole, int percent) {
        return part > 0 && (double) part * 100 > (double) whole * percent;
    }
}
