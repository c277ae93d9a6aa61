package io.understudy.primary.capture.database;

import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.primary.capture.database.tracking.Before;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseWriter.Written;
import io.understudy.repository.blob.BlobSink;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The site's database of before, which has another name now: it is read under that, and stands in the repository under
 * its own.
 */
public final class KeptDatabase implements SourceDatabase {
    private final SourceDatabase kept;
    private final String name;

    /** @param name of the site's database */
    public KeptDatabase(SourceDatabase kept, String name) {
        this.kept = kept;
        this.name = name;
    }

    /** The same server, and this database of it. */
    public static DatabaseSettings named(DatabaseSettings site, String name) {
        return new DatabaseSettings(
                site.host(),
                site.port(),
                name,
                site.parameters(),
                site.user(),
                site.password(),
                site.maintenance(),
                site.tools(),
                site.connections(),
                site.ownership(),
                site.lockTimeout());
    }

    @Override
    public Captured capture(Optional<Before> before, BlobSink sink, Progress progress, Runnable frozen) {
        Captured read = kept.capture(before, sink, progress, frozen);
        Written found = read.database();
        return new Captured(
                read.moment(),
                read.walLsn(),
                read.serverVersion(),
                read.toolsVersion(),
                new Written(
                        found.found().map(data -> data.named(name)).orElse(null),
                        found.tables(),
                        found.rows(),
                        found.bytes(),
                        found.named()),
                read.commit(),
                read.seen(),
                read.effort());
    }

    @Override
    public <T> T holding(Supplier<T> work) {
        return kept.holding(work);
    }

    @Override
    public void rest() {
        kept.rest();
    }
}
