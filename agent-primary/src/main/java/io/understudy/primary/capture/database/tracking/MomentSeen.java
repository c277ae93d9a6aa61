package io.understudy.primary.capture.database.tracking;

import io.understudy.postgres.Session;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * Which transactions a moment of the database saw, so that one query says later whether any has ended since. Whatever
 * changes content ends a transaction that has a number; what a server does by itself (checkpoints, plain vacuuming)
 * has none, and moves nothing here, though it writes to the log.
 *
 * <p>One exception: a sequence that gives the numbers which it has noted in the log before ends nothing. A row that
 * uses such a number does.
 *
 * @param server when the server was started: another server, or a restored one, is compared with nothing; nor is one in
 *     recovery, where the text of a snapshot lacks what runs on the primary
 * @param own transactions of this agent that change no content
 */
public record MomentSeen(String server, SeenTransactions seen, Set<Long> own) {
    /** More ended transactions than these are not looked at one by one: something has changed. */
    private static final int MOST = 1_000;

    private static final int RENAMED = 130000;
    private static final String QUERY = "SELECT pg_catalog.%s::text AS seen,"
            + " (CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.clock_timestamp()"
            + " ELSE pg_catalog.pg_postmaster_start_time() END)::text AS server";

    public MomentSeen {
        Objects.requireNonNull(server);
        own = Set.copyOf(own);
    }

    /** @param seen as {@code pg_current_snapshot()} writes it */
    public static MomentSeen of(String server, String seen) {
        return new MomentSeen(server, SeenTransactions.of(seen), Set.of());
    }

    /** What the session sees: a frozen moment in a transaction that keeps one, otherwise now. Locks nothing. */
    public static MomentSeen in(Session session) {
        String function = session.serverVersion() < RENAMED ? "txid_current_snapshot()" : "pg_current_snapshot()";
        return session.first(QUERY.formatted(function), row -> of(row.text("server"), row.text("seen")))
                .orElseThrow();
    }

    /** The same, without counting a transaction of this agent's as a change. */
    MomentSeen except(long xid) {
        Set<Long> all = new HashSet<>(own);
        all.add(xid);
        return new MomentSeen(server, seen, all);
    }

    /** Whether what this moment sees is all that the later one sees, but for this agent's own. */
    public boolean isAllThat(MomentSeen later) {
        long begun = later.seen.xmax() - seen.xmax();
        return server.equals(later.server)
                && begun >= 0
                && begun <= MOST
                && LongStream.concat(
                                seen.inProgress().stream().mapToLong(Long::longValue),
                                LongStream.range(seen.xmax(), later.seen.xmax()))
                        .noneMatch(xid -> later.seen.hasEnded(xid) && !own.contains(xid));
    }
}
