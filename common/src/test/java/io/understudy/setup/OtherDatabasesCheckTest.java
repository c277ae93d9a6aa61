package io.understudy.setup;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.SettingsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OtherDatabasesCheckTest {
    private static final String POSTGRESQL = "database: {url: \"jdbc:postgresql://localhost/site\", user: site}\n";
    private static final String OTHERS = "databases: [{name: search, dump: [dump-it]}, {name: log, dump: [dump-it]}]\n";
    private static final String ROWS =
            "protect: [{table: users, where: \"id = 1\"}]\nhistory: {tables: [{table: rsc, keep: 1 year}]}\n";

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void bothAgentsSayWhichSettingsHoldForPostgresqlAlone(boolean standby) throws IOException {
        assertThat(said(POSTGRESQL + OTHERS + ROWS, standby))
                .contains("protect, history.tables: for the PostgreSQL database site alone, not for search, log");
    }

    @Test
    void nothingIsSaidWhereThereIsOneKindOrNoSuchSetting() throws IOException {
        assertThat(said(POSTGRESQL + ROWS, true)).isEmpty();
        assertThat(said(POSTGRESQL + OTHERS, true)).isEmpty();
        assertThat(said(OTHERS, true)).isEmpty();
    }

    /** A copy that writes into the live database is no copy: that is said before a drill, not after it. */
    @Test
    void aStandbyWithADrillSaysThatTheCopyWouldUseTheLiveDatabases() throws IOException {
        String drill = "drill: {start: [start-it], stop: [stop-it], health: {http: \"http://localhost:18080/\"}}\n";
        assertThat(said(OTHERS + drill, true, "drill"))
                .hasValueSatisfying(text -> assertThat(text)
                        .contains("uses the live search, log, and writes to it, where its configuration"));
        assertThat(said(OTHERS + drill, false, "drill")).isEmpty();
        assertThat(said(OTHERS, true, "drill")).isEmpty();
        assertThat(said(POSTGRESQL + drill, true, "drill")).isEmpty();
    }

    private Optional<String> said(String settings, boolean standby) throws IOException {
        return said(settings, standby, "settings of PostgreSQL");
    }

    private Optional<String> said(String settings, boolean standby, String check) throws IOException {
        Path file = Files.writeString(
                folder.resolve("understudy.yaml"),
                "site: example\nmarker: /srv/BACKUP\nfilestore: {url: \"file:///backups\"}\nstate: " + folder + "\n"
                        + settings);
        CheckReport.Run run = new CheckReport.Run();
        OtherDatabasesCheck.add(run, SettingsFile.load(file), standby);
        return run.report().checks().stream()
                .filter(each -> each.check().equals(check))
                .map(CheckResult::message)
                .findFirst();
    }
}
