package io.understudy.replica.app;

import io.understudy.cli.AgentVersion;
import io.understudy.cli.Problem;
import io.understudy.failure.ErrorCode;
import io.understudy.page.Level;
import io.understudy.page.Page;
import io.understudy.page.Page.DataAge;
import io.understudy.page.Page.Fact;
import io.understudy.page.Page.Head;
import io.understudy.page.Page.Row;
import io.understudy.page.Page.Table;
import io.understudy.page.Page.Timeline;
import io.understudy.page.Page.Verdict;
import io.understudy.page.StoreTable;
import io.understudy.replica.app.StatusView.AheadView;
import io.understudy.replica.app.StatusView.ErrorView;
import io.understudy.replica.app.StatusView.PrimaryView;
import io.understudy.replica.drill.DrillResults;
import io.understudy.replica.forecast.Forecast;
import io.understudy.replica.round.Discrepancy;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Moments;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The standby's status as a page: could we switch now? */
final class StandbyPage {
    static final String QUESTION = "Could we switch now?";

    private final StatusView status;
    private final Duration rpo;
    private final Instant now;

    private StandbyPage(StatusView status, Duration rpo, Instant now) {
        this.status = status;
        this.rpo = rpo;
        this.now = now;
    }

    /** @param rpo how old the data may be */
    static Page of(StatusView status, Timeline timeline, Duration rpo, Instant now) {
        StandbyPage it = new StandbyPage(status, rpo, now);
        return new Page(
                new Head(status.site(), status.replica(), "agent-replica", AgentVersion.current(), now),
                it.verdict(),
                it.age(),
                status.progress()
                        .map(each -> new Page.Progress(
                                each.step() + " " + each.snapshot(), each.doneBytes(), each.totalBytes())),
                it.facts(),
                it.errors(),
                it.tables(),
                timeline.with(it::state));
    }

    private Verdict verdict() {
        return status.guard().verdict(QUESTION).orElseGet(this::ownVerdict);
    }

    private Verdict ownVerdict() {
        if (!status.backupMode()) {
            return new Verdict(
                    status.claimPending() ? Level.CAUTION : Level.PLAIN,
                    QUESTION,
                    status.state().equals("promoted")
                            ? "This server is the primary"
                                    + status.since()
                                            .map(when -> " since " + Moments.text(when))
                                            .orElse("")
                                    + (status.claimPending() ? "; its epoch has yet to reach the filestore." : ".")
                            : "This server is no standby: it has no marker.");
        }
        return status.forecast().map(StandbyPage::verdict).orElseThrow();
    }

    private static Verdict verdict(Forecast forecast) {
        return switch (forecast.answer()) {
            case READY -> new Verdict(Level.GOOD, QUESTION, "Yes. " + sentence(forecast.summary()));
            case UNSURE ->
                new Verdict(
                        Level.CAUTION,
                        QUESTION,
                        "Yes, but: " + forecast.obstacles().get(0).message() + ".");
            case BLOCKED ->
                new Verdict(
                        Level.BAD,
                        QUESTION,
                        "No. " + sentence(forecast.obstacles().get(0).message()));
        };
    }

