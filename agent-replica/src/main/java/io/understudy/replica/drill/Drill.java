package io.understudy.replica.drill;

import io.understudy.cli.AgentVersion;
import io.understudy.cli.Problem;
import io.understudy.config.DrillSettings.SmokeTest;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.failure.Unexpected;
import io.understudy.files.ProcessLock;
import io.understudy.progress.Progress;
import io.understudy.replica.drill.DrillReport.Result;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.state.BackupMode;
import io.understudy.site.Marker;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Rehearses a promotion: a copy of the newest content, the site's copy on it as production, its health, smoke tests,
 * and away with all of it. It changes nothing that an import or a promotion uses, takes no lock of theirs, and is given
 * up when one begins. What it makes is noted before it is made, so the next one clears up after a kill.
 */
public final class Drill {
    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final DrillPlace place;
    private final DrillCopies copies;
    private final DrillSite site;
    private final BackupMode backup;
    private final Supplier<Optional<Newest>> newest;
    private final Measured measured;
    private final DrillControl control;
    private final Events events;
    private final DrillClock time;

    /** @param newest what a promotion would serve */
    Drill(
            DrillPlace place,
            DrillCopies copies,
            DrillSite site,
            BackupMode backup,
            Supplier<Optional<Newest>> newest,
            Measured measured,
            DrillControl control,
            Events events,
            DrillClock time) {
        this.place = place;
        this.copies = copies;
        this.site = site;
        this.backup = backup;
        this.newest = newest;
        this.measured = measured;
        this.control = control;
        this.events = events;
        this.time = time;
    }

    public DrillReports reports() {
        return place.reports();
    }

