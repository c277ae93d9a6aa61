package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.Rehearsal;
import io.understudy.rehearsal.Running;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** A commit every few seconds for as long as asked, agents as they are shipped: {@code deploy/soak --continuous}. */
@EnabledIfSystemProperty(named = ContinuousSoakIT.MINUTES, matches = "[0-9]+")
@Timeout(value = 1, unit = TimeUnit.DAYS)
class ContinuousSoakIT extends TwoServers {
    static final String MINUTES = "understudy.continuous.minutes";

    private static final Duration BETWEEN = Duration.ofSeconds(5);
    /** Notes between two uploads. */
    private static final int UPLOADS = 12;

    private static final long MOST_MEMORY = 350L << 10;

    @Override
    Rehearsal programs() {
        return Rehearsal.packaged();
    }

    @AfterEach
    void end() {
        stopEverything();
    }

    @Test
    void theStandbyHasTheSameRowsInTheEndAndNeitherAgentGrows() throws Exception {
        ServerPair pair = install(false);
        Server primary = pair.primary();
        Server standby = pair.standby();
        primary.siteService("stop");
        pair.takeContinuousSnapshots("1s");
        primary.siteService("start");
        primary.primary("init").successful();
        Running sender = primary.startPrimary();
        standby.replica("init", "--yes").successful();
        Running receiver = standby.startReplica();
        standby.site().awaitMode("standby", FOLLOWS);

        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(Long.getLong(MINUTES));
        int written = 0;
        while (System.nanoTime() < end) {
            written++;
            primary.site().addNote("note " + written);
            if (written % UPLOADS == 0) {
                primary.site().addUpload(written + ".txt", ("upload " + written).getBytes(StandardCharsets.UTF_8));
            }
            TimeUnit.NANOSECONDS.sleep(BETWEEN.toNanos());
        }
        Deadline.await(
                "the standby has something ahead",
                FOLLOWS,
                () -> standby.replica("status", "--json")
                        .json()
                        .at("/ahead/snapshot")
                        .isTextual());
        snapshot(primary);
        standby.replica("sync").successful();

        assertThat(rows(standby)).isEqualTo(rows(primary));
        primary.primary("verify").successful();
        standby.replica("verify", "--database").successful();
        System.out.printf(
                "%d notes; largest resident memory: agent-primary %d MiB, agent-replica %d MiB%n",
                written, memory(sender) >> 10, memory(receiver) >> 10);
        assertThat(List.of(memory(sender), memory(receiver)))
                .allSatisfy(each -> assertThat(each).isLessThan(MOST_MEMORY));
    }

    /** All of the database as SQL; the order of rows means nothing. */
    private static List<String> rows(Server server) {
        return Program.of(
                        server.database().tools().resolve("pg_dump"),
                        "-h",
                        "127.0.0.1",
                        "-p",
                        server.database().port(),
                        "-U",
                        "postgres",
                        "site")
                .run(ANSWERS)
                .successful()
                .output()
                .lines()
                .filter(line -> !line.startsWith("--") && !line.startsWith("\\"))
                .sorted()
                .toList();
    }

    /** In KiB. */
    private static long memory(Running agent) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(agent.pid()), "status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
