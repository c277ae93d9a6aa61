package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Rehearsal;
import io.understudy.rehearsal.Running;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
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

    private static final int REPORTS = 12;
    /** Four segments of PostgreSQL's log. */
    private static final long MOST_RETAINED = 64L << 20;

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
        // So that a run of an hour shows how many are kept.
        primary.configure(config -> config + "retention: {continuous: 10m}\n");
        primary.siteService("start");
        primary.primary("init").successful();
        Running sender = primary.startPrimary();
        standby.replica("init", "--yes").successful();
        Running receiver = standby.startReplica();
        standby.site().awaitMode("standby", FOLLOWS);

        SoakReadings readings = new SoakReadings(pair, sender, receiver);
        Duration during = Duration.ofMinutes(Long.getLong(MINUTES));
        long perReport = Math.max(1, during.dividedBy(BETWEEN) / REPORTS);
        long end = System.nanoTime() + during.toNanos();
        int written = 0;
        while (System.nanoTime() < end) {
            written++;
            primary.site().addNote("note " + written);
            long committed = System.currentTimeMillis();
            if (written % UPLOADS == 0) {
                primary.site().addUpload(written + ".txt", ("upload " + written).getBytes(StandardCharsets.UTF_8));
            }
            readings.look(committed, BETWEEN);
            if (written % perReport == 0) {
                readings.report();
            }
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

        assertThat(SiteRows.of(standby)).isEqualTo(SiteRows.of(primary));
        primary.primary("verify").successful();
        standby.replica("verify", "--database").successful();
        readings.summary(written);
        readings.assertNothingGrew(MOST_RETAINED);
    }
}
