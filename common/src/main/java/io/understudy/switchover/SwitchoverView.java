package io.understudy.switchover;

import io.understudy.cli.Problem;
import io.understudy.failure.ErrorCode;
import io.understudy.setup.CheckResult;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The result of {@code switchover} of both agents:
 *
 * <pre>{@code
 * {"standby":"b","outcome":"planned","checks":[{"check":"role","state":"ok",…}],
 *  "steps":[{"step":"stop the site","seconds":0.4}],"snapshot":null,"why":null,"problem":null}
 * }</pre>
 *
 * @param outcome {@code planned}, {@code blocked} (a plan that a failed check forbids), {@code handed over},
 *     {@code went back}, {@code going back}, {@code none}: there was nothing to cancel
 * @param checks of a plan
 * @param steps of a plan: all, with the time that each took last; else those that were done
 * @param snapshot the final one
 * @param why it went back
 * @param problem its code, for the exit code
 */
public record SwitchoverView(
        String standby,
        String outcome,
        List<CheckResult> checks,
        List<StepView> steps,
        Optional<String> snapshot,
        Optional<String> why,
        Optional<Problem> problem) {
    public static final String HANDED_OVER = "handed over";
    public static final String WENT_BACK = "went back";

    /** @param seconds null where it is not known yet */
    public record StepView(String step, Optional<Double> seconds) {
        private String text() {
            return "  " + step + ": "
                    + seconds.map(took -> String.format(Locale.ROOT, "%.1f s", took))
                            .orElse("not known yet");
        }
    }

    /** Of a look alone. */
    public static SwitchoverView plan(String standby, List<CheckResult> checks, List<StepView> steps) {
        Optional<CheckResult> blocked =
                checks.stream().filter(CheckResult::hasFailed).findFirst();
        return new SwitchoverView(
                standby,
                blocked.isPresent() ? "blocked" : "planned",
                checks,
                steps,
                Optional.empty(),
                Optional.empty(),
                blocked.map(check -> new Problem(check.code(), check.message(), check.hint())));
    }

    /** Of one that was begun. */
    public static SwitchoverView of(String standby, String outcome, Optional<String> snapshot, Optional<String> why) {
        return new SwitchoverView(standby, outcome, List.of(), List.of(), snapshot, why, Optional.empty());
    }

    /** Of the program that asked for it, on either server. */
    public int exitCode() {
        if (outcome.equals(WENT_BACK)) {
            return ErrorCode.CANCELLED.exitCode();
        }
        return problem.flatMap(each -> ErrorCode.of(each.code()))
                .map(ErrorCode::exitCode)
                .orElse(0);
    }

    /** For people on the server that hands its site over. */
    public String text() {
        return text(standby + " is the primary; this server is its standby", standby, "this server");
    }

    /** For people on the standby that takes the site over. */
    public String textOnStandby() {
        return text("this server, " + standby + ", is the primary", "this server", "the primary");
    }

    private String text(String done, String successor, String predecessor) {
        StringBuilder text = new StringBuilder();
        switch (outcome) {
            case HANDED_OVER ->
                text.append(done)
                        .append(snapshot.map(id -> " (final snapshot " + id + ")")
                                .orElse(""))
                        .append("\nnext: point DNS, or the floating address, to ")
                        .append(successor)
                        .append(", unless its promotion did so");
            case WENT_BACK ->
                text.append("the site runs on ")
                        .append(predecessor)
                        .append(" again: ")
                        .append(why.orElse(""));
            case "going back" -> text.append("going back: ").append(why.orElse(""));
            case "none" -> text.append("no switchover is under way");
            default -> plan(text);
        }
        return text.append('\n').toString();
    }

    private void plan(StringBuilder text) {
        text.append("switchover to ").append(standby).append(", nothing is changed by this plan\n");
        checks.forEach(check -> {
            text.append(String.format(Locale.ROOT, "%-8s", check.state()))
                    .append(check.check())
                    .append(": ")
                    .append(check.message())
                    .append('\n');
            if (check.hint() != null) {
                text.append("       hint: ").append(check.hint()).append('\n');
            }
        });
        text.append("steps, and how long each took the last time:\n");
        steps.forEach(step -> text.append(step.text()).append('\n'));
        text.setLength(text.length() - 1);
    }
}
