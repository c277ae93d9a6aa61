package io.understudy.primary.switchover;

import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.progress.Progress;
import io.understudy.repository.SnapshotId;
import io.understudy.site.Marker;
import io.understudy.switchover.SwitchoverNote;
import io.understudy.switchover.SwitchoverNote.Step;
import io.understudy.switchover.SwitchoverNotes;
import io.understudy.switchover.SwitchoverRequest;
import io.understudy.switchover.SwitchoverView;
import io.understudy.switchover.SwitchoverView.StepView;
import io.understudy.tasks.DaemonThreads;
import io.understudy.tasks.Services.Service;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * The switchovers of a daemon: begins one, shows a caller how far it is, and takes its turns in a thread of its own,
 * also those that a process before had begun. A caller who leaves ends nothing.
 *
 * <p>More than 300 lines, for what a second caller sees of a switchover depends on how the first one began it.
 */
public final class Switchovers implements Service {
    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final String BY_OPERATOR = "cancelled by an operator";

    /** Service managers wait longer than that for an agent's end. */
    private static final Duration LAST_TURNS = Duration.ofSeconds(20);

    private final Marker marker;
    private final SwitchoverChecks checks;
    private final Switchover switchover;
    private final SwitchoverNotes notes;
    private final SwitchoverTimes times;
    private final Supplier<Integer> epoch;
    private final ShippedAhead ahead;
    private final Events events;
    private final Clock clock;
    private final Ticker ticker;
    /** The one that was asked of this process last; null: none. */
    private final AtomicReference<Asked> last = new AtomicReference<>();

    /**
     * @param cancelled set before the notes are read; it is looked at once more behind the note of its begin
     * @param noted whether it has begun
     */
    private record Asked(
            String standby, CompletableFuture<SwitchoverView> end, AtomicBoolean cancelled, AtomicBoolean noted) {
        static Asked of(String standby) {
            return new Asked(standby, new CompletableFuture<>(), new AtomicBoolean(), new AtomicBoolean());
        }

        private boolean isPrepared() {
            return !end.isDone() && !noted.get();
        }

        /** Of one that has ended. */
        private SwitchoverView result() {
            try {
                return end.join();
            } catch (CompletionException e) {
                throw (RuntimeException) e.getCause();
            }
        }
    }

    /**
     * @param epoch that this server may publish in
     * @param shipped ships what changed up to now while the site runs, so that the final snapshot is small; gives the
     *     newest snapshot then
     */
    public Switchovers(
            Marker marker,
            SwitchoverChecks checks,
            Switchover switchover,
            SwitchoverNotes notes,
            SwitchoverTimes times,
            Supplier<Integer> epoch,
            Supplier<Optional<SnapshotId>> shipped,
            Events events,
            Clock clock,
            Ticker ticker) {
        this.marker = marker;
        this.checks = checks;
        this.switchover = switchover;
        this.notes = notes;
        this.times = times;
        this.epoch = epoch;
        this.ahead = new ShippedAhead(checks, shipped, ticker);
        this.events = events;
        this.clock = clock;
        this.ticker = ticker;
    }

    @Override
    public AutoCloseable start() {
        ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("switchover"));
        worker.scheduleWithFixedDelay(this::turns, 0, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        return () -> {
            worker.shutdownNow();
            boolean ended = worker.awaitTermination(LAST_TURNS.toSeconds(), TimeUnit.SECONDS);
            if (ended) {
                leave();
            }
        };
    }

    /**
     * The agent is stopped: no site stays down for lack of a next step. What can't be taken back at once, as
     * without the filestore, the next process goes on with.
     */
    void leave() {
        notes.read()
                .filter(SwitchoverNote::goesForward)
                .ifPresent(note -> switchover.cancel("agent-primary was stopped"));
        long begun = ticker.nanos();
        boolean waits = true;
        while (waits && ticker.since(begun).compareTo(LAST_TURNS) < 0) {
            turns();
            waits = notes.read().filter(note -> !note.isLeft()).isPresent();
            if (waits) {
                ticker.pause(PAUSE, "go back before the agent ends");
            }
        }
    }

    /** Steps that can be done one after the other. */
    void turns() {
        try {
            boolean more = true;
            while (more && !Thread.currentThread().isInterrupted()) {
                more = switchover.turn();
            }
        } catch (RuntimeException e) {
            events.report(new CommonEvent.Defect("a switchover", e));
        }
    }

    /**
     * Does what is asked, and waits for its end.
     *
     * @throws UnderstudyException what stands in the way; nothing has changed then
     */
    public SwitchoverView run(SwitchoverRequest request, Progress progress) {
        return switch (request.what()) {
            case PLAN -> plan(request.standby());
            case CANCEL -> cancel(request.standby());
            case WATCH -> watched(request.standby(), progress);
            case BEGIN -> handOver(request, progress);
        };
    }

    private SwitchoverView plan(String standby) {
        return SwitchoverView.plan(
                standby,
                checks.run(standby),
                Arrays.stream(Step.values())
                        .filter(step -> step != Step.GOING_BACK && step != Step.LEFT)
                        .map(step -> new StepView(step.next(), times.of(step)))
                        .toList());
    }

    private SwitchoverView handOver(SwitchoverRequest request, Progress progress) {
        checks.require(request.standby());
        Asked asked = Asked.of(request.standby());
        Asked before = last.get();
        boolean free = before == null || before.end().isDone();
        if (!free || !last.compareAndSet(before, asked)) {
            throw new UnderstudyException(
                    ErrorCode.LOCKED,
                    "a switchover of this server is being prepared by another command",
                    "wait for its end; see agent-primary status");
        }
        try {
            asked.end().complete(begun(request, asked, progress));
        } catch (RuntimeException e) {
            asked.end().completeExceptionally(e);
        } finally {
            // After an error that nothing here can handle: the next one must not wait for it.
            asked.end().cancel(false);
        }
        return asked.result();
    }

