package io.understudy.roundtrip;

import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.postgres.Database;
import io.understudy.postgres.PgTools;
import io.understudy.primary.capture.database.DatabaseCapture;
import io.understudy.primary.capture.database.SourceDatabase.Captured;
import io.understudy.primary.capture.database.tracking.Before;
import io.understudy.primary.capture.database.tracking.ChangeTracking;
import io.understudy.process.CommandRunner;
import io.understudy.process.SystemCommandRunner;
import io.understudy.progress.Progress;
import io.understudy.replica.load.DatabaseLoader;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobSink;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** One agent's half and the other's, put together without what lies between them. */
final class Copies {
    private Copies() {}

    static Manifest capture(DatabaseSettings settings, Path state, BlobSink sink, int sequence) {
        return capture(settings, state, sink, new SnapshotId(1, sequence));
    }

    static Manifest capture(DatabaseSettings settings, Path state, BlobSink sink, SnapshotId snapshot) {
        return manifest(capture(settings, state, Optional.empty()).capture(sink, Progress.none(), () -> {}), snapshot);
    }

    /** Built on the one before, and committed. */
    static Manifest tracked(
            DatabaseSettings settings,
            Path state,
            BlobSink sink,
            int sequence,
            ChangeTracking tracking,
            Before before) {
        Captured captured = capture(settings, state, Optional.of(tracking))
                .capture(Optional.of(before), sink, Progress.none(), () -> {});
        SnapshotId snapshot = new SnapshotId(1, sequence);
        captured.commit().intended(snapshot);
        captured.commit().committed();
        return manifest(captured, snapshot);
    }

    private static DatabaseCapture capture(DatabaseSettings settings, Path state, Optional<ChangeTracking> tracking) {
        return new DatabaseCapture(new Database(settings), tools(settings, state), Ticker.system(), tracking);
    }

    private static Manifest manifest(Captured captured, SnapshotId snapshot) {
        return new Manifest(
                Manifest.FORMAT,
                "site",
                snapshot,
                List.of("manual"),
                captured.moment(),
                captured.walLsn(),
                "source",
                new Manifest.Versions("test", captured.serverVersion(), captured.toolsVersion()),
                List.of(captured.database().data()),
                List.of(),
                new Manifest.Totals(
                        captured.database().tables(),
                        captured.database().rows(),
                        captured.database().bytes(),
                        0,
                        0,
                        0,
                        0));
    }

    static DatabaseLoader loader(DatabaseSettings settings, Path state) {
        return new DatabaseLoader(settings, state, runner(state), Ticker.system());
    }

    static PgTools tools(DatabaseSettings settings, Path state) {
        return new PgTools(settings, runner(state));
    }

    private static CommandRunner runner(Path state) {
        return new SystemCommandRunner(state);
    }
}
