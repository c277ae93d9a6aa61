package io.understudy.databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.config.OtherDatabase.Server;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.testing.MariadbServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    /** Those of the reference deployment, either of whose servers may be the standby. */
    @Test
    void anAccountWithTheRightsOfTheExampleDoesAll() throws IOException {
        server.sql(Files.readString(Path.of("../deploy/examples/wordpress/accounts.sql"))
                .replace("wordpress", "shop")
                .replace("<password of the agents>", "pass"));
        Path login = Files.writeString(
                folder.resolve("understudy.cnf"),
                Files.readString(server.options()).replace("user=root", "user=understudy\npassword=pass"));
        server.sql("CREATE ROLE callers; GRANT EXECUTE ON PROCEDURE shop.count_all TO callers");
        String grants = server.sql("SHOW GRANTS FOR callers");
        byte[] all = dump();
        SiteDatabase database = database(login);
        assertThat(database.checkStandby()).doesNotContain("cannot be");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        database.dump(in -> in.transferTo(out), () -> {});
        assertThat(out.toByteArray()).isEqualTo(all);

        change();
        database.restore(place(1), to -> to.write(all));
        database.swap(place(1));
        assertThat(server.sql(STATE)).isEqualTo(SNAPSHOT);
        assertThat(server.sql("SHOW GRANTS FOR callers")).isEqualTo(grants).contains("count_all");
        database.undo(place(1));
        assertThat(server.sql(STATE)).isEqualTo(LATER);
        server.sql("DROP ROLE callers; DROP USER understudy@localhost; DROP USER shop@localhost");
    }

    /** With its body, which goes with it. */
    @Test
    void aPackageIsExchangedAndTakenBackWithTheRightsOnIt() {
        server.sql("CREATE USER caller@localhost; USE shop; SET sql_mode = 'ORACLE';\nDELIMITER //\n"
                + "CREATE PACKAGE sums AS FUNCTION one RETURN INT; END//\n"
                + "CREATE PACKAGE BODY sums AS FUNCTION one RETURN INT AS BEGIN RETURN 1; END; END//\nDELIMITER ;\n"
                + "GRANT EXECUTE ON PACKAGE shop.sums TO caller@localhost");
        String grants = server.sql("SHOW GRANTS FOR caller@localhost");
        byte[] dump = dump();
        SiteDatabase database = database();
        database.restore(place(1), out -> out.write(dump));
        database.swap(place(1));
        assertThat(server.sql("SELECT shop.sums.one()")).isEqualTo("1");
        assertThat(server.sql("SHOW GRANTS FOR caller@localhost")).isEqualTo(grants);
        database.undo(place(1));
        assertThat(server.sql("SELECT shop.sums.one()")).isEqualTo("1");
        assertThat(server.sql("SHOW GRANTS FOR caller@localhost"))
                .isEqualTo(grants)
                .contains("sums");
        server.sql("DROP USER caller@localhost");
    }

    @Test
    void earlierVersionsOfRowsAreSaidNotToBeInADump() {
        assertThat(database().check()).doesNotContain("VERSION");
        server.sql("CREATE TABLE shop.past (a INT) ENGINE = InnoDB WITH SYSTEM VERSIONING");
        assertThat(database().check())
                .endsWith("; a dump has no earlier versions of rows, which are kept (SYSTEM VERSIONING) of past");
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
