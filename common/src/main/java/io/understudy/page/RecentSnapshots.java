package io.understudy.page;

import io.understudy.failure.UnderstudyException;
import io.understudy.page.Page.Snapshot;
import io.understudy.page.Page.Timeline;
import io.understudy.repository.Outline;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The newest snapshots of the repository, for the page. It is read when somebody asks, at most once a minute, and no
 * visitor waits longer than two seconds for it. An outline is read once, and of continuous snapshots in a row only the
 * last one's, which names the scheduled one before them. Thread-safe.
 */
public final class RecentSnapshots implements AutoCloseable {
    private static final Duration GOOD = Duration.ofMinutes(1);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int MOST = 100;

    private final Supplier<Repository> repository;
    private final Clock clock;
    private final Refreshed<Timeline> timeline;
    private final Map<SnapshotId, Outline> known = new ConcurrentHashMap<>();
    private volatile Timeline last = Timeline.UNREAD;

    /** @param repository opened when it is first needed */
    public RecentSnapshots(Supplier<Repository> repository, Clock clock) {
        this(repository, clock, PATIENCE);
    }

    RecentSnapshots(Supplier<Repository> repository, Clock clock, Duration patience) {
        this.repository = repository;
        this.clock = clock;
        this.timeline = new Refreshed<>(this::read, GOOD, patience, clock);
    }

    /** As they are now, or were when the filestore last answered. */
    public Timeline look() {
        return timeline.get().orElse(last);
    }

    /** Only by the one thread that refreshes. */
    private Timeline read() {
        try {
            last = timeline(repository.get());
        } catch (UnderstudyException e) {
            last = last.failed(e.getMessage());
        }
        return last;
    }

    private Timeline timeline(Repository open) {
        List<SnapshotId> ids = open.list();
        Deque<Snapshot> newest = new ArrayDeque<>();
        List<String> unreadable = new ArrayList<>();
        int at = ids.size() - 1;
        while (at >= 0 && newest.size() < MOST) {
            try {
                Outline outline = outline(open, ids.get(at));
                int before = before(outline, ids, at);
                newest.addFirst(snapshot(ids.get(before + 1), outline));
                at = before;
            } catch (UnderstudyException e) {
                if (!e.code().judgesContent()) {
                    throw e;
                }
                unreadable.add(ids.get(at) + " cannot be read: " + e.getMessage());
                at--;
            }
        }
        known.keySet().retainAll(ids);
        return new Timeline(
                Optional.of(clock.instant()),
                new ArrayList<>(newest),
                at + 1,
                unreadable.stream().findFirst());
    }

    private Outline outline(Repository open, SnapshotId id) {
        Outline seen = known.get(id);
        if (seen == null) {
            seen = open.outline(id);
            known.put(id, seen);
        }
        return seen;
    }

    /** The place of what comes before this one, and before the continuous ones in a row that end with it. */
    private static int before(Outline outline, List<SnapshotId> ids, int at) {
        Optional<SnapshotId> scheduled = outline.scheduled();
        if (scheduled.equals(Optional.of(outline.snapshot()))) {
            return at - 1;
        }
        int place = scheduled.map(each -> Collections.binarySearch(ids, each)).orElse(-1);
        return place >= 0 ? place : -place - 2;
    }

    private static Snapshot snapshot(SnapshotId first, Outline outline) {
        return new Snapshot(
                first,
                outline.snapshot(),
                outline.moment(),
                outline.periods(),
                outline.totals().databaseBytes() + outline.totals().fileBytes(),
                outline.totals().uploadedBytes(),
                "");
    }

    @Override
    public void close() {
        timeline.close();
    }
}
