package io.understudy.primary.capture;

import io.understudy.config.OtherDatabase.Still;
import io.understudy.databases.SiteDatabase;
import io.understudy.failure.Cancellation;
import io.understudy.primary.capture.OtherDumps.Dumped;
import io.understudy.repository.blob.BlobSink;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The dumps of one snapshot. Where the site is stopped around the moment, they are begun when it is stopped, and it is
 * not started before their moments are fixed: all parts of the snapshot are of one quiet moment. Otherwise, and for
 * those that are to keep no site stopped, they are made before the moment. Used by one thread, but for
 * {@link #requireWell}.
 */
final class SiteDumps implements AutoCloseable {
    private final List<SiteDatabase> still;
    private final OtherDumps dumps;
    private final BlobSink sink;
    private final List<SiteDatabase> before;
    private final List<Dumped> done = new ArrayList<>();
    private volatile Optional<OtherDumps.Running> running = Optional.empty();

    /** @param stops whether the site is stopped for this snapshot */
    SiteDumps(List<SiteDatabase> databases, boolean stops, OtherDumps dumps, BlobSink sink) {
        this.still = stops
                ? databases.stream().filter(each -> each.still() != Still.NONE).toList()
                : List.of();
        this.dumps = dumps;
        this.sink = sink;
        this.before = databases.stream().filter(each -> !still.contains(each)).toList();
    }

    /**
     * Makes those that are made before.
     *
     * @throws io.understudy.failure.UnderstudyException as {@link OtherDumps.Running#await}
     */
    void before() {
        try (OtherDumps.Running first = dumps.begin(before, sink)) {
            done.addAll(first.await());
        }
    }

    /** The site is stopped. What was begun at an earlier moment is of no use: the site ran in between. */
    void begin() {
        close();
        running = Optional.of(dumps.begin(still, sink));
    }

    /**
     * Returns when the moments of all are fixed.
     *
     * @param looking asked several times a second; ends it by an exception
     */
    void awaitFixed(Runnable looking) {
        running.ifPresent(each -> each.awaitFixed(looking));
    }

    /** Throws why one of them failed, which else only the end of the snapshot would show. */
    void requireWell() {
        running.ifPresent(OtherDumps.Running::requireWell);
    }

    /** All of them, when they are complete. */
    List<Dumped> await() {
        Cancellation.check("finish the snapshot");
        running.ifPresent(each -> done.addAll(each.await()));
        return done;
    }

    @Override
    public void close() {
        running.ifPresent(OtherDumps.Running::close);
        running = Optional.empty();
    }
}
