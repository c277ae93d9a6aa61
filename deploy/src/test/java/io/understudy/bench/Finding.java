package io.understudy.bench;

import java.util.Locale;
import java.util.Optional;

/**
 * One line of the table.
 *
 * @param ours what was measured of Understudy, in seconds, bytes or rows
 * @param against what it is compared with; empty when the bar is an absolute value, held by the median
 * @param bar the most that the ratio, or the value itself, may be
 */
record Finding(String what, Unit unit, Sample ours, Optional<Sample> against, double bar) {

    /** A ratio of two medians. */
    static Finding ratio(String what, Unit unit, Sample ours, Sample against, double bar) {
        return new Finding(what, unit, ours, Optional.of(against), bar);
    }

    /** A value by itself. */
    static Finding value(String what, Unit unit, Sample ours, double bar) {
        return new Finding(what, unit, ours, Optional.empty(), bar);
    }

    boolean holds() {
        return measured() <= bar;
    }

    private double measured() {
        return against.map(peer -> ours.median() / peer.median()).orElseGet(ours::median);
    }

    /** The line in Markdown. */
    String row() {
        return "| " + what + " | " + unit.of(ours) + " | "
                + against.map(unit::of).orElse("") + " | **" + result() + "** | " + limit() + " | "
                + (holds() ? "yes" : "no") + " |";
    }

    private String result() {
        return against.isPresent() ? String.format(Locale.ROOT, "%.2f", measured()) : unit.of(measured());
    }

    private String limit() {
        return against.isPresent() ? String.format(Locale.ROOT, "%.2f", bar).replaceFirst("0$", "") : unit.of(bar);
    }
}
