package io.understudy.databases;

import org.junit.jupiter.api.Tag;

/** MySQL, killed while it exchanges the tables. */
@Tag("mysql")
class MysqlKilledServerTest extends KilledServerContract {
    MysqlKilledServerTest() {
        super(SchemaServer.ownMysql());
    }
}
