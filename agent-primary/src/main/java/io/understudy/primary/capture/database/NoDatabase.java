package io.understudy.primary.capture.database;

import io.understudy.primary.capture.database.tracking.Before;
import io.understudy.primary.capture.database.tracking.CommitNotice;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseWriter.Written;
import io.understudy.repository.blob.BlobSink;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/** Of a site without PostgreSQL: nothing is read. The moment is that before a stopped site runs again. */
public final class NoDatabase implements SourceDatabase {
    private static final String NO_LOG = "0/0";

    private final Clock clock;

    public NoDatabase(Clock clock) {
        this.clock = clock;
    }

    @Override
    public Captured capture(Optional<Before> before, BlobSink sink, Progress progress, Runnable frozen) {
        Instant moment = clock.instant();
        frozen.run();
        return new Captured(moment, NO_LOG, 0, "none", Written.NONE, CommitNotice.NONE);
    }
}
