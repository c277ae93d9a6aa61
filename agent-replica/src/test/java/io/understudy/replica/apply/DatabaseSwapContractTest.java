package io.understudy.replica.apply;

import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.postgres.Databases;
import io.understudy.testing.PostgresServer;
import io.understudy.time.Ticker;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class DatabaseSwapContractTest extends LiveDatabasesContract {
    private final PostgresServer server = PostgresServer.shared();

    @Override
    protected String newSite() {
        return server.newName("it's a \"site\" of " + "é".repeat(20));
    }

    @Override
    protected LiveDatabases open(String site) {
        return new DatabaseSwap(new Database(server.settings(site)), Ticker.system());
    }

    @Override
    protected DatabaseIdentity create(String name) {
        server.psql("postgres", "CREATE DATABASE " + PostgresServer.quoted(name) + " TEMPLATE template0;");
        return new Databases(new Database(server.settings(name)), Ticker.system())
                .named(name)
                .orElseThrow();
    }
}
