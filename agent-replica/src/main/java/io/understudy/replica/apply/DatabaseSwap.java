package io.understudy.replica.apply;

import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.postgres.DatabaseNames;
import io.understudy.postgres.Databases;
import io.understudy.postgres.Session;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.time.Ticker;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The databases of a PostgreSQL server. All names change in one transaction of {@code ALTER DATABASE … RENAME}. */
public final class DatabaseSwap implements LiveDatabases {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseSwap.class);

    private static final String TABLES = "SELECT n.nspname, c.relname,"
            + " CASE WHEN c.relkind = 'r' AND c.relpages = 0 THEN pg_catalog.pg_relation_size(c.oid) = 0 ELSE false END AS empty"
            + " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
            + " WHERE c.relkind IN ('r', 'p', 'm', 'f', 'v', 'S')";

    private final Database database;
    private final Databases databases;
    private final DatabaseNames names;

    public DatabaseSwap(Database database, Ticker ticker) {
        this.database = database;
        this.databases = new Databases(database, ticker);
        this.names = DatabaseNames.of(database.settings().name());
    }

    @Override
    public <T> T during(Supplier<T> work) {
        return database.keepingSessions(work);
    }

    @Override
    public Arrangement look() {
        return arrangement(databases.all());
    }

    private Arrangement arrangement(Map<DatabaseIdentity, String> all) {
        return new Arrangement(carrier(all, names.live()), carrier(all, names.spare()), carrier(all, names.previous()));
    }

    @Override
    public Optional<String> name(DatabaseIdentity database) {
        return Optional.ofNullable(databases.all().get(database));
    }

    private static Optional<DatabaseIdentity> carrier(Map<DatabaseIdentity, String> all, String name) {
        return all.entrySet().stream()
                .filter(database -> database.getValue().equals(name))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /**
     * Asks the catalog. Only of a table that it calls empty the file is looked at, which waits for locks, and not for
     * long.
     */
    @Override
    public List<String> lacking(List<TableData> tables) {
        Map<String, Boolean> found = new HashMap<>();
        try (Session session = database.open()) {
            session.execute("BEGIN; SET LOCAL statement_timeout = '10s'");
            session.query(TABLES, row -> Map.entry(name(row.text("nspname"), row.text("relname")), row.flag("empty")))
                    .forEach(table -> found.put(table.getKey(), table.getValue()));
        }
        return tables.stream()
                .filter(table -> {
                    Boolean empty = found.get(name(table.schema(), table.name()));
                    return empty == null || empty && table.rows() > 0;
                })
                .map(table -> name(table.schema(), table.name()))
                .sorted()
                .toList();
    }

    private static String name(String schema, String table) {
        return schema + "." + table;
    }

    @Override
    public void arrange(Arrangement wanted, Set<DatabaseIdentity> retired) {
        Map<DatabaseIdentity, String> named = new LinkedHashMap<>();
        wanted.live().ifPresent(database -> named.put(database, names.live()));
        wanted.spare().ifPresent(database -> named.put(database, names.spare()));
        wanted.previous().ifPresent(database -> named.put(database, names.previous()));
        Map<DatabaseIdentity, String> all = databases.all();
        all.forEach((database, name) -> {
            if (retired.contains(database)) {
                named.put(database, retiredName(database, name, all.values()));
            }
        });
        Arrangement before = arrangement(all);
        if (all.entrySet().containsAll(named.entrySet()) && before.equals(wanted)) {
            return;
        }
        requireKnown(before.live(), named, names.live());
        requireKnown(before.spare(), named, names.spare());
        requireKnown(before.previous(), named, names.previous());
        databases.rename(named, names.passing("moving"));
        named.forEach((database, name) -> LOG.info("database {} (oid {}) is in its place", name, database.oid()));
    }

    private String retiredName(DatabaseIdentity database, String now, Collection<String> taken) {
        return names.isRetired(now, database.oid()) ? now : names.retired(database.oid(), taken);
    }

    @Override
    public Set<DatabaseIdentity> retired() {
        return databases.all().entrySet().stream()
                .filter(each -> names.isRetired(each.getValue(), each.getKey().oid()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** What carries one of the names must have its place among the wanted ones: nothing else is renamed. */
    private static void requireKnown(
            Optional<DatabaseIdentity> carrier, Map<DatabaseIdentity, String> wanted, String name) {
        carrier.filter(database -> !wanted.containsKey(database)).ifPresent(database -> {
            throw Databases.foreign(name);
        });
    }

    @Override
    public void discard(DatabaseIdentity database) {
        requireNotLive(database);
        databases.drop(database);
    }

    @Override
    public String setAside(DatabaseIdentity database) {
        requireNotLive(database);
        Map<DatabaseIdentity, String> all = databases.all();
        if (all.containsKey(database) && names.isAside(all.get(database))) {
            return all.get(database);
        }
        String aside = freeAside(List.copyOf(all.values()));
        databases.rename(Map.of(database, aside), names.passing("moving"));
        LOG.info("database {} set aside as {}", all.get(database), aside);
        return aside;
    }

    private String freeAside(List<String> taken) {
        int attempt = 1;
        while (taken.contains(names.aside(attempt))) {
            attempt++;
        }
        return names.aside(attempt);
    }

    private void requireNotLive(DatabaseIdentity database) {
        if (look().live().filter(database::equals).isPresent()) {
            throw new IllegalStateException("the live database is neither dropped nor set aside");
        }
    }
}
