package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.Ownership;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.history.ConfiguredTables;
import io.understudy.history.RevisionKeeper;
import io.understudy.postgres.Database;
import io.understudy.setup.CheckReport;
import io.understudy.setup.CheckResult;
import io.understudy.testing.PostgresServer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A table that the configuration names and that is not there is never passed over in silence. */
@Tag("slow")
@Tag("always")
@Timeout(120)
class ConfiguredTablesTest {
    @TempDir
    private Path state;

    private RowSite site;

    @BeforeEach
    void aSite() {
        site = new RowSite(state, """
                CREATE TABLE note (id int PRIMARY KEY, text text);
                CREATE TABLE loose (n int);
                CREATE TABLE visit (day int, id int, PRIMARY KEY (day, id)) PARTITION BY RANGE (day);
                CREATE TABLE visit_1 PARTITION OF visit FOR VALUES FROM (0) TO (10);
                CREATE TABLE visit_2 PARTITION OF visit FOR VALUES FROM (10) TO (20);
                INSERT INTO note VALUES (1, 'first');
                """);
    }

    private List<UnderstudyException> keep() {
        List<UnderstudyException> faults = new ArrayList<>();
        site.keep(
                new RevisionKeeper.Remarks() {
                    @Override
                    public void gap(String table, String after, String next) {
                        throw new AssertionError(table);
                    }

                    @Override
                    public void failed(UnderstudyException why) {
                        faults.add(why);
                    }
                },
                Instant.now());
        return faults;
    }

    private CheckReport check() {
        CheckReport.Run findings = new CheckReport.Run();
        ConfiguredTables.add(
                findings, site.settings(), new Database(site.settings().database()));
        return findings.report();
    }

    @Test
    void aMistypedTableOfTheHistoryIsAWarningThatNamesTheNearestOneAndTheOthersAreKept() {
        site.tables("[{table: noet, keep: 1 year, deleted: 30 days}, {table: note, keep: 1 year}]");
        site.take();
        assertThat(keep()).singleElement().satisfies(e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
            assertThat(e.getMessage())
                    .isEqualTo("cannot keep the history of public.noet (history.tables):"
                            + " the newest snapshot has no table public.noet");
            assertThat(e.hint()).isEqualTo("did you mean public.note?");
        });
        assertThat(site.sqlOfHistory("SELECT string_agg(name, ',') FROM understudy.progress"))
                .isEqualTo("public.note");
    }

    @Test
    void aTableThatWasRenamedIsSaidAndOneThatIsThereIsNot() {
        site.tables("[{table: note, keep: 1 year}]");
        site.take();
        assertThat(keep()).isEmpty();
        site.sql("ALTER TABLE note RENAME TO notes");
        site.take();
        assertThat(keep()).singleElement().satisfies(e -> assertThat(e.hint()).isEqualTo("did you mean public.notes?"));
        site.sql("ALTER TABLE notes RENAME TO note");
        site.take();
        assertThat(keep()).isEmpty();
    }

    @Test
    void aPartitionedTableIsNamedWithItsPartitions() {
        site.tables("[{table: visit, keep: 1 year}]");
        site.take();
        assertThat(keep()).singleElement().satisfies(e -> {
            assertThat(e.getMessage()).contains("public.visit is partitioned");
            assertThat(e.hint()).isEqualTo("name its partitions: public.visit_1, public.visit_2");
        });
        site.tables("[{table: visit_1, keep: 1 year}]");
        assertThat(keep()).isEmpty();
        assertThat(site.run("history", "visit", "1,1")).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err()).contains("cannot find table public.visit", "did you mean public.visit_1?");
    }

    @Test
    void checkWarnsOfEachNameThatTheDatabaseLacks() {
        site.tables("[{table: noet, keep: 1 year}, {table: visit, keep: 1 year}, {table: loose, keep: 1 year}]");
        site.links("[{from: note.ide, to: note.id}]");
        site.protect("[{table: noet, where: \"id = 1\"}, {table: visit, where: \"id = 1\"}]");
        CheckReport report = check();
        assertThat(report.ok()).isTrue();
        assertThat(report.warnings().map(CheckResult::check))
                .containsExactly("history.tables", "history.links", "protect");
        assertThat(report.text())
                .contains(
                        "the database has no table public.noet: no revisions of it are kept",
                        "public.visit is partitioned",
                        "public.loose has no primary key",
                        "public.note has no column ide",
                        "the database has no table public.noet: each import would fail",
                        "did you mean public.note?",
                        "did you mean id?",
                        "name its partitions: public.visit_1, public.visit_2");

        site.tables("[{table: note, keep: 1 year}]");
        site.links("[{from: note.id, to: note.id}]");
        site.protect("[{table: note, where: \"id = 1\"}]");
        assertThat(check().warnings()).isEmpty();
        assertThat(check().checks()).hasSize(3);
    }

    @Test
    void aDatabaseThatIsNotThereYetHasNoFinding() {
        site.tables("[{table: noet, keep: 1 year}]");
        var settings = site.settings();
        CheckReport.Run findings = new CheckReport.Run();
        ConfiguredTables.add(
                findings, settings, new Database(PostgresServer.shared().settings("not_there_yet")));
        assertThat(findings.report().checks()).isEmpty();
    }

    /** As one that this user may not open, or that takes no more sessions: the other findings are wanted then, too. */
    @Test
    void aDatabaseThatRefusesIsAFindingAndEndsNoCheck() {
        site.tables("[{table: note, keep: 1 year}]");
        var settings = site.settings();
        Database denied = new Database(PostgresServer.shared()
                .settings(settings.database().name(), "a_stranger", "wrong", Ownership.PRESERVE));
        CheckReport.Run findings = new CheckReport.Run();
        ConfiguredTables.add(findings, settings, denied);
        findings.check("another", () -> "well");
        assertThat(findings.report().failures().map(CheckResult::check)).containsExactly("history.tables");
        assertThat(findings.report().checks()).hasSize(2);
    }
}
