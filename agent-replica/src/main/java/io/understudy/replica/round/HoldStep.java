package io.understudy.replica.round;

import io.understudy.config.HoldSettings;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.replica.hold.Hold;
import io.understudy.replica.hold.HoldBook;
import io.understudy.replica.hold.HoldJudge;
import io.understudy.replica.load.SpareLoader;
import io.understudy.replica.state.Ahead;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Holds a snapshot of a round or of a promotion that differs too much from what is applied. What is held is noted
 * before it can be called ahead, so no promotion serves it, whatever is killed in between.
 *
 * <p>Not for concurrent use; the caller holds the apply lock.
 */
public final class HoldStep {
    private final HoldSettings settings;
    private final ReplicaStateStore store;
    private final SnapshotSource source;
    private final SpareLoader loader;
    private final HoldBook book;
    private final HoldJudge judge;

    public HoldStep(
            HoldSettings settings,
            ReplicaStateStore store,
            SnapshotSource source,
            SpareLoader loader,
            HoldBook book,
            Events events) {
        this.settings = settings;
        this.store = store;
        this.source = source;
        this.loader = loader;
        this.book = book;
        this.judge = new HoldJudge(settings, book, events);
    }

    /** Which snapshots are held, and need no further round. */
    static Predicate<SnapshotId> settled(HoldBook book, ReplicaRecord record) {
        Optional<SnapshotId> live = record.live().flatMap(DatabaseVersion::snapshot);
        return snapshot -> book.isSettled(snapshot, live, record.ahead().isPresent());
    }

    /** Compares a snapshot that was fetched. @return whether it is held */
    boolean judge(Manifest manifest) {
        return newer(manifest).map(context -> judge.judge(manifest, context)).orElse(false);
    }

    /** Asks the spare database, which holds this snapshot now, and notes what comes of it. */
    void judgeLoaded(Manifest manifest) {
        newer(manifest).ifPresent(context -> {
            if (!settings.queries().isEmpty()) {
                judge.judgeLoaded(manifest, context, loader.failing(settings.queries(), settings.queryLimit()));
            }
            if (book.isHeld(manifest.snapshot())) {
                book.loaded(manifest.snapshot());
            }
        });
    }

    boolean isHeld(SnapshotId snapshot) {
        return book.isHeld(snapshot);
    }

    /** An import made it live. */
    void becameLive(SnapshotId snapshot) {
        passed(snapshot);
        book.becameLive(snapshot);
    }

    /** It was found to be within the limits, or is live. */
    void passed(SnapshotId snapshot) {
        judge.passed(snapshot);
    }

    /** What a promotion leaves where it is; empty where nothing newer than what it serves is held. */
    Optional<UnderstudyException> unserved() {
        ReplicaRecord record = store.record();
        Optional<SnapshotId> served =
                record.ahead().map(Ahead::snapshot).or(() -> record.live().flatMap(DatabaseVersion::snapshot));
        return book.current()
                .filter(hold ->
                        served.filter(id -> hold.snapshot().compareTo(id) > 0).isPresent())
                .map(HoldStep::held);
    }

    static UnderstudyException held(Hold hold) {
        return new UnderstudyException(
                ErrorCode.SNAPSHOT_HELD,
                hold.snapshot() + " is held and not served: " + hold.why(),
                "agent-replica accept " + hold.snapshot() + " before a promotion has it served; see docs/holds.md");
    }

    /** What a snapshot is judged in; empty where there is nothing to compare it with, or it is not newer. */
    private Optional<HoldJudge.Context> newer(Manifest manifest) {
        ReplicaRecord record = store.record();
        Optional<SnapshotId> live =
                record.live().flatMap(DatabaseVersion::snapshot).filter(id -> id.compareTo(manifest.snapshot()) < 0);
        return live.map(id -> new HoldJudge.Context(
                id,
                record.ahead()
                        .map(Ahead::snapshot)
                        .filter(each -> each.compareTo(manifest.snapshot()) < 0)
                        .orElse(id),
                this::older,
                source::blobs));
    }

    /** Where the mirror lost it, it is fetched again. */
    private Manifest older(SnapshotId snapshot) {
        Optional<Following> following = store.state() instanceof Following now ? Optional.of(now) : Optional.empty();
        return source.held(snapshot)
                .orElseGet(
                        () -> source.fetch(snapshot, following, Progress.none()).manifest());
    }
}
