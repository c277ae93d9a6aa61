package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Running;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A standby with three databases brings up the oldest by what differs; no database is created or dropped any more. */
@Tag("slow")
class DifferencesIT extends Scenario {
    private static final String OIDS =
            "SELECT oid::text FROM pg_database WHERE datname ~ '^site' AND datname !~ 'before_understudy' ORDER BY oid";

    @Test
    void theFourthImportChangesOnlyWhatDiffers() {
        ServerPair pair = following(false);
        for (int i = 2; i <= 3; i++) {
            pair.primary().site().addNote("note " + i);
            snapshot(pair.primary());
            assertThat(sync(pair.standby()).at("/database/full").asText()).contains("no database of an older snapshot");
        }
        List<String> databases = pair.standby().database().query("postgres", OIDS);
        assertThat(databases).hasSize(3);
        for (int i = 4; i <= 7; i++) {
            pair.primary().site().addNote("note " + i);
            JsonNode taken = snapshot(pair.primary());
            JsonNode synced = sync(pair.standby());
            assertThat(synced.path("applied")).isEqualTo(taken.path("snapshot"));
            assertThat(synced.at("/database/full").isNull())
                    .as(synced.toString())
                    .isTrue();
            JsonNode first = synced.at("/database/tables/0");
            assertThat(first.path("by").asText()).as(synced.toString()).isEqualTo("delta");
            assertThat(first.path("came").asInt()).isEqualTo(3);
            pair.standby().site().awaitContent(i, 1, ANSWERS);
        }
        assertThat(pair.standby().database().query("postgres", OIDS)).isEqualTo(databases);
        pair.standby().replica("rollback", "--yes").successful();
        pair.standby().site().awaitContent(6, 1, ANSWERS);
        pair.primary().site().addNote("note 8");
        snapshot(pair.primary());
        JsonNode synced = sync(pair.standby());
        assertThat(synced.at("/database/full").isNull()).as(synced.toString()).isTrue();
        pair.standby().site().awaitContent(8, 1, ANSWERS);
    }

    /** What an import without a daemon does while an operator waits. It finds what wrote into a live database, too. */
    @Test
    void aDaemonBringsTheNextDatabaseUpInQuietAndTheImportLoadsItsOwnChangesAlone() {
        ServerPair pair = following(false);
        Server standby = pair.standby();
        standby.configure(config -> config.replace("poll: 2s", "poll: 1d"));
        Running daemon = standby.startReplica();
        for (int i = 2; i <= 6; i++) {
            pair.primary().site().addNote("note " + i);
            String taken = snapshot(pair.primary()).path("snapshot").asText();
            JsonNode synced = sync(standby);
            assertThat(synced.path("applied").asText()).isEqualTo(taken);
            standby.site().awaitContent(i, 1, ANSWERS);
            if (i >= 4) {
                JsonNode first = synced.at("/database/tables/0");
                assertThat(first.path("by").asText()).as(synced.toString()).isEqualTo("delta");
                assertThat(first.path("came").asInt()).isEqualTo(1);
            }
            if (i == 4) {
                standby.database().execute("site", "UPDATE notes SET text = 'written here' WHERE text = 'note 2'");
            }
            if (i >= 3) {
                Deadline.await(
                        "the database for the next import holds " + taken,
                        ANSWERS,
                        () -> daemon.logText().contains("is brought up to " + taken));
            }
        }
        assertThat(daemon.logText()).contains("something wrote on this server into tables");
        for (int i = 7; i <= 8; i++) {
            assertThat(SiteRows.of(standby)).isEqualTo(SiteRows.of(pair.primary()));
            pair.primary().site().addNote("note " + i);
            snapshot(pair.primary());
            sync(standby);
        }
    }
}
