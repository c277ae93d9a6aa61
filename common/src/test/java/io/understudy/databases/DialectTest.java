package io.understudy.databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.config.OtherDatabase;
import io.understudy.config.OtherDatabase.Schema;
import io.understudy.config.OtherDatabase.Server;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.testing.ScriptedCommandRunner;
import io.understudy.testing.ScriptedCommandRunner.Answer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each server is asked and given, without one. */
class DialectTest {
    private static final Place PLACE = new Place(1, "00000001-00000001", Path.of("/none"));
    private static final List<Consumer<SiteDatabase>> STEPS = List.of(
            SiteDatabase::check,
            SiteDatabase::checkStandby,
            database -> database.dump(in -> {}, () -> {}),
            database -> database.restore(PLACE, out -> {}));

    @ParameterizedTest
    @CsvSource({
        "8.0.36-0ubuntu0.22.04.1, (Ubuntu)",
        "8.4.3, MySQL Community Server - GPL",
        "9.7.4-2, (Debian)",
        "5.7.44-48, Percona Server (GPL)",
        "8.0.35, Source distribution",
    })
    void thePresetMariadbRefusesAServerOfAnotherNameBeforeAnythingIsDone(String version, String comment) {
        for (Consumer<SiteDatabase> step : STEPS) {
            ScriptedCommandRunner runner = server("mariadb", version, comment);
            UnderstudyException e = refused(() -> step.accept(database(Server.MARIADB, runner)));
            assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
            assertThat(e)
                    .hasMessageContaining("this server is " + version + " (" + comment + "), as MySQL")
                    .hasMessageContaining("(did you mean preset mysql?)");
            assertThat(e.hint()).isEqualTo("set databases[].preset: mysql");
            assertThat(runner.commands()).hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "10.11.18-MariaDB-0+deb12u1, Debian 12",
        "10.6.14-MariaDB-log, managed",
        "11.4.2, mariadb.org binary distribution",
    })
    void thePresetMysqlRefusesMariadbBeforeAnythingIsDone(String version, String comment) {
        assertThat(new MariadbDialect().requireServer(List.of(version, comment)))
                .isEqualTo(version);
        for (Consumer<SiteDatabase> step : STEPS) {
            ScriptedCommandRunner runner = server("mysql", version, comment);
            UnderstudyException e = refused(() -> step.accept(database(Server.MYSQL, runner)));
            assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
            assertThat(e)
                    .hasMessageContaining(
                            "this server is " + version + " (" + comment + ") (did you mean preset mariadb?)");
            assertThat(e.hint()).isEqualTo("set databases[].preset: mariadb");
            assertThat(runner.commands()).hasSize(1);
        }
    }

    @Test
    void theProgramsOfMariadbAreNotTakenForThoseOfMysql() {
        for (Consumer<SiteDatabase> step : STEPS) {
            ScriptedCommandRunner runner = server("mysql", "8.4.3", "MySQL Community Server - GPL");
            runner.on(
                    "mysqldump --version",
                    Answer.ok("mysqldump  Ver 10.19 Distrib 10.11.18-MariaDB, for debian-linux-gnu (x86_64)\n"));
            UnderstudyException e = refused(() -> step.accept(database(Server.MYSQL, runner)));
            assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
            assertThat(e).hasMessageContaining("needs MySQL's programs, and mysqldump is MariaDB's: mysqldump  Ver");
            assertThat(e.hint()).contains("databases[].tools");
            assertThat(runner.commands()).hasSize(2);
        }
    }

    /** A server's programs are all that a host has of it where the server is on another. */
    @ParameterizedTest
    @CsvSource({
        "MARIADB, mysql, mysql  Ver 8.4.3 for Linux on x86_64 (MySQL Community Server - GPL), MySQL, MariaDB",
        "MYSQL, mariadb, mariadb from 11.8.2-MariaDB, MariaDB, MySQL"
    })
    void aMissingProgramOfOnePresetHintsAtTheOther(
            Server preset, String there, String version, String product, String missing) {
        for (Consumer<SiteDatabase> step : STEPS) {
            ScriptedCommandRunner runner = new ScriptedCommandRunner();
            runner.on(there + " --version", Answer.ok(version + "\n"));
            UnderstudyException e = refused(() -> step.accept(database(preset, runner)));
            assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
            assertThat(e)
                    .hasMessageStartingWith("cannot run ")
                    .hasMessageEndingWith("; " + product + "'s is there (did you mean preset " + there + "?)");
            assertThat(e.hint())
                    .isEqualTo("set databases[].preset: " + there + ", or install the client programs of " + missing);
        }
    }

