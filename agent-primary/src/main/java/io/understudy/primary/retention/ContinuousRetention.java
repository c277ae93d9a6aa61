package io.understudy.primary.retention;

import io.understudy.config.Settings.RetentionSettings;
import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.primary.capture.GenuineSnapshots;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.repository.Manifest;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.state.StateEntry;
import io.understudy.time.WarnOnce;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Deletes the manifests of continuous snapshots that are no longer kept, between two prunings: a day has thousands of
 * them. Knows them from their commits, so it lists and reads none; those of an earlier process, and all content, are
 * left to {@link Pruning}. The rules are the policy's. Thread-safe.
 */
public final class ContinuousRetention {
    private static final Duration EVERY = Duration.ofMinutes(1);
    /** At a time. */
    static final int MOST = 500;

    private final Pruning.Host host;
    private final RetentionSettings settings;
    private final RetentionPolicy policy;
    private final Events events;
    private final GenuineSnapshots genuine;
    private final WarnOnce warnOnce;
    private final TreeMap<SnapshotId, Instant> kept = new TreeMap<>();
    private Optional<Manifest> newest = Optional.empty();
    private long lastAt;

    public ContinuousRetention(Pruning.Host host, RetentionSettings settings, Events events) {
        this.host = Objects.requireNonNull(host);
        this.settings = Objects.requireNonNull(settings);
        this.policy = new RetentionPolicy(settings, host.zone());
        this.events = Objects.requireNonNull(events);
        this.genuine = new GenuineSnapshots(host.state());
        this.warnOnce = new WarnOnce(host.ticker());
        this.lastAt = host.ticker().nanos();
    }

    /** This process committed a snapshot. */
    public synchronized void committed(Manifest manifest) {
        if (!settings.automatic()) {
            return;
        }
        newest = newest.filter(each -> each.snapshot().compareTo(manifest.snapshot()) > 0)
                .or(() -> Optional.of(manifest));
        if (manifest.isContinuous()) {
            kept.put(manifest.snapshot(), manifest.moment());
        }
    }

    /** Whether the last time is a minute ago. */
    public synchronized boolean isDue() {
        return settings.automatic() && host.ticker().since(lastAt).compareTo(EVERY) >= 0;
    }

    /** Deletes what is not kept, the oldest first, {@value #MOST} at a time. Failures are reported, and it is left. */
    public void delete() {
        List<SnapshotId> beyond = beyond();
        if (beyond.isEmpty()) {
            return;
        }
        ProcessLock held =
                ProcessLock.tryAcquire(StateEntry.PRUNE_LOCK.in(host.state())).orElse(null);
        if (held == null) {
            // What prunes just now deletes them too.
            return;
        }
        try {
            delete(host.repository().get(), beyond);
            warnOnce.well();
        } catch (UnderstudyException e) {
            if (warnOnce.isDue(String.valueOf(e.getMessage()))) {
                events.report(new PrimaryEvent.ContinuousStay(e));
            }
        } finally {
            held.close();
        }
    }

    /** The newest snapshot is never among them: it is not older than itself, whatever clock it was taken by. */
    private synchronized List<SnapshotId> beyond() {
        lastAt = host.ticker().nanos();
        return kept.entrySet().stream()
                .filter(entry -> newest.filter(each -> !policy.isKeptContinuous(entry.getValue(), each.moment()))
                        .isPresent())
                .map(Map.Entry::getKey)
                .toList();
    }

    private void delete(Repository target, List<SnapshotId> beyond) {
        host.permission(target);
        Set<SnapshotId> needed = host.holders(target, target.pruneMarker().last(), settings.hold()).stream()
                .flatMap(report -> RetentionPolicy.needs(report).keySet().stream())
                .collect(Collectors.toSet());
        List<SnapshotId> deleted = new ArrayList<>();
        try {
            beyond.stream().filter(id -> !needed.contains(id)).limit(MOST).forEach(id -> {
                target.delete(id);
                PrimaryPoint.SNAPSHOT_DELETED.reached();
                deleted.add(id);
            });
        } finally {
            forget(target, deleted);
        }
    }

    private void forget(Repository target, List<SnapshotId> deleted) {
        if (deleted.isEmpty()) {
            return;
        }
        synchronized (this) {
            deleted.forEach(kept::remove);
        }
        events.report(new PrimaryEvent.ContinuousDeleted(deleted.size(), deleted.get(deleted.size() - 1)));
        genuine.update(target.id(), List.of(), deleted);
    }
}
