package io.understudy.replica.drill;

import com.fasterxml.jackson.annotation.JsonValue;
import io.understudy.cli.Problem;
import io.understudy.time.Moments;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How a drill went; the signed line of its file, and what {@code drill} prints with {@code --json}.
 *
 * @param id when it began, as {@code 20261120T040000Z}; names its files
 * @param server of the standby
 * @param agent the version that did it
 * @param content empty where there was none
 * @param steps in the order in which they ran
 * @param problem the first that went wrong
 * @param seconds of all steps
 */
public record DrillReport(
        String id,
        String site,
        String server,
        String agent,
        Instant at,
        Optional<DrillContent> content,
        List<DrillStep> steps,
        Result result,
        Optional<Problem> problem,
        double seconds) {
    /** How it ended. */
    public enum Result {
        PASSED,
        FAILED,
        /** For a promotion, or by who asked for it: it says nothing of the site. */
        ABANDONED,
        /** Its process was killed; what it left was cleared up later. */
        INTERRUPTED;

        @JsonValue
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public DrillReport {
        steps = List.copyOf(steps);
    }

    public boolean passed() {
        return result == Result.PASSED;
    }

    /** For people. */
    public String text() {
        List<String> lines = new ArrayList<>();
        lines.add("drill " + id + ": " + result.label());
        content.ifPresent(it -> {
            lines.add("content:    " + it.snapshot() + (it.ahead() ? ", loaded ahead" : ", live")
                    + it.moment().map(at -> ", data of " + Moments.text(at)).orElse(""));
            it.database().ifPresent(how -> lines.add("database:   " + copied(how)));
            it.leftOut().forEach(each -> lines.add("left out:   " + each));
        });
        for (DrillStep each : steps) {
            lines.add(each.skipped()
                    .map(why -> String.format(Locale.ROOT, "  %-20s skipped: %s", each.name(), why))
                    .orElseGet(() -> String.format(
                            Locale.ROOT,
                            "  %-20s %7.1f s%s",
                            each.name(),
                            each.seconds(),
                            each.ok() ? "" : "  FAILED")));
        }
        lines.add(String.format(Locale.ROOT, "total:      %.1f s", seconds));
        problem.ifPresent(it -> {
            lines.add("because:    " + it.message());
            lines.add("hint:       " + it.hint());
        });
        return String.join("\n", lines);
    }

    static String copied(String how) {
        return switch (how) {
            case "template" -> "a copy of the one that is loaded ahead";
            case "clone" -> "a clone of the one that is loaded ahead";
            case "none" -> "none of PostgreSQL";
            default -> "loaded from this server's mirror";
        };
    }
}
