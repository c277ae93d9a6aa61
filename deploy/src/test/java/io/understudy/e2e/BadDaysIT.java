package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Running;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever happens in a round, the standby's site is one complete snapshot. */
@Tag("slow")
class BadDaysIT extends Scenario {
    private static final String BIG =
            "CREATE TABLE big AS SELECT g AS id, md5(g::text) AS a, md5((g * 7)::text) AS b FROM generate_series(1, %d) g";

    @Test
    void aSnapshotThatMakesTheSiteUnhealthyIsUndoneAndNotTriedAgainAndRollbackIsWhole() {
        ServerPair pair = following(false);
        Server primary = pair.primary();
        Server standby = pair.standby();
        standby.configure(config -> config.replace("within: 40s", "within: 25s"));
        primary.site().addNote("second");
        primary.site().addUpload("second.txt", new byte[] {1});
        // The primary's site has not read it yet; the standby's will not start with it.
        Folders.write(primary.layout().siteConfig().resolve("site.properties"), "title=broken\nupload_limit=much\n");
        snapshot(primary);

        assertRefused(standby.replica("sync"), ErrorCode.SITE_UNHEALTHY);

        standby.site().awaitMode("standby", ANSWERS);
        standby.site().awaitContent(1, 1, ANSWERS);
        assertThat(standby.marked()).isTrue();
        long site = standby.siteProcess().orElseThrow().pid();
        standby.replica("sync", "--json");
        assertThat(standby.siteProcess().orElseThrow().pid()).isEqualTo(site);

        Folders.write(primary.layout().siteConfig().resolve("site.properties"), "title=mended\nupload_limit=1000\n");
        snapshot(primary);
        assertThat(sync(standby).path("applied").asText()).isEqualTo("00000001-00000003");
        standby.site().awaitContent(2, 2, ANSWERS);

        standby.replica("rollback", "--yes").successful();
        standby.site().awaitContent(1, 1, ANSWERS);
        standby.site().awaitMode("standby", ANSWERS);
    }

    @Test
    void anImportKilledInTheMiddleIsDoneByTheNextRound() {
        ServerPair pair = following(false);
        Server primary = pair.primary();
        Server standby = pair.standby();
        primary.database().execute("site", BIG.formatted(400_000), "ALTER TABLE big OWNER TO site");
        primary.site().addNote("second");
        snapshot(primary);

        Running sync = standby.replicaProgram("sync").start(standby.layout().log("killed-sync"));
        sync.await("rows are being loaded next to the live database", FOLLOWS, () -> loading(standby));
        sync.kill();

        standby.site().awaitContent(1, 1, ANSWERS);
        assertThat(sync(standby).path("applied").asText()).isEqualTo("00000001-00000002");
        standby.site().awaitContent(2, 1, ANSWERS);
        assertThat(standby.database().query("site", "SELECT count(*) FROM big")).containsExactly("400000");
        // The site's own, the one kept as N-1, and none left over.
        assertThat(
                        standby.database()
                                .query(
                                        "postgres",
                                        "SELECT count(*) FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1')"))
                .containsExactly("2");
    }

    /** The database is dropped, the uploads are removed, the filestore is away and the agent has just been started. */
    @Test
    void aStandbyWhoseSiteIsGoneStandsAgainFromItsMirror() {
        Server standby = following(false).standby();
        standby.database().execute("postgres", "DROP DATABASE site WITH (FORCE)");
        Folders.delete(standby.layout().media());
        standby.configure(config -> config.replaceAll("url: file:.*", "url: file:///nowhere/at/all"));

        JsonNode broken = standby.replica("status", "--json").successful().json();
        assertThat(broken.path("intact").asBoolean(true)).isFalse();
        assertThat(broken.path("proven").asBoolean(true)).isFalse();
        assertThat(broken.path("discrepancies").findValuesAsText("subject")).contains("database", "files");

        assertThat(sync(standby).path("mended").findValuesAsText("subject")).contains("database", "files");
        standby.site().awaitContent(1, 1, ANSWERS);
        standby.site().awaitMode("standby", ANSWERS);
        JsonNode whole = standby.replica("status", "--json").successful().json();
        assertThat(whole.path("intact").asBoolean()).isTrue();
        assertThat(whole.path("discrepancies").findValuesAsText("subject")).doesNotContain("database", "files");
    }

    @Test
    void aRestartCommandThatFailsOrHangsIsReportedAndTheSiteStaysWhole() {
        ServerPair pair = following(false);
        Server standby = pair.standby();
        String restart = "restart: [" + System.getProperty("understudy.rehearsal") + "/bin/sample-site, restart, "
                + standby.layout().siteFile() + "]";
        pair.primary().site().addNote("second");
        snapshot(pair.primary());

        standby.configure(config -> withoutStopAndStart(config).replace(restart, "restart: [/bin/false]"));
        assertRefused(standby.replica("sync"), ErrorCode.COMMAND_FAILED);
        assertFirstSnapshot(standby);

        standby.configure(
                config -> config.replace("restart: [/bin/false]", "limit: 2s\n  restart: [/bin/sleep, '600']"));
        pair.primary().site().addNote("third");
        snapshot(pair.primary());
        assertRefused(standby.replica("sync"), ErrorCode.COMMAND_TIMEOUT);
        assertFirstSnapshot(standby);
    }

    private static boolean loading(Server standby) {
        return !standby.database()
                .query(
                        "postgres",
                        "SELECT 1 FROM pg_stat_activity WHERE datname LIKE 'site%' AND datname <> 'site' AND query LIKE 'COPY%'")
                .isEmpty();
    }

    private static String withoutStopAndStart(String config) {
        return config.replaceAll("(?m)^  (stop|start): .*\\n", "");
    }

    /** The rows of the first snapshot and its marker: the standby went back whole. */
    private static void assertFirstSnapshot(Server standby) {
        assertThat(standby.database().query("site", "SELECT text FROM notes")).containsExactly("first");
        assertThat(standby.marked()).isTrue();
    }
}
