package io.understudy.replica.load;

import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.replica.load.ArchiveRestore.Section;
import io.understudy.repository.Manifest;
import io.understudy.repository.blob.BlobSource;
import java.util.List;
import java.util.Set;

/**
 * Replaces all large objects of a database by those of a snapshot's archive, and sets the sequences that the archive
 * has values of.
 */
final class LargeObjects {
    static final String CONTENT = "\"pg_catalog\".\"pg_largeobject\"";
    static final String LIST = "\"pg_catalog\".\"pg_largeobject_metadata\"";

    private static final String COUNT = "SELECT count(*) FROM pg_catalog.pg_largeobject_metadata";
    private static final String REMOVE =
            "SELECT count(pg_catalog.lo_unlink(oid)) AS number FROM pg_catalog.pg_largeobject_metadata";

    private final Database database;
    private final String spare;
    private final Restores restores;
    private final Runnable changing;

    /** @param changing runs before anything is changed; not where there is nothing to change */
    LargeObjects(Database database, String spare, Restores restores, Runnable changing) {
        this.database = database;
        this.spare = spare;
        this.restores = restores;
        this.changing = changing;
    }

    /**
     * @param others what no list of the snapshot names, and has rows: what the archive says of its rows is not known
     * @throws FullLoadRequired when the archive holds, or may have held, more than large objects
     */
    void replace(Manifest manifest, BlobSource blobs, Set<String> others) {
        if (!others.isEmpty()) {
            throw new FullLoadRequired("the archive changed, and may hold rows of " + String.join(", ", others));
        }
        try (ArchiveFile file = restores.assemble(manifest, blobs)) {
            ArchiveRestore restore = restores.restore(manifest, file);
            RestoreOptions options = restores.options(restore);
            List<ArchiveEntry> rows =
                    options.contents().stream().filter(ArchiveEntry::isRows).toList();
            if (!rows.isEmpty()) {
                throw new FullLoadRequired(
                        "the archive changed, and holds rows of " + rows.get(0).name());
            }
            List<ArchiveEntry> objects = options.contents().stream()
                    .filter(ArchiveEntry::isOfLargeObjects)
                    .toList();
            List<ArchiveEntry> sequences = LoadOrder.sequences(options.contents());
            try (Session session = database.asReplica().open(spare)) {
                if (session.number("SELECT count(*) FROM pg_catalog.pg_event_trigger WHERE evtenabled <> 'D'") > 0) {
                    throw new FullLoadRequired("large objects changed, and the database has event triggers");
                }
                if (!objects.isEmpty() || !sequences.isEmpty() || session.number(COUNT) > 0) {
                    changing.run();
                }
                session.first(REMOVE, row -> row.number("number"));
            }
            restore.restore(Section.PRE_DATA, options.arguments(), objects);
            try (LoadRights rights = LoadRights.of(database, spare)) {
                // The database may let in few.
                database.endIdle();
                rights.restoreRows(restore, options.arguments(), objects);
                rights.restoreRows(restore, options.arguments(), sequences);
            }
        }
    }
}
