package io.understudy.primary.capture;

import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.failure.Unexpected;
import io.understudy.filestore.ContentLock;
import io.understudy.filestore.Copy;
import io.understudy.filestore.Filestore.Purpose;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.repository.Manifest;
import io.understudy.repository.Outline;
import io.understudy.repository.Repository;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.KnownBlobs;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import io.understudy.tasks.TaskScope;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Keeps what a snapshot uses locked for as long as the store promises. New blobs are locked as they are written, and
 * for longer than that: so it is enough to extend each blob that is used again once in {@link ContentLock#renewalDays}.
 * Each day a part of them is due, by the first byte of the hash; a day that was missed is made up for. A snapshot that
 * is not continuous gets its manifest locked; what continuous ones name is in the next other one, or soon gone.
 *
 * <p>Each of several filestores that has a lock is extended by itself, with days of its own; one that does not hold the
 * snapshot yet, for the newest that it holds. One that is away is made up for when it is back.
 *
 * <p>It comes after the commit. A lock that fails is reported and tried again with the next snapshot: a snapshot that
 * is not locked is better than none.
 */
final class ContentLocks {
    private static final int PARALLEL = 16;

    private final StateFile<Extended> file;
    private final Supplier<Repository> repository;
    private final Clock clock;
    private final Events events;

    /**
     * @param day the last on which all that was due was extended; null where there are several filestores
     * @param days that of each of several filestores, by its name
     */
    private record Extended(UUID repository, LocalDate day, Map<String, LocalDate> days) {
        Extended {
            days = days == null ? Map.of() : Map.copyOf(days);
        }

        Optional<LocalDate> in(String filestore) {
            return Optional.ofNullable(filestore.isEmpty() ? day : days.get(filestore));
        }

        Extended with(String filestore, LocalDate today) {
            if (filestore.isEmpty()) {
                return new Extended(repository, today, days);
            }
            Map<String, LocalDate> all = new TreeMap<>(days);
            all.put(filestore, today);
            return new Extended(repository, day, all);
        }
    }

    ContentLocks(Path state, Supplier<Repository> repository, Clock clock, Events events) {
        this.file = StateFile.in(state, StateEntry.CONTENT_LOCKS, Extended.class);
        this.repository = repository;
        this.clock = clock;
        this.events = events;
    }

    /** A snapshot was committed; throws nothing. */
    void committed(Manifest manifest) {
        if (manifest.isContinuous()) {
            return;
        }
        guarded(manifest, () -> {
            Repository all = repository.get().during(Purpose.CATCH_UP);
            List<Copy> copies = all.copies();
            if (copies.isEmpty()) {
                all.lock().ifPresent(lock -> extend("", lock, all, Outline.of(manifest)));
            }
            for (int i = 0; i < copies.size(); i++) {
                String name = copies.get(i).name();
                Repository place = all.each().get(i);
                guarded(
                        manifest,
                        () -> place.lock()
                                .ifPresent(lock -> held(place, manifest)
                                        .ifPresent(snapshot -> extend(name, lock, place, snapshot))));
            }
        });
    }

    private void guarded(Manifest manifest, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            UnderstudyException why = Unexpected.of("lock the content of a snapshot", e);
            events.report(new PrimaryEvent.ContentNotLocked(manifest.snapshot(), why));
        }
    }

    /** The newest that is not continuous in one of several filestores. */
    private static Optional<Outline> held(Repository place, Manifest committed) {
        if (place.holds(committed.snapshot())) {
            return Optional.of(Outline.of(committed));
        }
        return place.newest()
                .flatMap(newest -> place.outline(newest).scheduled())
                .filter(place::holds)
                .map(place::outline);
    }

    private void extend(String filestore, ContentLock lock, Repository place, Outline snapshot) {
        lock.extend(snapshot.snapshot().key());
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        Extended noted = file.read()
                .filter(last -> last.repository().equals(place.id()))
                .orElseGet(() -> new Extended(place.id(), null, Map.of()));
        BitSet due = due(noted.in(filestore).orElse(LocalDate.MIN), today, lock.renewalDays());
        if (due.isEmpty()) {
            return;
        }
        KnownBlobs all = KnownBlobs.none();
        snapshot.parts().forEach(section -> section.forEach(place.blobs(), part -> all.add(part.blob())));
        List<BlobId> blobs = all.ids(id -> due.get(part(id, lock.renewalDays())));
        try (TaskScope scope = new TaskScope("lock content")) {
            scope.forEach(
                    PARALLEL, blobs, (BlobId id) -> lock.extend(place.blobs().object(id)));
        }
        file.write(noted.with(filestore, today));
    }

    /** The parts that are due; a clock that was set back makes none due before it was there again. */
    private static BitSet due(LocalDate before, LocalDate today, int parts) {
        BitSet due = new BitSet(parts);
        for (LocalDate day = today; day.isAfter(before) && due.cardinality() < parts; day = day.minusDays(1)) {
            due.set((int) Math.floorMod(day.toEpochDay(), (long) parts));
        }
        return due;
    }

    private static int part(BlobId id, int parts) {
        return Integer.parseInt(id.hex().substring(0, 2), 16) % parts;
    }
}
