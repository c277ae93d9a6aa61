package io.understudy.databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.config.OtherDatabase.Server;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.testing.MariadbServer;
import io.understudy.testing.MysqlServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A schema of a real MySQL server. */
@Tag("mysql")
class MysqlDatabaseTest extends SchemaDatabaseContract {
    private static MysqlServer mysql;

    MysqlDatabaseTest() {
        super(mysql, Server.MYSQL, Optional.of(MysqlServer.tools()), 10);
    }

    @BeforeAll
    static void start() {
        mysql = MysqlServer.start();
    }

    @AfterAll
    static void stop() {
        if (mysql != null) {
            mysql.close();
        }
    }

    /** The dump has the end of the statement in that comment. */
    @Test
    void codeThatEndsWithACommentIsRestoredToo() {
        server.sql(
                "USE shop;\nDELIMITER //\nCREATE TRIGGER last BEFORE INSERT ON log FOR EACH ROW SET @a = 1 # it's /*\n//"
                        + "\nCREATE EVENT later ON SCHEDULE EVERY 1 DAY DO SET @a = 1 -- so far\n//"
                        + "\nCREATE PROCEDURE last() SET @a = '# \\' ;;' -- and\n//");
        String code = "SELECT action_statement FROM information_schema.triggers WHERE trigger_name = 'last';"
                + " SELECT event_definition FROM information_schema.events WHERE event_name = 'later';"
                + " SELECT routine_definition FROM information_schema.routines WHERE routine_name = 'last'";
        String before = server.sql(code);
        assertThat(before).contains("# it's /*", "-- so far", "-- and");
        byte[] dump = dump();
        SiteDatabase database = database();
        database.restore(place(1), out -> out.write(dump));
        database.swap(place(1));
        assertThat(server.sql(code)).isEqualTo(before);
        database.undo(place(1));
        assertThat(server.sql(code)).isEqualTo(before);
    }

    /** The server shows the quotes otherwise, so what follows one may be text or not. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET @a = 'it''s'; DELETE FROM shop.log WHERE m = 'x';",
                "SET @a = '/*'; DELETE FROM shop/* c */.log;",
                "SET @a = 'an@shop.example';"
            })
    void aTriggerWhoseTextsNameWhatIsLiveStopsTheRestoreToo(String body) {
        server.sql("USE shop;\nDELIMITER //\nCREATE TRIGGER texts BEFORE UPDATE ON customer FOR EACH ROW BEGIN " + body
                + " END//");
        byte[] dump = dump();
        afterLoad("DELETE FROM customer WHERE id < 0");
        UnderstudyException e = failure(() -> database().restore(place(1), out -> out.write(dump)));
        assertThat(e).hasMessageContaining("the trigger texts of the snapshot names the schema shop, which is live");
    }

    /** An account that is no superuser's, with the rights that the page names. */
    @Test
    void anAccountWithTheRightsOfThePageDoesAll() throws IOException {
        server.sql("CREATE USER agent@localhost IDENTIFIED BY 'pass'; GRANT ALL ON `shop%`.* TO agent@localhost"
                + " WITH GRANT OPTION; GRANT SELECT ON mysql.user TO agent@localhost;"
                + " GRANT SELECT ON mysql.procs_priv TO agent@localhost");
        SiteDatabase database = database(login("agent"));
        assertThat(database.checkStandby())
                .contains("; triggers and functions cannot be made here", "ERROR 1419", "SUPER privilege");
        server.sql("SET GLOBAL log_bin_trust_function_creators = 1");
        assertThat(database.checkStandby())
                .contains("; what runs with the rights of another account cannot be made here", "ERROR 1227")
                .doesNotContain("triggers and functions cannot");
        server.sql(
                "GRANT SET_ANY_DEFINER, ALLOW_NONEXISTENT_DEFINER, SYSTEM_USER, SHOW_ROUTINE ON *.* TO agent@localhost");
        assertThat(database.checkStandby()).doesNotContain("cannot be");
        assertThat(database.check()).startsWith("schema shop of MySQL ");

        byte[] dump = dump();
        change();
        database.restore(place(1), out -> out.write(dump));
        database.swap(place(1));
        assertThat(server.sql(STATE)).isEqualTo(SNAPSHOT);
        database.undo(place(1));
        assertThat(server.sql(STATE)).isEqualTo(LATER);
        server.sql("SET GLOBAL log_bin_trust_function_creators = 0; DROP USER agent@localhost");
    }

    /** A right that is missing may make it smaller without an error. */
    @Test
    void theRightsOfThePageSufficeForAWholeDump() throws IOException {
        byte[] all = dump();
        server.sql("CREATE USER reader@localhost IDENTIFIED BY 'pass';"
                + " GRANT SELECT, SHOW VIEW, TRIGGER, EVENT, LOCK TABLES ON shop.* TO reader@localhost;"
                + " GRANT SHOW_ROUTINE ON *.* TO reader@localhost");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SiteDatabase database = database(login("reader"));
        assertThat(database.check()).startsWith("schema shop of MySQL ");
        database.dump(in -> in.transferTo(out), () -> {});
        assertThat(out.toByteArray()).isEqualTo(all);
        server.sql("DROP USER reader@localhost");
    }

    private Path login(String user) throws IOException {
        return Files.writeString(
                folder.resolve(user + ".cnf"),
                Files.readString(server.options()).replace("user=root", "user=" + user + "\npassword=pass"));
    }

    /** By the programs of that preset, which reach this server. */
    @Test
    void thePresetMariadbRefusesThisServerByName() {
        assumeTrue(MariadbServer.installed(), "MariaDB is not installed: deploy/setup test");
        SiteDatabase database = database(Server.MARIADB, server.options(), Optional.empty());
        UnderstudyException e = failure(database::check);
        assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
        assertThat(e).hasMessageContaining(", as MySQL and its relatives name themselves (did you mean preset mysql?)");
    }

    @Test
    void theProgramsOfMariadbAreRefused() {
        assumeTrue(MariadbServer.installed(), "MariaDB is not installed: deploy/setup test");
        SiteDatabase database = database(Server.MYSQL, server.options(), Optional.of(Path.of("/usr/bin")));
        UnderstudyException e = failure(database::check);
        assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
        assertThat(e).hasMessageContaining("the preset mysql needs MySQL's programs, and mysqldump is MariaDB's");
    }

    /** Routines use them, and no table brings them along. */
    @Test
    void aLibraryIsExchangedAndTakenBack() {
        server.sql("CREATE LIBRARY shop.first LANGUAGE JAVASCRIPT AS 'one'");
        byte[] dump = dump();
        server.sql("DROP LIBRARY shop.first; CREATE LIBRARY shop.second LANGUAGE JAVASCRIPT AS 'two'");
        String libraries = "SELECT GROUP_CONCAT(library_definition) FROM information_schema.libraries"
                + " WHERE library_schema = 'shop'";
        SiteDatabase database = database();
        database.restore(place(1), out -> out.write(dump));
        database.swap(place(1));
        assertThat(server.sql(libraries)).isEqualTo("one");
        database.undo(place(1));
        assertThat(server.sql(libraries)).isEqualTo("two");
    }
}
