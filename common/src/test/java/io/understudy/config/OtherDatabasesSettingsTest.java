package io.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.OtherDatabase.Commands;
import io.understudy.config.OtherDatabase.Schema;
import io.understudy.config.OtherDatabase.Server;
import io.understudy.config.OtherDatabase.Sqlite;
import io.understudy.config.OtherDatabase.Still;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code databases} next to {@code database}, or in its place. */
class OtherDatabasesSettingsTest {
    private static final String HOST = """
            site: example
            marker: /srv/BACKUP
            filestore: {url: "file:///backups"}
            """;
    private static final String POSTGRESQL = "database: {url: \"jdbc:postgresql://localhost/site\", user: site}\n";

    @TempDir
    Path folder;

    @Test
    void severalKindsAreReadInTheirOrder() throws IOException {
        Settings settings = load(POSTGRESQL + """
                databases:
                  - {name: shop, kind: command, preset: mariadb, schema: wordpress, options: /etc/understudy/shop.cnf}
                  - {name: app, preset: sqlite, path: /srv/app/app.db, limit: 10m}
                  - {name: crm, preset: mysql, schema: crm, tools: /opt/mysql/bin}
                  - name: search
                    dump: [dump-search, --all]
                    ending: "-- end"
                    restore: [load-search]
                    swap: [swap-search]
                    undo: [undo-search]
                    drop: [drop-search]
                    environment: [SEARCH_PASSWORD]
                """);
        assertThat(settings.database().isThere()).isTrue();
        assertThat(settings.databases())
                .containsExactly(
                        new OtherDatabase(
                                "shop",
                                List.of(),
                                Duration.ofHours(6),
                                new Schema(
                                        Server.MARIADB,
                                        "wordpress",
                                        Optional.of(Path.of("/etc/understudy/shop.cnf")),
                                        Optional.empty())),
                        new OtherDatabase(
                                "app",
                                List.of(),
                                Duration.ofMinutes(10),
                                new Sqlite(Path.of("/srv/app/app.db"), Optional.empty())),
                        new OtherDatabase(
                                "crm",
                                List.of(),
                                Duration.ofHours(6),
                                new Schema(
                                        Server.MYSQL, "crm", Optional.empty(), Optional.of(Path.of("/opt/mysql/bin")))),
                        new OtherDatabase(
                                "search",
                                List.of("SEARCH_PASSWORD"),
                                Duration.ofHours(6),
                                new Commands(
                                        List.of("dump-search", "--all"),
                                        Optional.of("-- end"),
                                        List.of("load-search"),
                                        List.of("swap-search"),
                                        List.of("undo-search"),
                                        List.of("drop-search"),
                                        List.of(),
                                        List.of())));
        assertThat(settings.databases().stream().map(OtherDatabase::preset))
                .containsExactly("mariadb", "sqlite", "mysql", "command");
    }

    /** The moment of a preset is known, that of commands is not. */
    @Test
    void howMuchOfADumpKeepsTheSiteStoppedDependsOnWhatIsKnownOfIt() throws IOException {
        Settings settings = load("""
                databases:
                  - {name: a, preset: mariadb, schema: a}
                  - {name: b, preset: sqlite, path: /srv/b.db}
                  - {name: c, dump: [d]}
                  - {name: d, dump: [d], quiesce: begin}
                  - {name: e, preset: mariadb, schema: e, quiesce: whole}
                  - {name: f, preset: sqlite, path: /srv/f.db, quiesce: none}
                  - {name: g, preset: mysql, schema: g}
                """);
        assertThat(settings.databases().stream().map(OtherDatabase::still))
                .containsExactly(
                        Still.BEGIN, Still.BEGIN, Still.WHOLE, Still.BEGIN, Still.WHOLE, Still.NONE, Still.BEGIN);
    }

