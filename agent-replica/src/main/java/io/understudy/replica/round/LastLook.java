package io.understudy.replica.round;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.events.Step;
import io.understudy.replica.hold.HoldBook;
import io.understudy.replica.load.SpareLoader.LoadedSpare;
import io.understudy.replica.round.SnapshotSource.Fetched;
import io.understudy.replica.state.Ahead;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.FailedAttempt;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.replica.state.RetryLog;
import io.understudy.repository.JunkObject;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.tasks.BoundedCall;
import io.understudy.tasks.TimeLimit;
import io.understudy.time.Moments;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The look that a promotion has at the filestore before it begins: a snapshot that is newer than all that is here is
 * loaded ahead by differences, if that is done soon. Whatever fails of it, or takes too long, leaves what is here to be
 * promoted: a database whose change was given up before its commit counts as ahead again.
 *
 * <p>Not for concurrent use; the caller holds the apply lock.
 */
public final class LastLook {
    /** The longest that the filestore is waited for until it says what is newer. */
    public static final Duration ANSWER = Duration.ofSeconds(3);
    /** The longest that the content is fetched, and then loaded, where nothing else is said: each. */
    public static final Duration LOAD = Duration.ofSeconds(10);

    private final ReplicaStateStore store;
    private final BackupMode backup;
    private final SnapshotSource source;
    private final ImportSteps steps;
    private final HoldStep holds;
    private final HoldBook book;
    private final BoundedCall calls;
    private final Events events;
    private final Clock clock;
    private final Ticker ticker;

    public LastLook(
            ReplicaStateStore store,
            BackupMode backup,
            SnapshotSource source,
            ImportSteps steps,
            HoldStep holds,
            HoldBook book,
            BoundedCall calls,
            Events events,
            Clock clock,
            Ticker ticker) {
        this.store = store;
        this.backup = backup;
        this.source = source;
        this.steps = steps;
        this.holds = holds;
        this.book = book;
        this.calls = calls;
        this.events = events;
        this.clock = clock;
        this.ticker = ticker;
    }

    /**
     * @param unfenced whether the filestore is expected to be away: it is not asked then if it did not answer before
     * @param patience the longest that the content is fetched, and then loaded: each
     * @return why a newer snapshot that may be there is not loaded; empty when there is none, or it is ahead now
     */
    public Optional<UnderstudyException> run(boolean unfenced, Duration patience) {
        Optional<UnderstudyException> away = unfenced ? away() : Optional.empty();
        return (away.isPresent() ? away : look(patience)).or(this::unserved);
    }

    /** A warning alone: where the note of what is held cannot be read, that is the warning. */
    private Optional<UnderstudyException> unserved() {
        try {
            return holds.unserved();
        } catch (UnderstudyException e) {
            return Optional.of(e);
        }
    }

    private Optional<UnderstudyException> away() {
        return store.record()
                .lastError()
                .filter(last -> last.code().kind() == ErrorKind.FILESTORE)
                .map(last -> unseen(last.toException()));
    }

    private Optional<UnderstudyException> look(Duration patience) {
        Optional<SnapshotId> newer;
        try {
            newer = calls.within(ANSWER, "look for a newer snapshot", this::newer);
        } catch (RuntimeException e) {
            return Optional.of(unseen(RetryLog.wrap(e, "look for a newer snapshot")));
        }
        return newer.flatMap(snapshot -> {
            Optional<FailedAttempt> takenBack = takenBack(snapshot);
            if (takenBack.isPresent()) {
                return takenBack.map(failed -> unloaded(snapshot, failed.toException()));
            }
            try {
                load(snapshot, patience);
                return Optional.empty();
            } catch (RuntimeException e) {
                return Optional.of(unloaded(snapshot, RetryLog.wrap(e, "load " + snapshot)));
            }
        });
    }

    /** What had to be taken back once would be again, and stop the site for it. */
    private Optional<FailedAttempt> takenBack(SnapshotId snapshot) {
        return store.record()
                .failedAttempt(snapshot)
                .filter(failed -> failed.step().compareTo(Step.APPLY) >= 0);
    }

    /**
     * That this standby would load ahead. The repository is listed from what is here on: names have gaps, and of those
     * that come next retention may have deleted any since this standby looked last.
     */
    private Optional<SnapshotId> newer() {
        ReplicaRecord record = store.record();
        Optional<SnapshotId> here = Stream.concat(
                        record.ahead().map(Ahead::snapshot).stream(),
                        record.live().flatMap(DatabaseVersion::snapshot).stream())
                .max(SnapshotId::compareTo);
        if (here.isEmpty()) {
            return Optional.empty();
        }
        List<SnapshotId> newer = source.newerThan(here.get()).stream()
                .filter(each -> each.epoch() == here.get().epoch())
                .toList();
        Map<SnapshotId, Optional<Manifest>> seen = new HashMap<>();
        return new NextSnapshot(record, clock.instant(), HoldStep.settled(book, record))
                .toLoad(
                        newer,
                        id -> seen.computeIfAbsent(id, this::read)
                                .filter(manifest -> !SnapshotSelector.isOlder(manifest, record)));
    }

    /** Junk that has the name of a newer one hides none. */
    private Optional<Manifest> read(SnapshotId snapshot) {
        try {
            return Optional.of(source.manifest(snapshot));
        } catch (UnderstudyException e) {
            if (!JunkObject.isOfOneObject(e) && e.code() != ErrorCode.SNAPSHOT_UNKNOWN) {
                throw e;
            }
            return Optional.empty();
        }
    }

    private void load(SnapshotId snapshot, Duration patience) {
        long start = ticker.nanos();
        events.report(new ReplicaEvent.StepBegan(snapshot, Step.FETCH));
        Fetched fetched = calls.within(
                patience,
                "fetch " + snapshot,
                () -> steps.fetch(
                        snapshot,
                        (what, done, total) ->
                                events.report(new ReplicaEvent.StepProgressed(snapshot, Step.FETCH, done, total))));
        backup.require();
        events.report(new ReplicaEvent.StepBegan(snapshot, Step.LOAD));
        LoadedSpare loaded = TimeLimit.on(
                () -> {
                    if (holds.judge(fetched.manifest())) {
                        throw HoldStep.held(book.current().orElseThrow());
                    }
                    steps.verifyAhead(fetched.manifest());
                    LoadedSpare spare = steps.loadSoon(fetched.manifest(), holds, Progress.none());
                    if (holds.isHeld(snapshot)) {
                        throw HoldStep.held(book.current().orElseThrow());
                    }
                    return spare;
                },
                patience,
                () -> new UnderstudyException(
                        ErrorCode.LOAD_FAILED,
                        "its load did not end within " + Moments.age(patience),
                        "its content is in the filestore, and in the mirror"));
        LoadDoubts.report(snapshot, loaded.report(), events);
        events.report(new ReplicaEvent.SnapshotAhead(
                snapshot,
                fetched.manifest().moment(),
                ticker.since(start),
                loaded.report().text()));
    }

    private static UnderstudyException unseen(UnderstudyException why) {
        return new UnderstudyException(
                why.code(),
                "whether the filestore has a newer snapshot is not known: " + why.getMessage(),
                "what is served may lack the last writes; their content is in the filestore if they were committed",
                why);
    }

    private static UnderstudyException unloaded(SnapshotId snapshot, UnderstudyException why) {
        return new UnderstudyException(
                why.code(), snapshot + " is in the filestore and is not served: " + why.getMessage(), why.hint(), why);
    }
}
