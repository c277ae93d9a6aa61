package io.understudy.primary.capture.database.tracking;

import io.understudy.failure.UnderstudyException;
import io.understudy.files.DiskSpace;
import io.understudy.postgres.KeptSessions;
import io.understudy.postgres.ServerFolder;
import io.understudy.postgres.Session;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * Sees to it that the replication slot never endangers the site: PostgreSQL keeps its log for a slot until its disk is
 * full. The slot is dropped when that is more than the lesser of 2 GiB and a tenth of the disk's free space, where it
 * can be seen, and when this server does not track changes any more. Thread-safe.
 */
public final class SlotWatch {
    static final long MOST_RETAINED = 2L << 30;

    private static final int SHARE_OF_FREE = 10;

    private final String site;
    private final KeptSessions sessions;
    private final DiskSpace disk;

    /** @param sessions that captures may have left */
    public SlotWatch(String site, KeptSessions sessions, DiskSpace disk) {
        this.site = Objects.requireNonNull(site);
        this.sessions = Objects.requireNonNull(sessions);
        this.disk = Objects.requireNonNull(disk);
    }

    /**
     * What was found.
     *
     * @param retained bytes of its log that the server keeps for the slot
     * @param limit above which the slot is dropped
     * @param dropped why it was dropped just now; it is there otherwise
     */
    public record Look(String slot, long retained, long limit, Optional<String> dropped) {}

    /**
     * Looks, and drops the slot where that is due.
     *
     * @param repository whose slot it is
     * @param unwanted why this server does not track changes; empty while it does
     * @return empty where there is no slot
     * @throws UnderstudyException {@code DATABASE_*}
     */
    public Optional<Look> look(UUID repository, Optional<String> unwanted) {
        return sessions.with(session -> look(session, repository, unwanted));
    }

    private Optional<Look> look(Session session, UUID repository, Optional<String> unwanted) {
        if (session.serverVersion() < TrackingSlot.OLDEST) {
            return Optional.empty();
        }
        TrackingSlot slot = TrackingSlot.of(site, repository);
        long limit = limit(session);
        Optional<Look> found = slot.state(session)
                .map(state -> new Look(
                        slot.name(), state.retained(), limit, unwanted.or(() -> tooMuch(state.retained(), limit))));
        if (found.flatMap(Look::dropped).isPresent()) {
            slot.drop(session);
        }
        return found;
    }

    /** At the agent's end: where the server has no limit of its own, no process is left that would drop the slot. */
    public Optional<Look> lookLast(UUID repository) {
        boolean limited = sessions.<Long>with(session -> session.number("SELECT count(*) FROM pg_catalog.pg_settings"
                        + " WHERE name = 'max_slot_wal_keep_size' AND setting::bigint >= 0"))
                > 0;
        return look(
                repository,
                limited
                        ? Optional.empty()
                        : Optional.of("the agent ends, and max_slot_wal_keep_size sets no limit of the server's own"));
    }

    private static Optional<String> tooMuch(long retained, long limit) {
        return retained <= limit
                ? Optional.empty()
                : Optional.of("the server keeps " + retained + " bytes of its log for it, and at most " + limit
                        + " are allowed");
    }

    private long limit(Session session) {
        return ServerFolder.of(sessions.settings(), session)
                .map(folder -> visible(folder.resolve("pg_wal")))
                .map(folder -> disk.free(folder))
                .filter(free -> free.isPresent())
                .map(free -> Math.min(MOST_RETAINED, free.getAsLong() / SHARE_OF_FREE))
                .orElse(MOST_RETAINED);
    }

    /** The agent's user may not look into the server's own folder; what it lies in is on the same disk, as a rule. */
    private static Path visible(Path folder) {
        Path at = folder;
        while (!Files.isDirectory(at) && at.getParent() != null) {
            at = at.getParent();
        }
        return at;
    }
}
