package io.understudy.primary.capture;

import io.understudy.config.Settings.CommitRule;
import io.understudy.events.Events;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.progress.Progress;
import io.understudy.repository.SnapshotId;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.testing.SeveralInMemory;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.io.TempDir;

/** An old primary with two filestores. */
abstract class OvertakenWithTwoStores {
    static final SnapshotId ORPHAN = new SnapshotId(1, 2);

    @TempDir
    Path folder;

    final AtomicReference<InMemoryFilestore> second = new AtomicReference<>();
    PrimaryFixture primary;

    /** It shipped a snapshot to both, wrote on, and another one was promoted. */
    void overtaken(CommitRule rule) {
        primary = new PrimaryFixture(folder, (main, time) -> {
            second.set(new InMemoryFilestore(time));
            return SeveralInMemory.of(rule, time, main, second.get());
        });
        primary.taker(Events.none()).take(SnapshotRequest.of(List.of()), Progress.none());
        primary.promoteAnother(2);
        primary.database.rows("1\tfirst", "2\tnever shipped");
    }
}
