package io.understudy.primary.app;

import io.understudy.cli.Bytes;
import io.understudy.cli.Problem;
import io.understudy.failure.UnderstudyException;
import io.understudy.page.Level;
import io.understudy.page.Page;
import io.understudy.page.Page.DataAge;
import io.understudy.page.Page.Fact;
import io.understudy.page.Page.Head;
import io.understudy.page.Page.Row;
import io.understudy.page.Page.Table;
import io.understudy.page.Page.Timeline;
import io.understudy.page.Page.Verdict;
import io.understudy.page.PageHtml;
import io.understudy.page.RecentSnapshots;
import io.understudy.page.Refreshed;
import io.understudy.page.StoreTable;
import io.understudy.primary.app.StatusView.FollowerView;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Moments;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The primary's status as a page: is there a second copy? */
final class PrimaryPage {
    static final String QUESTION = "Is there a second copy, and a standby that has it?";

    private final StatusView status;
    private final Optional<Problem> failure;
    private final Optional<Duration> target;
    private final Instant now;

    private PrimaryPage(StatusView status, Optional<Problem> failure, Optional<Duration> target, Instant now) {
        this.status = status;
        this.failure = failure;
        this.target = target;
        this.now = now;
    }

    /**
     * @param failure of the last snapshot; empty when it did not fail
     * @param target how old the newest snapshot may be; empty without a schedule
     */
    static Page of(
            StatusView status,
            Optional<UnderstudyException> failure,
            Timeline timeline,
            Optional<Duration> target,
            Instant now) {
        PrimaryPage it = new PrimaryPage(status, failure.map(Problem::of), target, now);
        return new Page(
                new Head(status.site(), status.server(), "agent-primary", status.version(), now),
                it.verdict(),
                it.age(),
                status.progress().map(each -> new Page.Progress(each.step(), each.doneBytes(), each.totalBytes())),
                it.facts(),
                it.errors(),
                it.tables(),
                timeline.with(it::state));
    }

    /**
     * The page, made again when it is asked for.
     *
     * @param longestPause of the schedule; empty without one
     */
    static Refreshed<String> refreshed(
            Supplier<StatusView> status,
            DaemonStatus daemon,
            RecentSnapshots recent,
            Optional<Duration> longestPause,
            Clock clock) {
        return new Refreshed<>(
                () -> PageHtml.of(of(
                        status.get(),
                        daemon.snapshotFailure(),
                        recent.look(),
                        PrimaryAge.target(longestPause),
                        clock.instant())),
                clock);
    }

    private boolean isPrimary() {
        return status.role().equals(Role.PRIMARY.label());
    }

    private Verdict verdict() {
        return status.guard().verdict(QUESTION).orElseGet(this::ownVerdict);
    }

    private Verdict ownVerdict() {
        Optional<StoppedSite> down =
                status.stopped().filter(each -> each.error().isPresent());
        if (down.isPresent()) {
            return new Verdict(
                    Level.BAD,
                    QUESTION,
                    "The site is down: a snapshot stopped it at "
                            + Moments.text(down.get().since()) + ", and it was not started again.");
        }
        if (status.role().equals(Role.REPLICA.label())) {
            return new Verdict(
                    Level.PLAIN, QUESTION, "This server is a standby: ask agent-replica. This agent is idle.");
        }
        if (!isPrimary()) {
            return new Verdict(
                    Level.BAD, QUESTION, "Not known from here: the role of this server is " + status.role() + ".");
        }
        if (failure.isPresent()) {
            return new Verdict(Level.BAD, QUESTION, "The last snapshot failed, so the copy gets older.");
        }
        if (status.newest().isEmpty()) {
            return new Verdict(Level.BAD, QUESTION, "No. There is no snapshot yet.");
        }
        if (age().filter(each -> each.isOver(now)).isPresent()) {
            return new Verdict(Level.CAUTION, QUESTION, "There is a copy, but it is older than it may be.");
        }
        if (status.lastError().isPresent()) {
            return new Verdict(Level.CAUTION, QUESTION, "There is a copy, but something is wrong: see below.");
        }
        return status.followers().stream()
                .filter(each -> each.connected() && each.proven().isPresent())
                .map(each -> each.lastError().isPresent()
                        ? new Verdict(
                                Level.CAUTION, QUESTION, "Yes; but the last import of " + each.name() + " failed.")
                        : new Verdict(Level.GOOD, QUESTION, "Yes. " + each.name() + " follows and is proven."))
                .min((one, other) -> one.level().compareTo(other.level()))
                .orElse(new Verdict(
                        Level.CAUTION, QUESTION, "There is a copy in the filestore. No standby is connected."));
    }

