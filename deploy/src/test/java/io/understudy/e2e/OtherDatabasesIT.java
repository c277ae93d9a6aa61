package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.config.OtherDatabase;
import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.Server;
import io.understudy.testing.MariadbServer;
import io.understudy.testing.SqlServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * A database of MariaDB and one of SQLite next to that of PostgreSQL, and then without it. Both servers use one
 * MariaDB, with a schema each.
 */
@Tag("slow")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OtherDatabasesIT extends SharedScenario {
    private static final Duration SHORT = Duration.ofSeconds(60);

    private SqlServer sql;

    /** Skips where it is not installed. */
    SqlServer started() {
        assumeTrue(MariadbServer.installed(), "MariaDB is not installed: deploy/setup test");
        return MariadbServer.start();
    }

    OtherDatabase.Server product() {
        return OtherDatabase.Server.MARIADB;
    }

    Path tools() {
        return Path.of("/usr/bin");
    }

    /** Those that run statements, and write a dump. */
    List<String> names() {
        return List.of("mariadb", "mariadb-dump");
    }

    @BeforeAll
    void start() {
        sql = started();
        sql.sql("CREATE DATABASE shop_primary; USE shop_primary; CREATE TABLE item (id INT PRIMARY KEY, name TEXT);"
                + " CREATE VIEW names AS SELECT name FROM item; INSERT INTO item VALUES (1, 'first')");
        for (Server each : List.of(primary(), standby())) {
            each.configure(yaml -> yaml + databases(each));
        }
        sqlite(primary(), "CREATE TABLE note (t TEXT); INSERT INTO note VALUES ('first')");
    }

    @AfterAll
    void stop() {
        if (sql != null) {
            sql.close();
        }
    }

    @Test
    @Order(1)
    void allAreInOneSnapshotAndBecomeLiveTogether() {
        assertThat(primary().primary("check").successful().output())
                .contains("schema shop_primary of " + product().product())
                .contains("app.db with 1 tables");
        assertThat(standby().replica("check").successful().output())
                .contains("schemas next to shop_standby can be made");
        String id = snapshot(primary()).path("snapshot").asText();
        JsonNode shown = primary().primary("show", id, "--json").successful().json();
        assertThat(shown.path("databases")).hasSize(2);
        assertThat(shown.path("databases").get(0).path("preset").asText())
                .isEqualTo(product().preset());
        assertThat(shown.path("databases").get(0).path("apart_seconds").asDouble())
                .isBetween(0.0, 60.0);
        assertThat(primary().primary("show", id).successful().output())
                .containsPattern("database  shop \\(" + product().preset() + "\\): .*, [0-9.]+ s earlier");
        primary().primary("verify", id).successful();
        sync(standby());
        assertHolds("first");
    }

    @Test
    @Order(2)
    void whatWasWrittenSinceComesAndARollbackTakesItBack() {
        write("second");
        String id = snapshot(primary()).path("snapshot").asText();
        sync(standby());
        assertHolds("second");
        standby().replica("rollback", "--yes").successful();
        assertHolds("first");
        standby().replica("restore", id, "--yes").successful();
        assertHolds("second");
    }

    @Test
    @Order(3)
    void aDumpIsWhatItsProgramReads() {
        Outcome dump = standby().replica("dump", "latest", "--database", "shop").successful();
        assertThat(dump.output()).contains("INSERT INTO `item` VALUES").endsWith("-- Dump completed\n");
        Path file = standby().layout().home().resolve("shop.sql");
        primary()
                .primary("restore", "latest", "--to", "dump:" + file, "--database", "shop")
                .successful();
        assertThat(file).hasContent(dump.output());
        assertRefused(standby().replica("dump", "latest", "--database", "shoq"), ErrorCode.USAGE);
        assertThat(standby().replica("dump", "latest", "--database", "shoq").errors())
                .contains("did you mean shop?");
    }

    @Test
    @Order(4)
    void aDumpThatFailsHalfWayMakesNoSnapshot() throws IOException {
        int before = snapshots();
        Path tools = Files.createDirectory(primary().layout().home().resolve("tools"));
        String dumper = names().get(1);
        Files.createSymbolicLink(tools.resolve(names().get(0)), tools().resolve(names().get(0)));
        Path broken = Files.writeString(
                tools.resolve(dumper),
                "#!/bin/sh\nDUMP=" + tools().resolve(dumper)
                        + "\n[ \"$1\" != --version ] || exec $DUMP --version\n$DUMP \"$@\" | head -c 700\necho 'Lost connection to server during query' >&2\nexit 2\n");
        Files.setPosixFilePermissions(broken, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path config = broken.resolveSibling("broken.yaml");
        Files.writeString(
                config, Files.readString(primary().layout().config()).replace("tools: " + tools(), "tools: " + tools));
        Outcome failed = primary().primaryWith(config, "snapshot");
        assertRefused(failed, ErrorCode.DUMP_FAILED);
        assertThat(failed.errors())
                .contains("cannot dump database shop")
                .contains(dumper + " ended with 2: ")
                .contains("Lost connection to server during query, after 700 bytes");
        assertThat(snapshots()).isEqualTo(before);
        snapshot(primary());
    }

    /** The same two servers as another site, which has no PostgreSQL. */
    @Test
    @Order(5)
    void aSiteWithoutPostgresqlIsSnapshottedAndImported() {
        for (Server each : List.of(primary(), standby())) {
            each.configure(yaml -> withoutPostgresql(yaml, each));
        }
        Folders.create(primary().layout().home().resolveSibling("backups-alone"));
        sql.sql("DROP DATABASE shop_standby");
        write("alone");
        primary().primary("init").successful();
        assertThat(primary().primary("check").successful().output()).doesNotContain("PostgreSQL");
        snapshot(primary());
        standby().replica("init", "--yes").successful();
        sync(standby());
        assertHolds("alone");
        JsonNode shown =
                primary().primary("show", "latest", "--json").successful().json();
        assertThat(shown.has("database")).isFalse();
        write("later");
        snapshot(primary());
        sync(standby());
        assertHolds("later");
        standby().replica("rollback", "--yes").successful();
        assertHolds("alone");
        standby().replica("promote", "--yes").successful();
        standby().primary("snapshot").successful();
        assertRefused(primary().primary("snapshot"), ErrorCode.FENCED);
    }

    private static String withoutPostgresql(String yaml, Server server) {
        Path home = server.layout().home();
        String service = "service:\n  restart: [/bin/true]\n  health: {command: [/bin/true]}\n";
        return yaml.replaceAll("(?s)\ndatabase:.*?\ntrees:", "\ntrees:")
                .replaceAll("(?s)\nservice:.*?\ndatabases:", "\n" + service + "databases:")
                .replaceAll("state: .*", "state: " + home.resolve("state-alone"))
                .replaceAll("marker: .*", "marker: " + home.resolve("BACKUP-alone"))
                .replaceAll("url: file://.*", "url: file://" + home.resolveSibling("backups-alone"));
    }

    private int snapshots() {
        return primary()
                .primary("list", "--json")
                .successful()
                .json()
                .path("snapshots")
                .size();
    }

    private void write(String text) {
        sql.sql("UPDATE shop_primary.item SET name = '" + text + "'");
        sqlite(primary(), "UPDATE note SET t = '" + text + "'");
    }

    private void assertHolds(String text) {
        assertThat(sql.sql("SELECT name FROM shop_standby.names")).isEqualTo(text);
        assertThat(sqlite(standby(), "SELECT t FROM note")).isEqualTo(text);
    }

    private String databases(Server server) {
        return """
                databases:
                  - {name: shop, kind: command, preset: %s, schema: shop_%s, options: %s, tools: %s}
                  - {name: app, kind: command, preset: sqlite, path: %s}
                """.formatted(product().preset(), server.layout().name(), sql.options(), tools(), file(server));
    }

    private static Path file(Server server) {
        Path folder = server.layout().home().resolve("app");
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return folder.resolve("app.db");
    }

    private static String sqlite(Server server, String sql) {
        return Program.of("sqlite3", file(server), sql)
                .run(SHORT)
                .successful()
                .output()
                .strip();
    }
}
