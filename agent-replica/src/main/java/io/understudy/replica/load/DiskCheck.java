package io.understudy.replica.load;

import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.files.DiskSpace;
import io.understudy.postgres.ServerFolder;
import io.understudy.postgres.Session;
import io.understudy.repository.Manifest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether there is room: for the spare database, where the server runs on this machine, and for the archive in the
 * state folder.
 */
final class DiskCheck {
    /**
     * Of the size that the database had on its own server: a copy has no bloat, but what is written ahead of it needs
     * room while it is loaded.
     */
    private static final double FACTOR = 1.1;

    private final DatabaseSettings settings;
    private final Path state;
    private final DiskSpace space;

    DiskCheck(DatabaseSettings settings, Path state, DiskSpace space) {
        this.settings = settings;
        this.state = state;
        this.space = space;
    }

    List<Fault> faults(Manifest manifest, Session session, String spare) {
        List<Fault> faults = new ArrayList<>();
        long needed = (long) (FACTOR * manifest.database().diskBytes()) - sizeOf(session, spare);
        ServerFolder.of(settings, session)
                .filter(Files::isDirectory)
                .flatMap(folder -> lack(folder, needed))
                .ifPresent(faults::add);
        lack(state, manifest.database().archive().bytes()).ifPresent(faults::add);
        return faults;
    }

    /** An earlier spare is dropped first. */
    private static long sizeOf(Session session, String spare) {
        return session.number(
                "SELECT coalesce(max(pg_catalog.pg_database_size(oid)), 0) FROM pg_catalog.pg_database WHERE datname = ?",
                spare);
    }

    private Optional<Fault> lack(Path folder, long needed) {
        return space.free(folder).stream()
                .filter(free -> free < needed)
                .mapToObj(free -> new Fault(
                        ErrorCode.DISK_FULL,
                        "about " + mebibytes(needed) + " MiB are needed in " + folder + ", " + mebibytes(free)
                                + " MiB are free",
                        "free space on that disk"))
                .findFirst();
    }

    private static long mebibytes(long bytes) {
        return (bytes >> 20) + 1;
    }
}
