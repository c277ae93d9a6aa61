package io.understudy.replica.fakes;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.postgres.DatabaseNames;
import io.understudy.replica.apply.LiveDatabases;
import io.understudy.repository.DatabaseData.TableData;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Keeps the contract of {@link LiveDatabases} on a {@link FakeDatabaseServer}. */
public final class FakeLiveDatabases implements LiveDatabases {
    private final FakeDatabaseServer server;
    private final DatabaseNames names;
    private final Hook hook;

    public FakeLiveDatabases(FakeDatabaseServer server, String site) {
        this(server, site, Hook.NONE);
    }

    /**
     * @param hook is called around everything that changes the server: {@code arrange}, {@code discard},
     *     {@code set_aside}
     */
    public FakeLiveDatabases(FakeDatabaseServer server, String site, Hook hook) {
        this.server = server;
        this.names = DatabaseNames.of(site);
        this.hook = hook;
    }

    @Override
    public Arrangement look() {
        return new Arrangement(server.named(names.live()), server.named(names.spare()), server.named(names.previous()));
    }

    @Override
    public Optional<String> name(DatabaseIdentity database) {
        return server.name(database);
    }

    @Override
    public List<String> lacking(List<TableData> tables) {
        Map<String, String> there = server.tables(look().live().orElseThrow());
        return tables.stream()
                .filter(table -> !there.containsKey(table.name())
                        || table.rows() > 0 && there.get(table.name()).isEmpty())
                .map(table -> table.schema() + "." + table.name())
                .sorted()
                .toList();
    }

    @Override
    public void arrange(Arrangement wanted, Set<DatabaseIdentity> retired) {
        Map<DatabaseIdentity, String> all = new LinkedHashMap<>();
        wanted.live().ifPresent(database -> all.put(database, names.live()));
        wanted.spare().ifPresent(database -> all.put(database, names.spare()));
        wanted.previous().ifPresent(database -> all.put(database, names.previous()));
        all.keySet().forEach(this::requireExistence);
        retired.stream()
                .filter(database -> server.name(database).isPresent())
                .forEach(database -> all.put(database, retiredName(database)));
        requireKnown(look().live(), all);
        requireKnown(look().spare(), all);
        requireKnown(look().previous(), all);
        hook.before("arrange");
        // All in one transaction: one that was dropped since fails it.
        all.keySet().forEach(this::requireExistence);
        all.forEach(server::rename);
        hook.after("arrange");
    }

    private String retiredName(DatabaseIdentity database) {
        String now = server.name(database).orElseThrow();
        return names.isRetired(now, database.oid()) ? now : names.retired(database.oid(), server.names());
    }

    @Override
    public Set<DatabaseIdentity> retired() {
        return server.all().stream()
                .filter(each -> names.isRetired(server.name(each).orElseThrow(), each.oid()))
                .collect(Collectors.toUnmodifiableSet());
    }

    private void requireExistence(DatabaseIdentity database) {
        if (server.name(database).isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.DATABASE_FAILED, "cannot arrange the databases: " + database + " does not exist", "none");
        }
    }

    private void requireKnown(Optional<DatabaseIdentity> carrier, Map<DatabaseIdentity, String> wanted) {
        carrier.filter(database -> !wanted.containsKey(database)).ifPresent(database -> {
            throw new UnderstudyException(
                    ErrorCode.DATABASE_FOREIGN,
                    "cannot arrange the databases: " + database + " is in the way",
                    "rename it");
        });
    }

    @Override
    public void discard(DatabaseIdentity database) {
        requireNotLive(database);
        hook.before("discard");
        server.name(database).ifPresent(name -> server.drop(database));
        hook.after("discard");
    }

    @Override
    public String setAside(DatabaseIdentity database) {
        requireNotLive(database);
        requireExistence(database);
        String name = server.name(database).orElseThrow();
        if (names.isAside(name)) {
            return name;
        }
        int attempt = 1;
        while (server.named(names.aside(attempt)).isPresent()) {
            attempt++;
        }
        hook.before("set_aside");
        server.rename(database, names.aside(attempt));
        hook.after("set_aside");
        return names.aside(attempt);
    }

    private void requireNotLive(DatabaseIdentity database) {
        if (look().live().filter(database::equals).isPresent()) {
            throw new IllegalStateException("the live database stays");
        }
    }
}