    private SwitchoverView begun(SwitchoverRequest request, Asked asked, Progress progress) {
        ahead.ship(request, asked.cancelled()::get, progress);
        // That may have taken long, and a marker of an operator's is not this switchover's to remove.
        checks.require(request.standby());
        int held = epoch.get();
        Instant now = clock.instant();
        SwitchoverNote begun = SwitchoverNote.begin(request.standby(), held, now, now.plus(request.limit()));
        synchronized (asked) {
            ShippedAhead.requireWanted(request, asked.cancelled()::get);
            notes.begin(begun);
            asked.noted().set(true);
        }
        PrimaryPoint.SWITCHOVER_INTENDED.reached();
        events.report(new PrimaryEvent.SwitchoverBegan(begun.standby(), begun.until()));
        return awaited(begun, progress);
    }

    /** A caller whose connection was lost sees the end, also of one that a process before had begun. */
    private SwitchoverView watched(String standby, Progress progress) {
        Asked asked = last.get();
        if (asked != null && asked.standby().equals(standby)) {
            while (!asked.end().isDone()) {
                progress.report(notes.read().map(note -> note.step().next()).orElse("ship what changed"), 0, -1);
                ticker.pause(PAUSE, "wait for the end of the switchover, which goes on by itself");
            }
            return asked.result();
        }
        Optional<SwitchoverNote> there =
                notes.read().filter(note -> note.standby().equals(standby));
        if (there.isPresent()) {
            return awaited(there.get(), progress);
        }
        return marker.present()
                ? SwitchoverView.of(standby, SwitchoverView.HANDED_OVER, Optional.empty(), Optional.empty())
                : SwitchoverView.of(
                        standby,
                        SwitchoverView.WENT_BACK,
                        Optional.empty(),
                        Optional.of("no switchover to " + standby
                                + " is under way any more; the log of agent-primary there says why"));
    }

    private SwitchoverView awaited(SwitchoverNote begun, Progress progress) {
        Optional<SwitchoverNote> now = Optional.of(begun);
        Optional<SwitchoverNote> before = now;
        while (now.filter(note -> !note.isLeft()).isPresent()) {
            progress.report(now.get().step().next(), 0, -1);
            before = now;
            ticker.pause(PAUSE, "wait for the end of the switchover, which goes on by itself");
            now = notes.read();
        }
        SwitchoverNote end = now.orElse(before.orElseThrow());
        // The replica's agent here may have ended it already: the marker says which of the two servers has the site.
        boolean over = marker.present();
        return SwitchoverView.of(
                end.standby(),
                over ? SwitchoverView.HANDED_OVER : SwitchoverView.WENT_BACK,
                end.last().map(SnapshotId::toString),
                over ? Optional.empty() : end.why());
    }

    /** @param standby that asks for it; empty: an operator of this server does */
    private SwitchoverView cancel(String standby) {
        Optional<String> prepared = cancelPrepared(standby);
        Optional<SwitchoverNote> note = notes.read();
        note.filter(each ->
                        !standby.isEmpty() && !each.isLeft() && !each.standby().equals(standby))
                .ifPresent(other -> {
                    throw new UnderstudyException(
                            ErrorCode.USAGE,
                            "cannot end the switchover that is under way: it is to " + other.standby() + ", not to "
                                    + standby,
                            "end it on the primary: agent-primary switchover --cancel");
                });
        if (note.filter(each -> !each.isLeft()).isEmpty()) {
            return prepared.map(to -> SwitchoverView.of(
                            to,
                            "going back",
                            Optional.empty(),
                            Optional.of("it had not begun, and has changed nothing")))
                    .orElseGet(() -> SwitchoverView.of(standby, "none", Optional.empty(), Optional.empty()));
        }
        if (note.filter(SwitchoverNote::goesForward).isPresent()) {
            switchover.cancel(BY_OPERATOR);
        }
        Optional<SwitchoverNote> now = notes.read();
        return SwitchoverView.of(
                note.get().standby(),
                now.filter(each -> each.step() == Step.HANDED_OVER).isPresent()
                        ? SwitchoverView.HANDED_OVER
                        : "going back",
                note.get().last().map(SnapshotId::toString),
                now.flatMap(SwitchoverNote::why));
    }

    /** One that ships ahead has no note yet. @return to which standby */
    private Optional<String> cancelPrepared(String standby) {
        Asked asked = last.get();
        if (asked == null || !standby.isEmpty() && !asked.standby().equals(standby)) {
            return Optional.empty();
        }
        // Its note is not there yet and will not be, or it is there for who reads it next.
        synchronized (asked) {
            if (!asked.isPrepared()) {
                return Optional.empty();
            }
            asked.cancelled().set(true);
        }
        return Optional.of(asked.standby());
    }

    /** What is under way, for the status; never throws an {@link UnderstudyException}. */
    public Optional<String> status() {
        try {
            return notes.read()
                    .filter(note -> !note.isLeft())
                    .map(note -> "switchover to " + note.standby() + ": "
                            + note.step().next()
                            + note.why().map(why -> " (" + why + ")").orElse(""));
        } catch (UnderstudyException e) {
            return Optional.of("switchover: " + e.getMessage());
        }
    }
}