    @Test
    void aSiteMayDoWithoutPostgresql() throws IOException {
        Settings settings = load("databases: [{name: app, preset: sqlite, path: /srv/app.db}]\n");
        assertThat(settings.database().isThere()).isFalse();
        assertThat(settings.databases()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[{name: site, preset: sqlite, path: /a.db}] | databases[].name is taken by another database: site",
                "[{name: a, preset: sqlite}] | databases[].path is missing: the file of the database",
                "[{name: a, preset: mariadb}] | databases[].schema is missing",
                "[{name: a, preset: mysql}] | databases[].schema is missing: the database on the MySQL server",
                "[{name: a, preset: mysql, schema: a, dump: [d]}] | dump has no meaning with the preset mysql",
                "[{name: a, preset: mariadb, schema: 'a;b'}] | databases[].schema must be up to 34 of",
                "[{name: a}] | databases[].dump is missing",
                "[{name: a, dump: [d], restore: [r]}] | swap is missing: restore, swap, undo and drop are set together",
                "[{name: a, dump: [d], path: /a.db}] | path needs a preset",
                "[{name: a, preset: sqlite, path: /a.db, dump: [d]}] | dump has no meaning with the preset sqlite",
                "[{name: a, dump: [d], after_load: /a.sql}] | after_load needs a preset: with commands of your own, change",
                "[{name: a, dump: [d], protect: [{table: t, where: a}]}] | protect needs a preset: with commands of your own",
                "[{name: a, preset: sqlite, path: /a.db, protect: [{table: s.t, where: a}]}] | must be the name of a table alone",
                "[{name: a, preset: sqlite, path: /a.db, protect: [{table: t, where: 'a; b'}]}] | must be one condition",
                "[{name: a, preset: sqlite, path: /a.db, protect: [{table: t}]}] | where is missing",
                "[{name: a, preset: sqlite, path: /a.db, protect: [{table: t, where: '  '}]}] | where must be a condition",
                "[{name: a, preset: sqlite, path: /a.db, protect: [{tabel: t, where: a}]}] | (did you mean table?)",
                "[{name: a, preset: sqlite, path: /a.db, protect: [{table: t, where: a}, {table: T, where: b}]}] | is there twice: T",
                "[{name: a, preset: oracle}] | must be one of none, mariadb, mysql, sqlite: oracle",
                "[{name: a, dump: [d], quiesce: half}] | quiesce must be one of auto, begin, whole, none: half",
                "[{name: a, dumb: [d]}] | (did you mean dump?)"
            })
    void aFaultIsNamed(String databases, String message) {
        assertThatThrownBy(() -> load(POSTGRESQL + "databases: " + databases + "\n"))
                .hasMessageContaining(message.replace("databases[].", ""));
    }

    @Test
    void aCopyMayBeChangedByAFileOfSqlAndKeepRows() throws IOException {
        Settings settings = load("""
                databases:
                  - {name: app, preset: sqlite, path: /srv/app.db, after_load: /etc/understudy/app.sql}
                  - {name: shop, preset: mariadb, schema: shop, after_load: /etc/understudy/shop.sql}
                  - {name: blog, preset: mariadb, schema: blog}
                  - name: forum
                    preset: mariadb
                    schema: forum
                    protect: [{table: users, where: "name = 'admin'"}]
                """);
        assertThat(settings.databases().stream().map(OtherDatabase::rows))
                .containsExactly(
                        new OtherRows(Optional.of(Path.of("/etc/understudy/app.sql"))),
                        new OtherRows(Optional.of(Path.of("/etc/understudy/shop.sql"))),
                        OtherRows.NONE,
                        new OtherRows(Optional.empty(), List.of(new OtherRows.Rule("users", "name = 'admin'"))));
    }

    @Test
    void aFileInATreeIsExcludedThere() throws IOException {
        String site = "databases: [{name: app, preset: sqlite, path: /srv/app/data/app.db}]\n"
                + "trees: [{name: app, kind: files, path: /srv/app%s}]\n";
        assertThatThrownBy(() -> load(site.formatted("")))
                .hasMessageContaining("lies in tree app: add \"data/app.db*\" to the exclude of that tree");
        assertThatThrownBy(() -> load(site.formatted(", exclude: [data/app.db]")))
                .hasMessageContaining("lies in tree app");
        assertThat(load(site.formatted(", exclude: [\"data/app.db*\"]")).trees())
                .hasSize(1);
    }

    /** What an import puts next to it lies where the link leads. */
    @Test
    void aFileThatALinkLeadsToWithinATreeIsExcludedThere() throws IOException {
        Path tree = Files.createDirectories(folder.resolve("tree/data")).getParent();
        Path link = Files.createSymbolicLink(folder.resolve("app.db"), Files.createFile(tree.resolve("data/real.db")));
        String site = "databases: [{name: app, preset: sqlite, path: " + link + "}]\n"
                + "trees: [{name: app, kind: files, path: " + tree + "%s}]\n";

        assertThatThrownBy(() -> load(site.formatted("")))
                .hasMessageContaining("lies in tree app: add \"data/real.db*\" to the exclude of that tree");
        assertThat(load(site.formatted(", exclude: [\"data/real.db*\"]")).trees())
                .hasSize(1);
    }

    private Settings load(String more) throws IOException {
        Path file = Files.writeString(folder.resolve("understudy.yaml"), HOST + more);
        return SettingsFile.load(file, Map.of());
    }
}
