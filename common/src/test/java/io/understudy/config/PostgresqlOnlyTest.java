package io.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PostgresqlOnlyTest {
    private static final String HOST = """
            site: example
            marker: /srv/BACKUP
            filestore: {url: "file:///backups"}
            trees: [{name: media, kind: files, path: /srv/media}]
            databases: [{name: shop, preset: mariadb, schema: shop}]
            """;
    private static final String POSTGRESQL = "database: {url: \"jdbc:postgresql://localhost/site\", user: site}\n";

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "protect: [{table: users, where: \"name = 'admin'\"}] | protect keeps rows | databases[].protect",
                "maintenance: {query: UPDATE s SET v = 0} | maintenance.query changes rows | maintenance.path",
                "history: {tables: [{table: rsc, keep: 18 months}]} | history.tables keeps revisions | retention",
                "history: {links: [{from: a.b, to: c.d}]} | history.links links tables | leave it out",
                "closure: [{tree: media, query: SELECT path FROM medium}] | closure asks for file names | leave it out",
                "holds: {query: [SELECT true]} | holds.query is run in the copy | service.health",
                "holds: {rows_drop: 50%} | holds.rows_drop compares tables | service.health",
            })
    void isAFaultWhereThereIsNoPostgresql(String setting, String fault, String instead) throws IOException {
        assertThatThrownBy(() -> load(setting))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID))
                .hasMessageContaining("1 fault\n  line 6: " + fault)
                .hasMessageContaining("of a PostgreSQL database, and this site has none")
                .hasMessageContaining(instead);
        assertThat(load(POSTGRESQL + setting)).isNotNull();
    }

    @Test
    void whatHoldsForTreesIsAllowedWithoutPostgresql() throws IOException {
        Settings settings = load("""
                holds: {files_drop: 50%, bytes_drop: 50%, changed: 90%, min_files: 5, min_bytes: 1MiB}
                maintenance: {tree: media, path: MAINTENANCE}
                """);
        assertThat(PostgresqlOnly.usedIn(settings)).isEmpty();
        assertThat(settings.replica().holds().isOn()).isTrue();
    }

    @Test
    void whatAsksForNothingIsAllowedWithoutPostgresql() throws IOException {
        Settings settings = load("""
                protect: []
                closure: []
                history: {tables: [], links: []}
                holds: {query: [], query_limit: 10s, min_rows: 100, closure: warn, files_drop: 50%}
                """);
        assertThat(PostgresqlOnly.usedIn(settings)).isEmpty();
    }

    @Test
    void namesThoseThatAreUsed() throws IOException {
        Settings settings = load("""
                database: {url: "jdbc:postgresql://localhost/site", user: site, after_load: /etc/after.sql}
                protect: [{table: users, where: "name = 'admin'"}]
                maintenance: {query: UPDATE s SET v = 0}
                history: {tables: [{table: rsc, keep: 18 months}], links: [{from: a.b, to: c.d}]}
                closure: [{tree: media, query: SELECT path FROM medium}]
                holds: {query: [SELECT true], rows_drop: 50%}
                """);
        assertThat(PostgresqlOnly.usedIn(settings))
                .containsExactly(
                        "database.after_load",
                        "protect",
                        "maintenance.query",
                        "history.tables",
                        "history.links",
                        "closure",
                        "holds.query",
                        "holds.rows_drop");
    }

    private Settings load(String more) throws IOException {
        Path file = Files.writeString(folder.resolve("understudy.yaml"), HOST + more + "\n");
        return SettingsFile.load(file, Map.of());
    }
}
