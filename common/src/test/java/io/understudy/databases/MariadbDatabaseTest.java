package io.understudy.databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.config.OtherDatabase.Server;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.testing.MariadbServer;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A schema of a real MariaDB server. */
@Tag("slow")
class MariadbDatabaseTest extends SchemaDatabaseContract {
    private static MariadbServer mariadb;

    MariadbDatabaseTest() {
        super(mariadb, Server.MARIADB, Optional.empty(), 9);
    }

    @BeforeAll
    static void start() {
        assumeTrue(MariadbServer.installed(), "MariaDB is not installed: deploy/setup test");
        mariadb = MariadbServer.start();
    }

    @AfterAll
    static void stop() {
        if (mariadb != null) {
            mariadb.close();
        }
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

    /** It is renamed as tables are, and its state is content. */
    @Test
    void aSequenceIsExchangedAndTakenBack() {
        server.sql("CREATE SEQUENCE shop.numbers START WITH 5");
        byte[] dump = dump();
        server.sql("SELECT SETVAL(shop.numbers, 8)");
        SiteDatabase database = database();
        database.restore(place(1), out -> out.write(dump));
        Optional<String> restored = database.fingerprint(Optional.of(place(1)));
        database.swap(place(1));
        assertThat(database.fingerprint(Optional.empty())).isPresent().isEqualTo(restored);
        assertThat(server.sql("SELECT NEXT VALUE FOR shop.numbers")).isEqualTo("5");
        assertThat(database.fingerprint(Optional.empty())).isNotEqualTo(restored);
        database.undo(place(1));
        assertThat(server.sql("SELECT NEXT VALUE FOR shop.numbers")).isEqualTo("9");
    }

    @Test
    void aTextOrACommentThatNamesItDoesNot() {
        server.sql("USE shop; CREATE TRIGGER texts BEFORE UPDATE ON customer FOR EACH ROW"
                + " SET NEW.name = CONCAT('it''s an@shop.example', '' /* shop.log */) # of shop.log\n");
        byte[] dump = dump();
        afterLoad("DELETE FROM customer WHERE id < 0");
        database().restore(place(1), out -> out.write(dump));
    }
}
