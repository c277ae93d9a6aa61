package io.understudy.databases;

/** MariaDB, killed while it exchanges the tables. */
class MariadbKilledServerTest extends KilledServerContract {
    MariadbKilledServerTest() {
        super(SchemaServer.ownMariadb());
    }
}
