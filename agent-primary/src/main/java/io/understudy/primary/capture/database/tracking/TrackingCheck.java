package io.understudy.primary.capture.database.tracking;

import io.understudy.postgres.Session;
import io.understudy.setup.CheckReport;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What {@code check} says of change tracking: whether it works here, what is missing, and what it may cost. */
public final class TrackingCheck {
    private static final String NAME = "tracking";
    private static final String BRINGS = "; with it, a snapshot would read only the rows that changed";

    private TrackingCheck() {}

    /**
     * @param repository empty where it is not known
     * @return whether changes are tracked
     */
    public static boolean add(
            CheckReport.Run findings, Session session, boolean wanted, String site, Optional<UUID> repository) {
        String own = repository.map(id -> TrackingSlot.of(site, id).name()).orElse("");
        List<String> slots = session.query(
                "SELECT slot_name::text AS name FROM pg_catalog.pg_replication_slots WHERE slot_name ~ ? ORDER BY slot_name",
                row -> row.text("name"),
                "^" + TrackingSlot.PREFIX);
        List<String> strange = slots.stream().filter(name -> !name.equals(own)).toList();
        if (!strange.isEmpty() && repository.isPresent()) {
            findings.warn(
                    "replication slots",
                    "this server keeps its log for " + String.join(", ", strange)
                            + ", which belong to another repository or agent",
                    "where that agent does not run any more: SELECT pg_drop_replication_slot('" + strange.get(0)
                            + "')");
        }
        if (!wanted) {
            findings.check(NAME, () -> "primary.tracking is off: each snapshot reads every table");
            return false;
        }
        Optional<String> missing = missing(session);
        if (missing.isPresent()) {
            findings.check(NAME, () -> "each snapshot reads every table, as " + missing.get() + BRINGS);
            return false;
        }
        Optional<String> refusal = refusal(session, slots.contains(own));
        refusal.ifPresentOrElse(
                why -> findings.warn(NAME, "changes are not tracked: " + why + BRINGS, "see docs/install.md"),
                () -> findings.check(
                        NAME, () -> "the daemon tracks changes" + (own.isEmpty() ? "" : ", in slot " + own)));
        if (isUnlimited(session)) {
            findings.warn(
                    "max_slot_wal_keep_size",
                    "max_slot_wal_keep_size is unlimited: the agent drops its slot before it keeps too much of the"
                            + " server's log, but no process does when the agent is killed and not started again",
                    "set max_slot_wal_keep_size, for instance to 4GB, and reload PostgreSQL");
        }
        return refusal.isEmpty();
    }

    private static Optional<String> missing(Session session) {
        if (session.serverVersion() < TrackingSlot.OLDEST) {
            return Optional.of("PostgreSQL is older than 13");
        }
        String level = text(session, "SELECT pg_catalog.current_setting('wal_level') AS value");
        return level.equals("logical") ? Optional.empty() : Optional.of("wal_level is " + level + ", not logical");
    }

    private static Optional<String> refusal(Session session, boolean hasSlot) {
        if (!ChangeTracking.mayReplicate(session)) {
            return Optional.of("database.user has no right to: ALTER ROLE … REPLICATION");
        }
        boolean full = session.number("SELECT count(*) FROM pg_catalog.pg_replication_slots")
                >= session.number("SELECT pg_catalog.current_setting('max_replication_slots')::int");
        return full && !hasSlot
                ? Optional.of("all replication slots are in use: raise max_replication_slots")
                : Optional.empty();
    }

    private static boolean isUnlimited(Session session) {
        return session.number("SELECT count(*) FROM pg_catalog.pg_settings"
                        + " WHERE name = 'max_slot_wal_keep_size' AND setting = '-1'")
                > 0;
    }

    private static String text(Session session, String query) {
        return session.first(query, row -> row.text("value")).orElseThrow();
    }
}
