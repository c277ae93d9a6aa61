package io.understudy.primary.capture;

import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.failure.Unexpected;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.progress.Progress;
import io.understudy.repository.ClosureData;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Manifest;
import io.understudy.repository.Repository;
import io.understudy.repository.key.SigningKey;
import io.understudy.site.Marker;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Takes snapshots: database, then trees, then the commit. One at a time on a server, for all callers. Refuses in backup
 * mode and without the highest epoch, and looks at both again before the commit. A snapshot that fails leaves nothing
 * that anything refers to; the next one finds what was uploaded and goes on from there. Interrupting the thread cancels
 * it.
 */
public final class SnapshotTaker {
    private final SnapshotRuns runs;
    private final ChangeLook look;
    private final ContentLocks locks;
    private final SnapshotSource source;
    private final Events events;

    /**
     * @param state folder of durable state
     * @param repository asked at each snapshot
     * @param key asked at each snapshot
     */
    public SnapshotTaker(
            Path state,
            Marker marker,
            EpochStore epochs,
            Supplier<Repository> repository,
            Supplier<SigningKey> key,
            SnapshotSource source,
            Events events) {
        this.runs = new SnapshotRuns(state, marker, epochs, repository, key, source);
        this.locks = new ContentLocks(state, repository, source.clock(), events);
        this.look = new ChangeLook(runs, source, events);
        this.source = Objects.requireNonNull(source);
        this.events = Objects.requireNonNull(events);
    }

    /**
     * Takes one snapshot and commits it.
     *
     * @throws UnderstudyException {@code LOCKED}, {@code BACKUP_MODE}, {@code FENCED}, {@code KEY_*},
     *     {@code CANCELLED}, {@code CONTENT_GONE}, and what the source, the repository and its filestore throw
     */
    public Taken take(SnapshotRequest request, Progress progress) {
        events.report(new PrimaryEvent.SnapshotBegan(request.periods()));
        Taken taken = taken(request, Need.ALWAYS, progress).taken().orElseThrow();
        committed(taken);
        return taken;
    }

    /**
     * Takes one snapshot and commits it, unless the newest one is enough: it holds all that the site holds, and stands
     * for the labels that are due. Then it is noted that this was seen.
     *
     * @param need when it is enough
     * @return empty where none was needed
     * @throws UnderstudyException as {@link #take}
     */
    public Optional<Taken> takeIfNeeded(SnapshotRequest request, Need need, Progress progress) {
        events.report(new PrimaryEvent.SnapshotBegan(request.periods()));
        SnapshotRun.Result result = taken(request, need, progress);
        if (result.taken().isEmpty()) {
            Manifest newest = result.next().manifest().orElseThrow();
            events.report(new PrimaryEvent.SnapshotUnneeded(newest.snapshot(), request.periods()));
            locks.committed(newest);
        }
        result.taken().ifPresent(this::committed);
        return result.taken();
    }

    private void committed(Taken taken) {
        events.report(new PrimaryEvent.SnapshotCommitted(
                taken.manifest(), taken.took(), taken.committed(), taken.reusedBytes()));
        for (ClosureData each : taken.manifest().closure()) {
            if (each.unknown() != null) {
                events.report(
                        new PrimaryEvent.ClosureUnknown(taken.manifest().snapshot(), each.tree(), each.unknown()));
            } else if (each.missing() > 0) {
                events.report(new PrimaryEvent.FilesMissing(taken.manifest().snapshot(), each.text(), each.named(3)));
            }
        }
        locks.committed(taken.manifest());
    }

    private SnapshotRun.Result taken(SnapshotRequest request, Need need, Progress progress) {
        SnapshotRun run = runs.begin(progress);
        try {
            return runs.undisturbed(request, () -> runs.take(run, request, need));
        } catch (OutOfMemoryError e) {
            throw failed(run, e);
        } catch (RuntimeException | Error e) {
            failed(run, e);
            throw e;
        }
    }

    private UnderstudyException failed(SnapshotRun run, Throwable why) {
        UnderstudyException known = Unexpected.of("take a snapshot", why);
        events.report(new PrimaryEvent.SnapshotFailed(run.stage(), known));
        return known;
    }

    /**
     * Takes a continuous snapshot, if anything changed since the newest one. Where no transaction of the database's
     * server ended since, only the trees are looked at; where the trees did not change either, nothing is asked of the
     * filestore.
     *
     * @throws UnderstudyException as {@link #take}, but for {@code LOCKED}; reported as events too
     */
    public Looked takeIfChanged(Progress progress) {
        return look.take(progress);
    }

    /** No look follows soon: nothing of the database is held open until the next. */
    public void rest() {
        source.database().rest();
    }
}