    private static String sentence(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1) + ".";
    }

    /** Of what {@code promote} would serve. */
    private Optional<DataAge> age() {
        return status.ahead()
                .filter(each -> !each.failed())
                .map(AheadView::moment)
                .or(status::moment)
                .filter(moment -> status.backupMode())
                .map(moment -> new DataAge(moment, Optional.of(rpo)));
    }

    private List<Fact> facts() {
        List<Fact> facts = new ArrayList<>();
        facts.add(Fact.plain("State", status.state()));
        facts.add(Fact.plain(
                "Marker", status.backupMode() ? "is there: in backup mode" : "is not there: not in backup mode"));
        status.applied()
                .ifPresent(id -> facts.add(new Fact(
                        "Live",
                        id
                                + status.moment()
                                        .map(at -> ", data of " + Moments.text(at))
                                        .orElse("")
                                + (status.proven() ? ", proven" : ""),
                        status.proven() || !status.backupMode() ? Level.PLAIN : Level.CAUTION)));
        status.ahead()
                .ifPresent(each -> facts.add(new Fact(
                        "Ahead",
                        each.snapshot() + ", data of " + Moments.text(each.moment()) + "; " + each.outcome(),
                        each.failed() ? Level.CAUTION : Level.PLAIN)));
        status.held()
                .ifPresent(each -> facts.add(new Fact(
                        "Held",
                        each.snapshot() + " since " + Moments.text(each.since()) + "; promote does not serve it",
                        Level.CAUTION)));
        status.previous().ifPresent(id -> facts.add(Fact.plain("Previous", id + "; rollback returns to it")));
        facts.add(new Fact("Epoch", epoch(), status.claimPending() ? Level.CAUTION : Level.PLAIN));
        status.guard().fact().ifPresent(facts::add);
        status.primaryShutdown().ifPresent(last -> facts.add(Fact.plain("Shut down", last.text())));
        status.waiting().ifPresent(text -> facts.add(new Fact("Waiting", "this standby " + text, Level.CAUTION)));
        status.retry().ifPresent(when -> facts.add(Fact.plain("Next try", Moments.text(when))));
        facts.add(filestore());
        status.drill().filter(each -> status.backupMode()).ifPresent(each -> facts.add(drill(each)));
        status.forecast().filter(Forecast::standby).ifPresent(it -> facts.add(forecast(it)));
        return facts;
    }

    /** Of this server, which has one after a promotion alone, and of the repository. */
    private String epoch() {
        Optional<String> own = status.epoch().map(each -> each + (status.claimPending() ? ", yet to be claimed" : ""));
        Optional<String> highest = status.highestEpoch()
                .filter(each -> !status.epoch().equals(Optional.of(each)))
                .map(each -> "the highest one is " + each);
        String text = Stream.concat(own.stream(), highest.stream()).collect(Collectors.joining("; "));
        return text.isEmpty() ? "not known: the repository has not been read yet" : text;
    }

    private static Fact drill(DrillResults.Content it) {
        boolean failed = it.last().flatMap(DrillResults.Summary::why).isPresent();
        return new Fact("Drill", it.text(), failed || it.passed().isEmpty() ? Level.CAUTION : Level.PLAIN);
    }

    private static Fact forecast(Forecast it) {
        return Fact.plain("A switch", it.summary() + ", by a look at " + Moments.text(it.at()));
    }

    private Fact filestore() {
        StatusView.FilestoreView store = status.filestore();
        return new Fact(
                "Filestore",
                store.name()
                        + (store.readable() ? "" : ", can NOT be read")
                        + store.newest().map(id -> ", newest " + id).orElse("")
                        + store.seen().map(at -> ", as of " + Moments.text(at)).orElse("")
                        + store.error().map(why -> ": " + why).orElse(""),
                store.readable() ? Level.PLAIN : Level.BAD);
    }

    private List<Page.Error> errors() {
        List<Page.Error> errors = new ArrayList<>(status.guard().errors());
        status.forecast()
                .filter(Forecast::standby)
                .ifPresent(it -> it.obstacles()
                        .forEach(each -> errors.add(new Page.Error(
                                "switch: " + each.weight().label(),
                                new Problem(each.code(), each.message(), each.hint()),
                                Optional.of(it.at())))));
        for (Discrepancy each : status.discrepancies()) {
            errors.add(new Page.Error(
                    each.subject().label(), new Problem(each.code(), each.message(), each.hint()), Optional.empty()));
        }
        status.lastError().ifPresent(each -> errors.add(error("import", each)));
        status.cleanUp().ifPresent(each -> errors.add(error("clean-up", each)));
        status.held()
                .ifPresent(each -> errors.add(new Page.Error(
                        "held " + each.snapshot(),
                        new Problem(ErrorCode.SNAPSHOT_HELD.label(), each.text(), each.hint()),
                        Optional.of(each.since()))));
        status.rejected()
                .forEach(each -> errors.add(new Page.Error(
                        "rejected " + each.snapshot(),
                        new Problem(
                                each.code(), each.message(), "agent-replica sync --retry-rejected imports it again"),
                        Optional.empty())));
        return errors;
    }

    private static Page.Error error(String subject, ErrorView each) {
        return new Page.Error(subject, new Problem(each.code(), each.message(), each.hint()), Optional.of(each.at()));
    }

    private List<Table> tables() {
        List<Table> tables = new ArrayList<>();
        List<Row> primaries = status.primaries().stream().map(StandbyPage::row).toList();
        if (!primaries.isEmpty()) {
            tables.add(new Table("Primaries", List.of("Address", "Connection", "Last message"), primaries));
        }
        StoreTable.of(status.filestore().stores()).ifPresent(tables::add);
        return tables;
    }

    private static Row row(PrimaryView each) {
        return new Row(
                each.connected() ? Level.GOOD : Level.CAUTION,
                List.of(
                        each.address(),
                        (each.connected() ? "connected" : "not connected")
                                + each.error().map(why -> ": " + why).orElse(""),
                        each.lastSeen().map(Moments::text).orElse("none")));
    }

    private String state(SnapshotId id) {
        Optional<SnapshotId> wanted = Optional.of(id);
        if (status.applied().equals(wanted)) {
            return "live";
        }
        if (status.ahead().map(AheadView::snapshot).equals(wanted)) {
            return "ahead";
        }
        if (status.previous().equals(wanted)) {
            return "previous";
        }
        if (status.held().map(HoldView::snapshot).equals(wanted)) {
            return "held";
        }
        return status.rejected().stream().anyMatch(each -> each.snapshot().equals(id)) ? "rejected" : "";
    }
}
