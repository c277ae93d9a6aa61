package io.understudy.databases;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.OtherDatabase.Server;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a dump of a schema holds, on a real MariaDB server. */
@Tag("slow")
class MariadbDumpTest extends SchemaDumpContract {
    MariadbDumpTest() {
        super(SchemaServer.mariadb());
    }

    /** By MariaDB's programs, which have MySQL's names too. */
    @Test
    @Tag("always")
    void thePresetMysqlRefusesThisServerByName() {
        SiteDatabase database = database(Server.MYSQL, server.options(), Optional.empty());
        UnderstudyException e = failure(database::check);
        assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
        assertThat(e).hasMessageContaining("-MariaDB").hasMessageContaining("(did you mean preset mariadb?)");
    }

    @Test
    void earlierVersionsOfRowsAreSaidNotToBeInADump() {
        assertThat(database().check()).doesNotContain("VERSION");
        server.sql("CREATE TABLE shop.past (a INT) ENGINE = InnoDB WITH SYSTEM VERSIONING");
        assertThat(database().check())
                .endsWith("; a dump has no earlier versions of rows, which are kept (SYSTEM VERSIONING) of past");
    }
}
