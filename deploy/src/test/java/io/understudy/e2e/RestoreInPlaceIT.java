package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.rehearsal.Running;
import io.understudy.rehearsal.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One server, without a standby: a snapshot's database takes the live one's place, as {@code commands.md} says. */
@Tag("slow")
class RestoreInPlaceIT extends Scenario {
    private static final Path PAGE = Path.of("docs/commands.md");
    private static final String HEAD = "### In the place of the site's, on a server without a standby";

    private Server primary;
    private PastedBlocks page;

    @AfterEach
    void endAgent() throws IOException {
        if (page == null) {
            return;
        }
        Path started = page.bin().resolve("agent.pid");
        ProcessHandle.of(Long.parseLong(Files.readString(started).strip()))
                .ifPresent(agent -> new Running(agent, primary.layout().log("agent-primary")).kill());
    }

    @Test
    void theBlocksOfThePagePutADatabaseInPlaceAndUndoThat() throws IOException {
        primary = initialised(false).primary();
        primary.siteService("stop");
        primary.trackChanges();
        primary.siteService("start");
        primary.configure(config -> config.replace("primary:\n", "primary:\n  schedule: {monthly: \"0 0 31 12 *\"}\n"));
        primary.startPrimary();
        String id = snapshot(primary).path("snapshot").asText();
        primary.site().addNote("behind the snapshot");
        assertThat(notes("site")).hasSize(2);
        makePrograms();
        List<String> blocks = PastedBlocks.of(PAGE, HEAD);
        assertThat(blocks).hasSize(3);
        String first = blocks.get(0);
        assertThat(first).contains("id=00000001-00000042\n").contains("database=site ");
        String settings = first.replace("00000001-00000042", id);

        pasted(settings + blocks.get(1));

        primary.site().awaitMode("primary", ANSWERS);
        assertThat(primary.site().notes()).hasSize(1);
        assertThat(notes("site_before")).hasSize(2);
        primary.site().addNote("in the restored one");
        assertThat(snapshot(primary).path("database").path("rows").asLong()).isPositive();

        // Of a shell of its own: the settings are pasted again, without the restore.
        pasted(settings.replaceFirst("(?m)^agent-primary .*$", "") + blocks.get(2));

        primary.site().awaitMode("primary", ANSWERS);
        assertThat(notes("site")).hasSize(2).anyMatch(note -> note.contains("behind the snapshot"));
        assertThat(notes("site_restored")).anyMatch(note -> note.contains("in the restored one"));
        String last = snapshot(primary).path("snapshot").asText();
        assertThat(primary.primary("verify", last).exitCode()).isZero();
    }

    private List<String> notes(String database) {
        return primary.database().query(database, "SELECT n::text FROM notes n ORDER BY id");
    }

    /** In place of systemd the test's own processes are stopped and started; of the agent a file asks for that. */
    private void makePrograms() throws IOException {
        page = new PastedBlocks(primary.layout().home().resolve("bin"));
        Path bin = page.bin();
        page.program("agent-primary", "exec " + primary.primaryProgram() + " \"$@\"");
        page.program(
                "runuser", "test \"$1 $2 $3\" = '-u postgres --' || exit 64; shift 3; PGUSER=postgres exec \"$@\"");
        String site = programs().site() + " \"$1\" " + primary.layout().siteFile();
        page.program("systemctl", """
                test "$2 $3" = "site understudy-primary" || exit 64
                %s
                case $1 in
                  stop) pid=$(cat %2$s); kill $pid; while kill -0 $pid 2>/dev/null; do sleep 0.1; done ;;
                  start) setsid %3$s run >>%4$s 2>&1 </dev/null & echo $! >%2$s ;;
                esac
                """.formatted(
                        site,
                        bin.resolve("agent.pid"),
                        bin.resolve("agent-primary"),
                        primary.layout().log("agent-primary")));
        Files.writeString(
                bin.resolve("agent.pid"),
                Long.toString(primary.primaryAgent().orElseThrow().pid()));
    }

    private void pasted(String script) {
        Map<String, String> environment = new HashMap<>(programs().environment().get());
        environment.put("PGHOST", "127.0.0.1");
        environment.put("PGPORT", Integer.toString(primary.database().port()));
        page.run(script, environment, primary.database().tools() + ":" + System.getenv("PATH"), ANSWERS);
    }
}
