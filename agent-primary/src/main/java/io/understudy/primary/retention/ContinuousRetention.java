package io.understudy.primary.retention;

import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.primary.capture.GenuineSnapshots;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.primary.retention.RetentionRules.Place;
import io.understudy.repository.Manifest;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.state.StateEntry;
import io.understudy.time.WarnOnce;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
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
 * left to {@link Pruning}. The rules are the policy's, in each filestore its own. Thread-safe.
 */
public final class ContinuousRetention {
    private static final Duration EVERY = Duration.ofMinutes(1);
    /** At a time, in each filestore. */
    static final int MOST = 500;
    /** That are known at a time: a filestore may be away for long. */
    private static final int MOST_KNOWN = 60_000;

    private final Pruning.Host host;
    private final RetentionRules rules;
    private final Events events;
    private final GenuineSnapshots genuine;
    private final WarnOnce warnOnce;
    private final TreeMap<SnapshotId, Instant> known = new TreeMap<>();
    /** Of those, what was deleted, by the filestore's name. */
    private final Map<Optional<String>, Set<SnapshotId>> gone = new HashMap<>();

    private Optional<Manifest> newest = Optional.empty();
    private long lastAt;

    public ContinuousRetention(Pruning.Host host, RetentionRules rules, Events events) {
        this.host = Objects.requireNonNull(host);
        this.rules = Objects.requireNonNull(rules);
        this.events = Objects.requireNonNull(events);
        this.genuine = new GenuineSnapshots(host.state());
        this.warnOnce = new WarnOnce(host.ticker());
        this.lastAt = host.ticker().nanos();
    }

    /** This process committed a snapshot. */
    public synchronized void committed(Manifest manifest) {
        if (!rules.anyIsAutomatic()) {
            return;
        }
        newest = newest.filter(each -> each.snapshot().compareTo(manifest.snapshot()) > 0)
                .or(() -> Optional.of(manifest));
        if (manifest.isContinuous()) {
            known.put(manifest.snapshot(), manifest.moment());
        }
        while (known.size() > MOST_KNOWN) {
            drop(known.firstKey());
        }
    }

    private void drop(SnapshotId snapshot) {
        known.remove(snapshot);
        gone.values().forEach(each -> each.remove(snapshot));
    }

    /** Whether the last time is a minute ago. */
    public synchronized boolean isDue() {
        return rules.anyIsAutomatic() && host.ticker().since(lastAt).compareTo(EVERY) >= 0;
    }

    /** Deletes what is not kept, the oldest first, {@value #MOST} at a time. Failures are reported, and it is left. */
    public void delete() {
        begin();
        try {
            Repository all = host.target();
            Map<Place, List<SnapshotId>> beyond = beyond(all);
            if (!beyond.isEmpty()) {
                deleteUnlessPruned(all, beyond);
            }
        } catch (UnderstudyException e) {
            // A filestore that was not opened yet is opened now.
            stay(e);
        }
    }

    private synchronized void begin() {
        lastAt = host.ticker().nanos();
    }

    private void deleteUnlessPruned(Repository all, Map<Place, List<SnapshotId>> beyond) {
        ProcessLock held =
                ProcessLock.tryAcquire(StateEntry.PRUNE_LOCK.in(host.state())).orElse(null);
        if (held == null) {
            // What prunes just now deletes them too.
            return;
        }
        try {
            delete(all, beyond);
        } finally {
            held.close();
        }
    }

    private void stay(UnderstudyException why) {
        if (warnOnce.isDue(String.valueOf(why.getMessage()))) {
            events.report(new PrimaryEvent.ContinuousStay(why));
        }
    }

    /**
     * Of several filestores one that fails does not keep the others from it. One that lacks the newest snapshot is
     * behind, and keeps what it has until it is caught up: its own newest is among that.
     */
    private void delete(Repository all, Map<Place, List<SnapshotId>> beyond) {
        SnapshotId last = newestCommitted();
        boolean well = true;
        for (Map.Entry<Place, List<SnapshotId>> each : beyond.entrySet()) {
            try {
                if (each.getKey().repository().holds(last)) {
                    delete(all, each.getKey(), each.getValue());
                }
            } catch (UnderstudyException e) {
                well = false;
                stay(e);
            }
        }
        if (well) {
            warnOnce.well();
        }
    }

    private synchronized SnapshotId newestCommitted() {
        return newest.orElseThrow().snapshot();
    }

    /** The newest snapshot is never among them: it is not older than itself, whatever clock it was taken by. */
    private synchronized Map<Place, List<SnapshotId>> beyond(Repository all) {
        Map<Place, List<SnapshotId>> beyond = new LinkedHashMap<>();
        rules.places(all).stream().filter(place -> place.rule().automatic()).forEach(place -> {
            List<SnapshotId> here = beyond(place);
            if (!here.isEmpty()) {
                beyond.put(place, here);
            }
        });
        return beyond;
    }

    private List<SnapshotId> beyond(Place place) {
        RetentionPolicy policy = new RetentionPolicy(place.rule(), host.zone());
        Set<SnapshotId> done = gone.getOrDefault(place.name(), Set.of());
        return known.entrySet().stream()
                .filter(entry -> newest.filter(each -> !policy.isKeptContinuous(entry.getValue(), each.moment()))
                        .isPresent())
                .map(Map.Entry::getKey)
                .filter(snapshot -> !done.contains(snapshot))
                .toList();
    }

    private void delete(Repository all, Place place, List<SnapshotId> beyond) {
        host.permission(all);
        Set<SnapshotId> needed =
                host
                        .holders(
                                all,
                                place.repository().pruneMarker().last(),
                                place.rule().hold())
                        .stream()
                        .flatMap(report -> RetentionPolicy.needs(report).keySet().stream())
                        .collect(Collectors.toSet());
        List<SnapshotId> deleted = new ArrayList<>();
        try {
            beyond.stream().filter(id -> !needed.contains(id)).limit(MOST).forEach(id -> {
                place.repository().delete(id);
                PrimaryPoint.SNAPSHOT_DELETED.reached();
                deleted.add(id);
            });
        } finally {
            forget(all, place, deleted);
        }
    }

    private void forget(Repository all, Place place, List<SnapshotId> deleted) {
        if (deleted.isEmpty()) {
            return;
        }
        List<SnapshotId> everywhere;
        synchronized (this) {
            gone.computeIfAbsent(place.name(), unused -> new HashSet<>()).addAll(deleted);
            int stores = Math.max(1, all.copies().size());
            everywhere = deleted.stream()
                    .filter(id -> gone.values().stream()
                                    .filter(each -> each.contains(id))
                                    .count()
                            == stores)
                    .toList();
            everywhere.forEach(this::drop);
        }
        events.report(new PrimaryEvent.ContinuousDeleted(deleted.size(), deleted.get(deleted.size() - 1)));
        genuine.update(place.repository().id(), List.of(), everywhere);
    }
}