    /** Nor is another failure, nor MariaDB's program of MySQL's name, a sign of the other preset. */
    @Test
    void aMissingProgramAloneIsNoHint() {
        ScriptedCommandRunner runner = new ScriptedCommandRunner();
        assertThat(refused(() -> database(Server.MYSQL, runner).check()).code()).isEqualTo(ErrorCode.COMMAND_FAILED);
        runner.on("mysql --version", Answer.ok("mysql  Ver 15.1 Distrib 10.4.34-MariaDB\n"));
        assertThat(refused(() -> database(Server.MARIADB, runner).check()).code())
                .isEqualTo(ErrorCode.COMMAND_FAILED);
        runner.on("mysql --version", Answer.ok("mysql  Ver 8.4.3 for Linux on x86_64\n"));
        runner.on("mariadb --defaults-extra-file=/login --batch", Answer.failed(1, "ERROR 1045 (28000): denied"));
        assertThat(refused(() -> database(Server.MARIADB, runner).check()).code())
                .isEqualTo(ErrorCode.DATABASE_FAILED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"5.7.44-log", "?", ""})
    void aServerOfMysqlThatRenamesInPartsIsRefused(String version) {
        UnderstudyException e = refused(() -> new MysqlDialect().requireServer(List.of(version, "MySQL")));
        assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
        assertThat(e).hasMessageContaining("is for MySQL 8.0 and later").hasMessageContaining(version + " (MySQL)");
        assertThat(e.hint()).contains("commands of your own");
    }

    @ParameterizedTest
    @ValueSource(strings = {"8.0.11", "8.4.3-3", "9.7.4-2", "10.0.1"})
    void aNewerOneIsNot(String version) {
        assertThat(new MysqlDialect().requireServer(List.of(version))).isEqualTo(version);
    }

    @Test
    void aServerOfMariadbThatRenamesInPartsIsNoStandby() {
        MariadbDialect mariadb = new MariadbDialect();
        mariadb.requireAtomicRename("10.6.0-MariaDB");
        mariadb.requireAtomicRename("11.4.2-MariaDB-log");
        mariadb.requireAtomicRename("12.0");
        assertThat(refused(() -> mariadb.requireAtomicRename("10.5.23-MariaDB")))
                .hasMessageContaining("MariaDB 10.5.23-MariaDB: it is older than 10.6");
    }

    @ParameterizedTest
    @ValueSource(strings = {"MariaDB", "?", "10-MariaDB", ""})
    void aVersionThatIsNoNumberIsAnErrorOfItsOwn(String version) {
        assertThat(refused(() -> new MariadbDialect().requireAtomicRename(version)))
                .hasMessageContaining("its version is no number");
    }

    /** What MySQL adds unless it is asked not to belongs to the server, and would change a standby's. */
    @Test
    void aDumpOfMysqlIsOfTheSchemaAlone() {
        assertThat(dumped(Server.MYSQL, "mysql", "8.4.3"))
                .isEqualTo("mysqldump --defaults-extra-file=/login --skip-dump-date --max-allowed-packet=1G"
                        + " --default-character-set=utf8mb4 --set-gtid-purged=OFF --no-tablespaces"
                        + " --column-statistics=OFF --loose-skip-masking-policies --single-transaction --quick"
                        + " --hex-blob --no-tablespaces --routines --triggers --events -- shop");
        assertThat(dumped(Server.MARIADB, "mariadb", "10.11.18-MariaDB"))
                .isEqualTo("mariadb-dump --defaults-extra-file=/login --skip-dump-date --max-allowed-packet=1G"
                        + " --default-character-set=utf8mb4 --single-transaction --quick"
                        + " --hex-blob --no-tablespaces --routines --triggers --events -- shop");
    }

    private static String dumped(Server server, String client, String version) {
        ScriptedCommandRunner runner = server(client, version, "");
        runner.on("mysqldump --version", Answer.ok("mysqldump  Ver 8.4.3 for Linux on x86_64\n"));
        runner.on(command -> command.toString().endsWith("-- shop"), command -> Answer.ok("-- Dump completed\n"));
        database(server, runner).dump(in -> in.readAllBytes(), () -> {});
        return runner.lines().get(runner.lines().size() - 1);
    }

    /** Without its own commands the client runs no program that a dump names. */
    @Test
    void theClientsTakeNoCommandOfADump() {
        assertThat(client(Server.MYSQL))
                .startsWith("mysql --defaults-extra-file=/login")
                .contains("--binary-mode --local-infile=OFF");
        assertThat(client(Server.MARIADB))
                .startsWith("mariadb --defaults-extra-file=/login")
                .contains("--loose-sandbox");
    }

    private static String client(Server server) {
        ScriptedCommandRunner runner = new ScriptedCommandRunner();
        runner.on(command -> true, command -> Answer.ok("61\n"));
        database(server, runner).isThere();
        return runner.lines().get(0);
    }

    private static ScriptedCommandRunner server(String client, String version, String comment) {
        ScriptedCommandRunner runner = new ScriptedCommandRunner();
        runner.on(client + " --defaults-extra-file=/login --batch", Answer.ok(version + "\n" + comment + "\n"));
        return runner;
    }

    private static UnderstudyException refused(Runnable work) {
        return catchThrowableOfType(UnderstudyException.class, work::run);
    }

    private static SiteDatabase database(Server server, ScriptedCommandRunner runner) {
        Schema schema = new Schema(server, "shop", Optional.of(Path.of("/login")), Optional.empty());
        return new SchemaDatabase(new OtherDatabase("shop", List.of(), Duration.ofMinutes(1), schema), schema, runner);
    }
}
