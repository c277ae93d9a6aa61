package io.understudy.replica.load;

import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Refreshes the materialized views whose inputs changed, each after those that it reads. Their inputs are the relations
 * that they and the views between depend on; what a function reads is not known, so a view that calls one that is not
 * immutable, or is the site's own, is refreshed always.
 */
final class StaleViews {
    private static final String VIEWS = """
            SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind = 'm' AND c.relispopulated AS stored,
                r.ev_action::text ~ 'SQLVALUEFUNCTION|NEXTVALUEEXPR|CURRENTOFEXPR' OR EXISTS (
                    SELECT FROM pg_catalog.regexp_matches(r.ev_action::text, ':[a-z]*funcid (\\d+)', 'g') m (id)
                    JOIN pg_catalog.pg_proc p ON p.oid = m.id[1]::oid WHERE p.provolatile <> 'i' OR p.oid >= 16384) AS calls
            FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE r.rulename = '_RETURN' AND c.oid >= 16384 AND c.relkind IN ('v', 'm')
            """;

    private static final String READS = """
            SELECT DISTINCT r.ev_class AS view, d.refobjid AS relation FROM pg_catalog.pg_rewrite r
            JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid
            WHERE r.rulename = '_RETURN' AND r.ev_class >= 16384 AND d.refclassid = 'pg_catalog.pg_class'::regclass
                AND d.refobjid <> r.ev_class
            """;

    /** A parent shows the rows of its children; nothing says when those of a foreign table change. */
    private static final String CHANGED = """
            WITH RECURSIVE changed (oid) AS (
                SELECT pg_catalog.to_regclass(name)::pg_catalog.oid FROM pg_catalog.unnest(?::pg_catalog.text[]) name
                UNION SELECT oid FROM pg_catalog.pg_class WHERE relkind = 'f'
                UNION SELECT i.inhparent FROM pg_catalog.pg_inherits i JOIN changed c ON c.oid = i.inhrelid)
            SELECT oid FROM changed WHERE oid IS NOT NULL
            """;

    private record View(long oid, String name, boolean stored, boolean calls) {}

    private final Map<Long, View> views = new HashMap<>();
    private final Map<Long, Set<Long>> reads = new HashMap<>();
    private final Set<Long> changed;
    private final Set<String> drifted;

    /**
     * @param tables the qualified names of tables whose rows changed
     * @param drifted those of views that are not as they were made
     */
    StaleViews(Session session, Set<String> tables, Set<String> drifted) {
        this.drifted = Set.copyOf(drifted);
        session.query(
                        VIEWS,
                        row -> new View(
                                row.number("oid"),
                                Sql.qualified(row.text("schema"), row.text("name")),
                                row.flag("stored"),
                                row.flag("calls")))
                .forEach(view -> views.put(view.oid(), view));
        session.query(
                READS,
                row -> reads.computeIfAbsent(row.number("view"), none -> new HashSet<>())
                        .add(row.number("relation")));
        changed = new HashSet<>(session.query(CHANGED, row -> row.number("oid"), KeyText.array(tables)));
    }

    /** Their qualified names, each after those that it reads. */
    List<String> inOrder() {
        Set<Long> ordered = new LinkedHashSet<>();
        views.keySet().stream().sorted().forEach(view -> visit(view, ordered));
        List<String> stale = new ArrayList<>();
        for (long oid : ordered) {
            View view = views.get(oid);
            if (view.calls()
                    || drifted.contains(view.name())
                    || reads.getOrDefault(oid, Set.of()).stream().anyMatch(changed::contains)) {
                changed.add(oid);
                if (view.stored()) {
                    stale.add(view.name());
                }
            }
        }
        return stale;
    }

    private void visit(long view, Set<Long> ordered) {
        if (!ordered.contains(view)) {
            reads.getOrDefault(view, Set.of()).stream()
                    .filter(views::containsKey)
                    .forEach(read -> visit(read, ordered));
            ordered.add(view);
        }
    }

    /** The qualified names of all that store rows. */
    Set<String> all() {
        return views.values().stream().filter(View::stored).map(View::name).collect(Collectors.toSet());
    }

    static Set<String> all(Session session) {
        return new StaleViews(session, Set.of(), Set.of()).all();
    }

    /** @return the qualified names of those that were stale */
    List<String> refresh(Session session) {
        List<String> stale = inOrder();
        stale.forEach(view -> session.execute("REFRESH MATERIALIZED VIEW " + view));
        return stale;
    }
}
