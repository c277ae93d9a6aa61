package io.understudy.replica.load;

import io.understudy.config.Settings.Ownership;
import io.understudy.postgres.Database;
import io.understudy.postgres.PgTools;
import io.understudy.postgres.Session;
import io.understudy.postgres.Toolset;
import io.understudy.repository.Manifest;
import io.understudy.repository.blob.BlobSource;
import java.nio.file.Path;

/** Opens the archive of a snapshot, to be restored into the spare database by the fitting pg_restore. */
final class Restores {
    private final Database database;
    private final PgTools tools;
    private final String spare;
    private final Path state;

    Restores(Database database, PgTools tools, String spare, Path state) {
        this.database = database;
        this.tools = tools;
        this.spare = spare;
        this.state = state;
    }

    ArchiveFile assemble(Manifest manifest, BlobSource blobs) {
        return ArchiveFile.assemble(manifest.database().archive(), blobs, state);
    }

    ArchiveRestore restore(Manifest manifest, ArchiveFile archive) {
        try (Session session = database.maintenance()) {
            Toolset toolset = tools.forRestore(manifest.versions().tools(), session.serverVersion());
            return new ArchiveRestore(
                    tools,
                    toolset.restore(),
                    archive,
                    spare,
                    database.settings().connections());
        }
    }

    RestoreOptions options(ArchiveRestore restore) {
        try (Session session = database.maintenance()) {
            return RestoreOptions.of(restore, session, database.settings().ownership() == Ownership.SINGLE);
        }
    }
}
