package io.understudy.replica.load;

import io.understudy.postgres.Session;
import java.util.List;

/**
 * A table whose rows are exchanged: in a session as replica, what would still act on that, triggers and rules enabled
 * {@code ALWAYS} or for replicas, is off and becomes exactly what it was.
 */
final class QuietTable {
    private static final String LOUD = """
            SELECT 'TRIGGER ' || pg_catalog.quote_ident(tgname) AS what, tgenabled AS mode, tgisinternal AS internal
            FROM pg_catalog.pg_trigger WHERE tgrelid = ?::pg_catalog.regclass AND tgenabled IN ('A', 'R')
            UNION ALL SELECT 'RULE ' || pg_catalog.quote_ident(rulename), ev_enabled, false
            FROM pg_catalog.pg_rewrite WHERE ev_class = ?::pg_catalog.regclass AND ev_enabled IN ('A', 'R') AND rulename <> '_RETURN'
            """;

    private record Loud(String what, String mode, boolean internal) {}

    private final Session session;
    private final String table;
    private final List<Loud> louds;

    private QuietTable(Session session, String table, List<Loud> louds) {
        this.session = session;
        this.table = table;
        this.louds = louds;
    }

    /**
     * @param session in a transaction
     * @param table qualified
     * @throws FullLoadRequired when a trigger of the system itself, one of a foreign key, is enabled so: only a
     *     superuser can turn it off
     */
    static QuietTable of(Session session, String table) {
        List<Loud> louds = session.query(
                LOUD, row -> new Loud(row.text("what"), row.text("mode"), row.flag("internal")), table, table);
        if (louds.stream().anyMatch(Loud::internal)) {
            throw new FullLoadRequired("foreign keys of " + table + " are enabled ALWAYS or for replicas");
        }
        QuietTable quiet = new QuietTable(session, table, louds);
        louds.forEach(each -> quiet.alter("DISABLE " + each.what()));
        return quiet;
    }

    void restore() {
        louds.forEach(each -> alter("ENABLE " + (each.mode().equals("A") ? "ALWAYS " : "REPLICA ") + each.what()));
    }

    private void alter(String action) {
        session.execute("ALTER TABLE ONLY " + table + " " + action);
    }

    /** Whether foreign keys of other tables refer to this one: then it cannot be truncated. */
    static boolean isReferredTo(Session session, String table) {
        return session.number(
                        "SELECT count(*) FROM pg_catalog.pg_constraint WHERE contype = 'f'"
                                + " AND confrelid = ?::pg_catalog.regclass AND conrelid <> confrelid",
                        table)
                > 0;
    }
}
