package io.understudy.replica.load;

import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import java.util.Set;

/**
 * What a load by differences has to know of the schema of a database; the same as long as that does not change.
 *
 * @param views whether there are materialized views
 * @param loud the qualified names of tables with triggers or rules that act also in a session as replica: their
 *     catalogs change when their rows do
 */
record Structure(LoadOrder order, CopyTargets targets, boolean views, Set<String> loud) {
    /** The server runs these whatever the session is, with its rights. */
    private static final String LOUD_EVENT_TRIGGERS =
            "SELECT count(*) FROM pg_catalog.pg_event_trigger WHERE evtenabled IN ('A', 'R')";

    private static final String VIEWS = "SELECT count(*) FROM pg_catalog.pg_class WHERE relkind = 'm'";

    private static final String LOUD = """
            SELECT n.nspname AS schema, c.relname AS name FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid IN (
                SELECT tgrelid FROM pg_catalog.pg_trigger WHERE tgenabled IN ('A', 'R')
                UNION SELECT ev_class FROM pg_catalog.pg_rewrite WHERE ev_enabled IN ('A', 'R') AND rulename <> '_RETURN')
            """;

    /** @throws FullLoadRequired when the server would run event triggers of the site */
    static Structure of(Session session) {
        if (session.number(LOUD_EVENT_TRIGGERS) > 0) {
            throw new FullLoadRequired("the database has event triggers that are enabled ALWAYS or for replicas");
        }
        return new Structure(
                LoadOrder.of(session),
                CopyTargets.of(session),
                session.number(VIEWS) > 0,
                Set.copyOf(session.query(LOUD, row -> Sql.qualified(row.text("schema"), row.text("name")))));
    }
}