    /**
     * Once, now.
     *
     * @param progress receives the names of steps
     * @throws UnderstudyException {@code NOT_BACKUP_MODE}, {@code SNAPSHOT_UNKNOWN} before the first import,
     *     {@code LOCKED} where a drill runs, and what prevents clearing up after an earlier one; all else is in the
     *     report
     */
    public DrillReport run(Progress progress) {
        backup.require();
        Newest content = newest.get()
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.SNAPSHOT_UNKNOWN,
                        "cannot rehearse a promotion: nothing was imported yet",
                        "agent-replica sync imports the newest snapshot"));
        return locked(() -> {
            clearLeft();
            return rehearse(content, progress);
        });
    }

    /** Clears up what a killed drill left, and reports that. Does nothing where one runs, or none was. */
    public void clear() {
        if (place.note().exists()) {
            locked(() -> {
                clearLeft();
                return null;
            });
        }
    }

    private <T> T locked(Supplier<T> work) {
        ProcessLock lock = ProcessLock.tryAcquire(place.lock())
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.LOCKED,
                        "cannot rehearse: " + ProcessLock.holder(place.lock()) + " does so now",
                        "wait for its end; it is in agent-replica drill --list then"));
        try {
            return work.get();
        } finally {
            lock.close();
        }
    }

    private void clearLeft() {
        Optional<DrillNote> left = place.note().read();
        if (left.isEmpty()) {
            return;
        }
        DrillNote note = left.get();
        DrillSteps steps = new DrillSteps(time.ticker(), Progress.none());
        Optional<UnderstudyException> failure = cleared(note, steps);
        if (place.reports().holds(note.id())) {
            // Killed right after its report: what is shown of the last drill may be that of the one before.
            place.reports().readable(note.id()).ifPresent(place.results()::add);
        } else {
            UnderstudyException killed = new UnderstudyException(
                    ErrorCode.CANCELLED,
                    "the agent was killed during the drill",
                    "rehearse again: agent-replica drill");
            // Of its content no more is known than its name.
            report(note, Optional.empty(), steps, Result.INTERRUPTED, Optional.of(failure.orElse(killed)));
        }
        failure.ifPresent(why -> {
            throw why;
        });
        place.note().delete();
        events.report(new ReplicaEvent.DrillCleared(note.id()));
    }

    private DrillReport rehearse(Newest content, Progress progress) {
        Instant now = time.clock().instant();
        DrillNote note = new DrillNote(name(now), now, content.snapshot(), false);
        DrillSteps steps = new DrillSteps(time.ticker(), progress);
        Holder holder = new Holder(note, DrillContent.of(content));
        Optional<UnderstudyException> failure = Optional.empty();
        control.begin();
        try {
            steps.run(DrillStep.CHECK, () -> copies.require(content));
            place.note().write(note);
            holder.noted = true;
            ReplicaPoint.DRILL_NOTED.reached();
            perform(content, holder, steps);
        } catch (RuntimeException e) {
            failure = Optional.of(Unexpected.of("rehearse a promotion", e));
        } finally {
            control.shield();
        }
        boolean abandoned = control.isAbandoned()
                || failure.filter(each -> each.code() == ErrorCode.CANCELLED).isPresent();
        Optional<UnderstudyException> left = holder.noted ? cleared(holder.note, steps) : Optional.empty();
        // Given up behind the last step, or in a command that ended well all the same.
        Optional<UnderstudyException> given =
                abandoned && failure.isEmpty() ? Optional.of(control.cancelled()) : failure;
        Optional<UnderstudyException> first = abandoned ? left.or(() -> given) : given.or(() -> left);
        Result result =
                abandoned && left.isEmpty() ? Result.ABANDONED : first.isPresent() ? Result.FAILED : Result.PASSED;
        DrillReport report = report(note, Optional.of(holder.content), steps, result, first);
        if (left.isEmpty()) {
            place.note().delete();
        }
        return report;
    }

    /** What is known of the drill so far. */
    private static final class Holder {
        private DrillNote note;
        private DrillContent content;
        private boolean noted;

        Holder(DrillNote note, DrillContent content) {
            this.note = note;
            this.content = content;
        }
    }

    private void perform(Newest content, Holder holder, DrillSteps steps) {
        step(
                steps,
                DrillStep.DATABASE,
                () -> holder.content = holder.content.withDatabase(copies.copyDatabase(content)));
        ReplicaPoint.DRILL_DATABASE_COPIED.reached();
        step(
                steps,
                DrillStep.FILES,
                () -> holder.content = holder.content.withTrees(
                        copies.copyTrees(content.snapshot(), place.variables().folder())));
        ReplicaPoint.DRILL_TREES_COPIED.reached();
        holder.note = holder.note.starting();
        place.note().write(holder.note);
        Map<String, String> variables = place.variables().of(holder.note);
        Marker marker = new Marker(place.variables().marker());
        site.mark(marker, place.site(), holder.note);
        step(steps, DrillStep.START, () -> site.start(variables));
        ReplicaPoint.DRILL_SITE_STARTED.reached();
        if (site.hasHealth()) {
            step(steps, DrillStep.HEALTH, () -> site.prove(variables));
        }
        if (site.leavesBackupMode()) {
            step(steps, DrillStep.LEAVE, () -> site.leave(marker, variables));
        }
        for (SmokeTest test : site.tests()) {
            step(steps, "smoke " + test.name(), () -> site.smoke(test, variables));
        }
        if (site.leavesBackupMode()) {
            step(steps, DrillStep.WRITE, () -> site.write(variables));
        } else {
            steps.skip(DrillStep.WRITE, "drill.write is not set");
        }
        ReplicaPoint.DRILL_SITE_TRIED.reached();
    }

    /** A promotion by another process, or by hand, is seen between two steps. */
    private void step(DrillSteps steps, String name, Runnable work) {
        control.check();
        if (!backup.on()) {
            throw DrillControl.cancelled("this server is in backup mode no longer");
        }
        steps.run(name, work);
    }

    /** Stops the site and removes the copies, as far as that can be. @return the first failure */
    private Optional<UnderstudyException> cleared(DrillNote note, DrillSteps steps) {
        Optional<UnderstudyException> stopped = note.started()
                ? steps.attempt(
                        DrillStep.STOP, () -> site.stop(place.variables().of(note)))
                : Optional.empty();
        ReplicaPoint.DRILL_SITE_STOPPED.reached();
        Optional<UnderstudyException> removed = steps.attempt(
                DrillStep.CLEAN_UP, () -> copies.clear(place.variables().folder()));
        ReplicaPoint.DRILL_CLEARED.reached();
        return stopped.or(() -> removed);
    }

    private DrillReport report(
            DrillNote note,
            Optional<DrillContent> content,
            DrillSteps steps,
            Result result,
            Optional<UnderstudyException> failure) {
        DrillReport report = new DrillReport(
                note.id(),
                place.site(),
                place.server(),
                AgentVersion.current(),
                note.at(),
                content,
                steps.all(),
                result,
                failure.map(Problem::of),
                steps.seconds());
        place.reports().save(report);
        place.results().add(report);
        ReplicaPoint.DRILL_REPORTED.reached();
        if (report.passed()) {
            steps.took(DrillStep.START).ifPresent(start -> measured.passed(start, steps.took(DrillStep.HEALTH)));
        }
        events.report(
                switch (result) {
                    case PASSED -> new ReplicaEvent.DrillPassed(note.id(), note.snapshot(), steps.total());
                    case ABANDONED -> new ReplicaEvent.DrillAbandoned(note.id(), failure.orElseThrow());
                    case FAILED, INTERRUPTED ->
                        new ReplicaEvent.DrillFailed(note.id(), note.snapshot(), failure.orElseThrow());
                });
        return report;
    }

    private String name(Instant now) {
        String first = NAME.format(now);
        String name = first;
        for (int i = 2; place.reports().holds(name); i++) {
            name = first + "-" + i;
        }
        return name;
    }

    /** Receives how long the site of a drill that passed took to start and to become healthy. */
    @FunctionalInterface
    public interface Measured {
        /** @param health empty where it is not asked for */
        void passed(Duration start, Optional<Duration> health);
    }

    /** @param clock of names and reports @param ticker of steps */
    record DrillClock(Clock clock, Ticker ticker) {}
}
