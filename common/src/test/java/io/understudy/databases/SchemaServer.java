package io.understudy.databases;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.config.OtherDatabase.Server;
import io.understudy.testing.MariadbServer;
import io.understudy.testing.MysqlServer;
import io.understudy.testing.SqlServer;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A real server of a product; the calling test is skipped, and says so, where it is not here.
 *
 * @param tools folder of the product's programs; empty: PATH
 * @param exchange which command of a swap exchanges the tables, from 0
 */
record SchemaServer(SqlServer server, Server product, Optional<Path> tools, int exchange) {
    static SchemaServer mariadb() {
        requireMariadb();
        return new SchemaServer(MariadbServer.shared(), Server.MARIADB, Optional.empty(), 9);
    }

    /** A server of the caller's own. */
    static SchemaServer ownMariadb() {
        requireMariadb();
        return new SchemaServer(MariadbServer.start(), Server.MARIADB, Optional.empty(), 9);
    }

    static void requireMariadb() {
        assumeTrue(MariadbServer.installed(), "MariaDB is not installed: deploy/setup test");
    }

    static SchemaServer mysql() {
        Path tools = MysqlServer.tools();
        return new SchemaServer(MysqlServer.shared(), Server.MYSQL, Optional.of(tools), 10);
    }

    /** A server of the caller's own. */
    static SchemaServer ownMysql() {
        Path tools = MysqlServer.tools();
        return new SchemaServer(MysqlServer.start(), Server.MYSQL, Optional.of(tools), 10);
    }
}