    private Optional<DataAge> age() {
        return PrimaryAge.of(status, failure.isPresent(), target);
    }

    private List<Fact> facts() {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("Role", status.role(), isPrimary() ? Level.PLAIN : roleLevel()));
        facts.add(Fact.plain(
                "Epoch",
                (status.epoch() == 0 ? "none" : status.epoch())
                        + (status.highestEpoch() == 0 ? "" : " of " + status.highestEpoch() + " in the repository")));
        facts.add(status.marker()
                .map(there ->
                        Fact.plain("Marker", there ? "is there: in backup mode" : "is not there: not in backup mode"))
                .orElseGet(() -> new Fact("Marker", "not known: it cannot be looked at", Level.CAUTION)));
        status.stopped()
                .ifPresent(each ->
                        facts.add(new Fact("Site", each.text(), each.error().isPresent() ? Level.BAD : Level.PLAIN)));
        facts.add(Fact.plain(
                "Newest",
                status.newest().orElse("none")
                        + status.moment()
                                .map(at -> ", data of " + Moments.text(at))
                                .orElse("")));
        status.guard().fact().ifPresent(facts::add);
        status.next().ifPresent(at -> facts.add(Fact.plain("Next", Moments.text(at))));
        status.continuous().ifPresent(each -> facts.add(Fact.plain("Continuous", each.text())));
        status.tracking()
                .ifPresent(each -> facts.add(Fact.plain(
                        "Change tracking",
                        "the server keeps " + Bytes.text(each.retainedBytes()) + " of its log, at most "
                                + Bytes.text(each.limitBytes()))));
        facts.add(new Fact(
                "Filestore",
                status.filestore().name()
                        + (status.filestore().readable() ? "" : ", can NOT be read")
                        + status.filestore()
                                .seen()
                                .map(at -> ", as of " + Moments.text(at))
                                .orElse(""),
                status.filestore().readable() ? Level.PLAIN : Level.BAD));
        return facts;
    }

    private Level roleLevel() {
        return status.role().equals(Role.REPLICA.label()) ? Level.PLAIN : Level.BAD;
    }

    private List<Page.Error> errors() {
        List<Page.Error> errors = new ArrayList<>(status.guard().errors());
        status.stopped()
                .flatMap(StoppedSite::error)
                .ifPresent(each -> errors.add(new Page.Error("site", each, Optional.empty())));
        failure.ifPresent(each -> errors.add(new Page.Error("snapshot", each, Optional.empty())));
        status.lastError()
                .filter(each -> failure.isEmpty() && !status.junk().contains(each))
                .ifPresent(each -> errors.add(new Page.Error("repository", each, Optional.empty())));
        status.junk().forEach(each -> errors.add(new Page.Error("repository", each, Optional.empty())));
        status.doubledNames()
                .forEach(each -> errors.add(new Page.Error("name", each.problem(), Optional.of(each.seen()))));
        status.followers()
                .forEach(each -> each.lastError()
                        .ifPresent(why -> errors.add(
                                new Page.Error("replica " + each.name(), why, Optional.of(each.lastSeen())))));
        return errors;
    }

    private List<Table> tables() {
        List<Table> tables = new ArrayList<>();
        if (isPrimary()) {
            tables.add(new Table(
                    "Replicas",
                    List.of("Name", "Connection", "Live", "Data of", "Ahead", "Now"),
                    status.followers().stream().map(PrimaryPage::row).toList()));
        }
        List<Row> away = status.peers().stream()
                .filter(each -> !each.connected())
                .map(each -> new Row(Level.CAUTION, List.of(each.name(), each.text())))
                .toList();
        if (!away.isEmpty()) {
            tables.add(new Table("Replicas that do not follow", List.of("Name", "Contact"), away));
        }
        StoreTable.of(status.filestore().stores()).ifPresent(tables::add);
        return tables;
    }

    private static Row row(FollowerView each) {
        boolean good = each.connected() && each.lastError().isEmpty();
        return new Row(
                good ? Level.GOOD : Level.CAUTION,
                List.of(
                        each.name(),
                        each.connected() ? "connected" : "last report " + Moments.text(each.lastSeen()),
                        each.applied().orElse("nothing yet")
                                + (each.proven().equals(each.applied())
                                                && each.applied().isPresent()
                                        ? ", proven"
                                        : ""),
                        each.moment().map(Moments::text).orElse(""),
                        each.ahead().orElse(""),
                        each.step().orElse("")));
    }

    private String state(SnapshotId id) {
        List<String> names = status.followers().stream()
                .filter(each -> each.applied().equals(Optional.of(id.toString())))
                .map(each -> "live on " + each.name())
                .toList();
        return String.join(", ", names);
    }
}
