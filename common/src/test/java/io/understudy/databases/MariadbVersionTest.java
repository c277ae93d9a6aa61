package io.understudy.databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.config.OtherDatabase;
import io.understudy.config.OtherDatabase.Mariadb;
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

class MariadbVersionTest {
    @ParameterizedTest
    @CsvSource({
        "8.0.36-0ubuntu0.22.04.1, (Ubuntu)",
        "8.4.3, MySQL Community Server - GPL",
        "5.7.44-48, Percona Server (GPL)",
        "8.0.35, Source distribution",
    })
    void aServerOfAnotherNameIsRefusedBeforeAnythingIsDone(String version, String comment) {
        Place place = new Place(1, "00000001-00000001", Path.of("/none"));
        List<Consumer<SiteDatabase>> steps = List.of(
                SiteDatabase::check,
                SiteDatabase::checkStandby,
                database -> database.dump(in -> {}, () -> {}),
                database -> database.restore(place, out -> {}));
        for (Consumer<SiteDatabase> step : steps) {
            ScriptedCommandRunner runner = new ScriptedCommandRunner();
            runner.on("mariadb --batch", Answer.ok(version + "\n" + comment + "\n"));
            UnderstudyException e =
                    catchThrowableOfType(UnderstudyException.class, () -> step.accept(database(runner)));
            assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
            assertThat(e).hasMessageContaining("this server is " + version + " (" + comment + "), as MySQL");
            assertThat(e.hint()).contains("commands of your own", "MySQL 8");
            assertThat(runner.commands()).hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "10.11.18-MariaDB-0+deb12u1, Debian 12",
        "10.6.14-MariaDB-log, managed",
        "11.4.2, mariadb.org binary distribution",
    })
    void mariadbIsKnownByItsName(String version, String comment) {
        assertThat(MariadbVersion.requireMariadb(List.of(version, comment))).isEqualTo(version);
    }

    @Test
    void aServerThatRenamesInPartsIsNoStandby() {
        MariadbVersion.requireAtomicRename("10.6.0-MariaDB");
        MariadbVersion.requireAtomicRename("11.4.2-MariaDB-log");
        MariadbVersion.requireAtomicRename("12.0");
        assertThat(refused("10.5.23-MariaDB")).hasMessageContaining("MariaDB 10.5.23-MariaDB: it is older than 10.6");
    }

    @ParameterizedTest
    @ValueSource(strings = {"MariaDB", "?", "10-MariaDB", ""})
    void aVersionThatIsNoNumberIsAnErrorOfItsOwn(String version) {
        assertThat(refused(version)).hasMessageContaining("its version is no number");
    }

    private static UnderstudyException refused(String version) {
        return catchThrowableOfType(UnderstudyException.class, () -> MariadbVersion.requireAtomicRename(version));
    }

    private static SiteDatabase database(ScriptedCommandRunner runner) {
        Mariadb mariadb = new Mariadb("shop", Optional.empty(), Optional.empty());
        return new MariadbDatabase(
                new OtherDatabase("shop", List.of(), Duration.ofMinutes(1), mariadb), mariadb, runner);
    }
}
