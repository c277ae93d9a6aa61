package io.understudy.replica.apply;

import io.understudy.postgres.DatabaseIdentity;
import io.understudy.replica.fakes.FakeDatabaseServer;
import io.understudy.replica.fakes.FakeLiveDatabases;
import java.util.Optional;

class FakeLiveDatabasesTest extends LiveDatabasesContract {
    private FakeDatabaseServer server;

    @Override
    protected String newSite() {
        server = new FakeDatabaseServer(7);
        return "site";
    }

    @Override
    protected LiveDatabases open(String site) {
        return new FakeLiveDatabases(server, site);
    }

    @Override
    protected DatabaseIdentity create(String name) {
        return server.create(name, Optional.empty());
    }
}
