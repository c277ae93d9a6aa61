package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The daemon of a standby, as it is shipped, keeps the history of rows and publishes who was erased. */
@Tag("slow")
class HistoryIT extends Scenario {
    /** It first looks half a minute after its start. */
    private static final Duration LOOKS = Duration.ofSeconds(120);

    @Test
    void theDaemonKeepsRevisionsAndTheOtherServerLearnsWhoWasErased() {
        ServerPair pair = following(false);
        Server primary = pair.primary();
        Server standby = pair.standby();
        standby.configure(config -> config + """
                history:
                  tables:
                    - {table: notes, keep: 1 year, deleted: 1 day}
                """);
        primary.site().addNote("to be erased");
        String key = primary.database()
                .query("site", "SELECT max(id)::text FROM notes")
                .get(0);
        snapshot(primary);
        primary.database().execute("site", "DELETE FROM notes WHERE id = " + key);
        snapshot(primary);
        assertThat(databases(standby)).doesNotContain("site_history");

        standby.startReplica();
        Deadline.await(
                "the daemon has kept the revision",
                LOOKS,
                () -> databases(standby).contains("site_history")
                        && standby.database()
                                .query(
                                        "site_history",
                                        "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
                                .contains("notes")
                        && standby.database()
                                .query("site_history", "SELECT row ->> 'id' FROM notes WHERE deleted")
                                .contains(key));
        standby.replicaAgent().orElseThrow().stop();
        assertThat(primary.primary("history", "notes", key).successful().output())
                .contains("to be erased");

        // As if it had gone two days ago: a row is erased a day after that at the earliest.
        history(standby, "UPDATE understudy.about SET pruned = NULL");
        history(standby, "UPDATE notes SET valid_to = now() - interval '2 days' WHERE deleted");
        standby.startReplica();
        Deadline.await(
                "the daemon has erased the row",
                LOOKS,
                () -> standby.database()
                        .query("site_history", "SELECT count(*)::text FROM understudy.erased")
                        .equals(List.of("1")));
        standby.replicaAgent().orElseThrow().stop();
        // But after the snapshot that has it.
        history(standby, "UPDATE understudy.erased SET deleted = now()");
        standby.startReplica();
        Deadline.await(
                "the primary leaves the row out",
                LOOKS,
                () -> primary.primary("history", "notes", key).toString().contains("was erased"));
    }

    private static void history(Server server, String statement) {
        server.database().execute("site_history", statement);
    }

    private static List<String> databases(Server server) {
        return server.database().query("postgres", "SELECT datname FROM pg_database");
    }
}
