package io.understudy.e2e;

import io.understudy.config.OtherDatabase;
import io.understudy.testing.MysqlServer;
import io.understudy.testing.SqlServer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** The same with a database of MySQL in the place of MariaDB's. */
@Tag("mysql")
class MysqlOtherDatabasesIT extends OtherDatabasesIT {
    @Override
    SqlServer started() {
        return MysqlServer.start();
    }

    @Override
    OtherDatabase.Server product() {
        return OtherDatabase.Server.MYSQL;
    }

    @Override
    Path tools() {
        return MysqlServer.tools();
    }

    @Override
    List<String> names() {
        return List.of("mysql", "mysqldump");
    }
}
