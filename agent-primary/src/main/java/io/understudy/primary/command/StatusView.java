package io.understudy.primary.command;

import io.understudy.cli.Bytes;
import io.understudy.cli.Problem;
import io.understudy.primary.app.Messages;
import io.understudy.v1.Failure;
import io.understudy.v1.FollowerStatus;
import io.understudy.v1.PrimaryStatus;
import io.understudy.v1.ReplicaReport;
import io.understudy.v1.StepProgress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The result of {@code agent-primary status}:
 *
 * <pre>{@code
 * {"running":true,"site":"example","server":"a.example.net","version":"0.1.0","role":"primary","epoch":1,"highest_epoch":1,
 *  "newest":"00000001-00000003","moment":"2026-11-20T10:00:00.123456Z","next":"2026-11-20T11:00:00Z",
 *  "progress":{"step":"database","done_bytes":1048576,"total_bytes":4194304},"last_error":{"code":"dump_failed","message":"…","hint":"…"},
 *  "followers":[{"name":"standby-1","connected":true,"heard":"…","version":"0.1.0","state":"following","applied":"00000001-00000003","moment":"…","proven":"00000001-00000003",
 *   "step":null,"last_error":null}]}
 * }</pre>
 *
 * {@code role} is {@code primary}, {@code replica}, {@code fenced}, {@code no epoch} or {@code unknown}; an epoch is 0 when there is none or it is not known; what is not there is
 * {@code null}. Without a daemon {@code running} is false, and {@code next}, {@code progress} and {@code followers} are empty.
 */
record StatusView(
        boolean running,
        String site,
        String server,
        String version,
        String role,
        int epoch,
        int highestEpoch,
        Optional<String> newest,
        Optional<Instant> moment,
        Optional<Instant> next,
        Optional<Progress> progress,
        Optional<Problem> lastError,
        List<FollowerView> followers) {

    record Progress(String step, long doneBytes, long totalBytes) {}

    record FollowerView(
            String name,
            boolean connected,
            Instant heard,
            String version,
            String state,
            Optional<String> applied,
            Optional<Instant> moment,
            Optional<String> proven,
            Optional<String> step,
            Optional<Problem> lastError) {}

    static StatusView of(boolean running, PrimaryStatus status) {
        return new StatusView(
                running,
                status.getSite(),
                status.getServer(),
                status.getAgentVersion(),
                status.getRole(),
                status.getEpoch(),
                status.getHighestEpoch(),
                text(status.getNewest()),
                Messages.instant(status.hasMoment(), status.getMoment()),
                Messages.instant(status.hasNext(), status.getNext()),
                status.hasProgress() ? Optional.of(progress(status.getProgress())) : Optional.empty(),
                problem(status.hasLastError(), status.getLastError()),
                status.getFollowersList().stream().map(StatusView::follower).toList());
    }

    private static FollowerView follower(FollowerStatus follower) {
        ReplicaReport report = follower.getReport();
        return new FollowerView(
                report.getName(),
                follower.getConnected(),
                Messages.instant(true, follower.getHeard()).orElseThrow(),
                report.getAgentVersion(),
                report.getState(),
                text(report.getApplied()),
                Messages.instant(report.hasMoment(), report.getMoment()),
                text(report.getProven()),
                text(report.getStep()),
                problem(report.hasLastError(), report.getLastError()));
    }

    private static Progress progress(StepProgress step) {
        return new Progress(step.getStep(), step.getDoneBytes(), step.getTotalBytes());
    }

    private static Optional<Problem> problem(boolean present, Failure failure) {
        return present
                ? Optional.of(new Problem(failure.getCode(), failure.getMessage(), failure.getHint()))
                : Optional.empty();
    }

    private static Optional<String> text(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    String text() {
        StringBuilder text = new StringBuilder()
                .append("site       " + site + " on " + server + ", Understudy " + version + "\n")
                .append("agent      " + (running ? "runs" : "does not run") + "\n")
                .append("role       " + role + ", epoch " + epoch + " of " + highestEpoch + "\n")
                .append("newest     " + newest.orElse("no snapshot yet")
                        + moment.map(at -> ", data of " + at).orElse("") + "\n");
        next.ifPresent(at -> text.append("next       " + at + "\n"));
        progress.ifPresent(now -> text.append("at work    " + now.step() + ", " + Bytes.text(now.doneBytes()) + "\n"));
        lastError.ifPresent(why -> text.append("last error " + why.message() + "\nhint       " + why.hint() + "\n"));
        followers.forEach(one -> text.append("replica    " + one.name()
                + (one.connected() ? ", connected" : ", last heard " + one.heard()) + ", "
                + one.applied().map(id -> "has " + id).orElse("has nothing yet")
                + one.step().map(step -> ", at " + step).orElse("")
                + one.lastError().map(why -> ", failed: " + why.message()).orElse("") + "\n"));
        return text.toString();
    }
}
