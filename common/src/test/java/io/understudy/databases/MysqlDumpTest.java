package io.understudy.databases;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.OtherDatabase.Server;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a dump of a schema holds, on a real MySQL server. */
@Tag("mysql")
class MysqlDumpTest extends SchemaDumpContract {
    MysqlDumpTest() {
        super(SchemaServer.mysql());
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

    /** By the programs of that preset, which reach this server. */
    @Test
    void thePresetMariadbRefusesThisServerByName() {
        SchemaServer.requireMariadb();
        SiteDatabase database = database(Server.MARIADB, server.options(), Optional.empty());
        UnderstudyException e = failure(database::check);
        assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
        assertThat(e).hasMessageContaining(", as MySQL and its relatives name themselves (did you mean preset mysql?)");
    }

    @Test
    void theProgramsOfMariadbAreRefused() {
        SchemaServer.requireMariadb();
        SiteDatabase database = database(Server.MYSQL, server.options(), Optional.of(Path.of("/usr/bin")));
        UnderstudyException e = failure(database::check);
        assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
        assertThat(e).hasMessageContaining("the preset mysql needs MySQL's programs, and mysqldump is MariaDB's");
    }
}
