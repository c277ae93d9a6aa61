package io.understudy.primary.capture.database;

import io.understudy.primary.capture.database.tracking.Before;
import io.understudy.primary.capture.database.tracking.CommitNotice;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseWriter.Written;
import io.understudy.repository.blob.BlobSink;
import java.time.Clock;
import java.util.Optional;

/** Of a site without PostgreSQL: nothing is read, and the moment is now. */
public final class NoDatabase implements SourceDatabase {
    private static final String NO_LOG = "0/0";

    private final Clock clock;

    public NoDatabase(Clock clock) {
        this.clock = clock;
    }

    @Override
    public Captured capture(Optional<Before> before, BlobSink sink, Progress progress, Runnable frozen) {
        frozen.run();
        return new Captured(clock.instant(), NO_LOG, 0, "none", Written.NONE, CommitNotice.NONE);
    }
}
