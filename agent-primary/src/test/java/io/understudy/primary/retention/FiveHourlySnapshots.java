package io.understudy.primary.retention;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.config.Settings.RetentionSettings;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.progress.Progress;
import io.understudy.repository.ReplicaReport;
import io.understudy.repository.SnapshotId;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A server that took a snapshot in each of five hours, and keeps the last two; what pruning it needs. */
abstract class FiveHourlySnapshots {
    static final Duration GRACE = Duration.ofHours(24);
    static final RetentionSettings LAST_TWO = new RetentionSettings(Map.of("hourly", 2), 1, GRACE, true);

    @TempDir
    Path folder;

    final FakeTicker time = new FakeTicker();
    final InMemoryFilestore filestore = new InMemoryFilestore(time);
    final Whole whole = new Whole(filestore);
    final List<String> received = new ArrayList<>();
    final Events events = new Events(time.clock(), this::receive);
    Server server;

    private void receive(Event event, Instant at) {
        if (event instanceof PrimaryEvent.SnapshotDeleted deleted) {
            received.add("deleted " + deleted.snapshot());
        } else if (event instanceof PrimaryEvent.PruningDone done) {
            received.add("pruned " + done.deleted() + " of " + (done.deleted() + done.kept()));
        } else if (event instanceof PrimaryEvent.PruningFailed failed) {
            received.add("failed " + failed.why().code().label());
        }
    }

    @BeforeEach
    void fiveHours() {
        Server.create(filestore, time);
        server = server(time);
        server.claim(1);
        for (int hour = 1; hour <= 5; hour++) {
            server.words("common", "word " + hour);
            server.take("hourly");
            time.advance(Duration.ofHours(1));
        }
    }

    Pruned prune() {
        return server.pruning(LAST_TWO, events).prune(Progress.none()).get(0);
    }

    Server server(Ticker ticker) {
        return new Server("a", folder, filestore, ticker instanceof FakeTicker fake ? fake : time, ticker);
    }

    /** Before the next such operation on this key something happens, once. */
    void hook(Operation operation, String key, Runnable action) {
        filestore.inject((op, on) -> {
            if (op == operation && on.equals(key)) {
                filestore.inject(Faults.none());
                action.run();
            }
            return new Faults.None();
        });
    }

    void report(String replica, SnapshotId held) {
        server.repository()
                .reports()
                .write(new ReplicaReport(
                        replica,
                        Optional.empty(),
                        Optional.empty(),
                        List.of(held),
                        Optional.empty(),
                        time.now(),
                        "0.1.0",
                        Optional.empty(),
                        Optional.empty()));
    }

    List<SnapshotId> snapshots() {
        return server.repository().list();
    }

    static UnderstudyException failure(ThrowingCallable action) {
        return catchThrowableOfType(UnderstudyException.class, action);
    }

    static SnapshotId id(int sequence) {
        return new SnapshotId(1, sequence);
    }
}
