package io.understudy.replica.command;

import io.understudy.replica.app.HoldView;
import io.understudy.replica.app.StatusView;
import io.understudy.replica.app.StatusView.AheadView;
import io.understudy.replica.app.StatusView.ErrorView;
import io.understudy.replica.forecast.Forecast;
import io.understudy.replica.round.Discrepancy;
import io.understudy.time.Moments;
import java.time.Duration;
import java.util.Optional;

/** The status for people. */
final class StatusText {
    private final StringBuilder text = new StringBuilder();

    private StatusText() {}

    static String of(StatusView status) {
        StatusText it = new StatusText();
        it.line("site", status.site() + " on " + status.replica());
        it.line("state", state(status));
        status.guard().lines().forEach(line -> it.line(line.name(), line.text()));
        status.drill().filter(each -> status.backupMode()).ifPresent(each -> it.line("drill", each.text()));
        status.forecast().filter(Forecast::standby).ifPresent(it::forecast);
        it.applied(status);
        status.ahead().ifPresent(it::ahead);
        status.held().ifPresent(it::held);
        status.discrepancies().forEach(it::wrong);
        status.previous().ifPresent(id -> it.line("previous", id + " (agent-replica rollback returns to it)"));
        status.epoch()
                .ifPresent(epoch -> it.line("epoch", epoch + (status.claimPending() ? ", yet to be claimed" : "")));
        status.setAside()
                .forEach(name -> it.line("set aside", "database " + name + ", which was here before Understudy"));
        status.treesLeft()
                .forEach(name -> it.line("left", "tree " + name + ", as it is on this server (apply: never)"));
        status.progress().ifPresent(now -> it.line("now", now.step() + " " + now.snapshot()));
        it.seen(status);
        status.primaryShutdown().ifPresent(last -> it.line("shut down", last.text()));
        status.waiting().ifPresent(text -> it.line("waiting", "this standby " + text));
        status.lastError().ifPresent(it::error);
        status.cleanUp().ifPresent(it::cleanUp);
        status.retry().filter(when -> status.daemon()).ifPresent(when -> it.line("retry", "at " + Moments.text(when)));
        status.rejected().forEach(each -> it.line("rejected", each.snapshot() + ": " + each.message()));
        return it.text.toString();
    }

    /** A server without the marker that imported nothing waits for nothing: most often it is the primary. */
    private static String state(StatusView status) {
        if (status.backupMode()) {
            return status.state() + ", in backup mode";
        }
        return (status.state().equals("seeding") ? "not a standby" : status.state()) + ", not in backup mode";
    }

    private void applied(StatusView status) {
        if (status.applied().isEmpty()) {
            line("applied", status.state().equals("applying") ? "nothing until this import ends" : "nothing yet");
            return;
        }
        if (status.state().equals("promoted")) {
            // The site writes here now: an age would be that of no data.
            line(
                    "applied",
                    status.applied().get()
                            + status.since()
                                    .map(when -> ", promoted at " + Moments.text(when))
                                    .orElse(""));
            return;
        }
        String age = status.ageSeconds()
                .map(seconds -> ", data " + age(Duration.ofSeconds(seconds)) + " old")
                .orElse("");
        boolean damaged = status.intact().equals(Optional.of(false));
        line("applied", status.applied().get() + age + (damaged ? ", DAMAGED" : status.proven() ? ", proven" : ""));
    }

    private void forecast(Forecast now) {
        String more = now.obstacles().isEmpty()
                ? now.summary()
                : now.obstacles().get(0).message()
                        + (now.obstacles().size() > 1
                                ? " (and " + (now.obstacles().size() - 1) + " more)"
                                : "")
                        + "; see agent-replica forecast";
        line("switch now", now.answer().label() + ": " + more);
    }

    private void ahead(AheadView ahead) {
        line(
                "ahead",
                ahead.snapshot() + ", data of " + age(Duration.ofSeconds(ahead.ageSeconds())) + " ago; "
                        + ahead.outcome());
    }

    private void held(HoldView hold) {
        line("held", hold.snapshot() + " since " + Moments.text(hold.since()) + ", not served");
        hold.findings().forEach(each -> line("because", each.text()));
        if (hold.more() > 0) {
            line("because", "of " + hold.more() + " more");
        }
        line("hint", hold.hint());
    }

    private void wrong(Discrepancy each) {
        line("wrong", each.message());
        line("hint", each.hint());
    }

    private void seen(StatusView status) {
        line("daemon", status.daemon() ? "runs" : "does not run");
        status.primaries()
                .forEach(each -> line(
                        "primary",
                        each.address()
                                + (each.connected() ? ", connected" : ", not connected")
                                + each.lastSeen()
                                        .map(when -> ", last message " + Moments.text(when))
                                        .orElse("")
                                + each.error().map(why -> ": " + why).orElse("")));
        line(
                "filestore",
                status.filestore().name()
                        + (status.filestore().readable()
                                ? ", the repository can be read"
                                : ", the repository can NOT be read")
                        + status.filestore()
                                .newest()
                                .map(id -> ", newest " + id)
                                .orElse("")
                        + status.filestore()
                                .seen()
                                .map(when -> ", as of " + Moments.text(when))
                                .orElse(""));
        status.filestore().stores().forEach(each -> line("store", each.text()));
    }

    private void error(ErrorView error) {
        line("last error", error.message());
        line("hint", error.hint());
    }

    private void cleanUp(ErrorView error) {
        line("left over", error.message() + "; it blocks nothing and is tried again");
        line("hint", error.hint());
    }

    private void line(String name, String value) {
        text.append("%-11s %s%n".formatted(name + ":", value));
    }

    static String age(Duration age) {
        return Moments.age(age);
    }
}
