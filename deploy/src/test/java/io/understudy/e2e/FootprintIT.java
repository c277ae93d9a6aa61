package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.Running;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Nothing of the site's size is held in memory. */
@Tag("slow")
class FootprintIT extends Scenario {
    /** Java 25 itself takes more. */
    private static final long MOST_KIB = (Runtime.version().feature() < 25 ? 350 : 420) * 1024;

    @Test
    void anAgentStaysSmallWhileTheSiteIsLarge() {
        ServerPair pair = initialised(false);
        Server primary = pair.primary();
        primary.configure(config -> config.replace("connections: 2", "connections: 4"));
        pair.standby().configure(config -> config.replace("connections: 2", "connections: 4"));
        for (int table = 1; table <= 4; table++) {
            primary.database()
                    .execute(
                            "site",
                            "CREATE UNLOGGED TABLE bulk%1$d AS SELECT g AS id, repeat(md5(g::text), 4) AS a FROM generate_series(1, 250000) g"
                                    .formatted(table),
                            "ALTER TABLE bulk%1$d OWNER TO site".formatted(table));
        }
        Program.of(
                        "sh",
                        "-c",
                        "head -c 120000000 /dev/urandom >\"$1/large\"",
                        "sh",
                        primary.layout().media())
                .run(ANSWERS)
                .successful();

        assertThat(peak(asShipped(primary.primaryProgram("snapshot"))
                        .start(primary.layout().log("snapshot"))))
                .isLessThan(MOST_KIB);
        assertThat(peak(asShipped(pair.standby().replicaProgram("sync"))
                        .start(pair.standby().layout().log("sync"))))
                .isLessThan(MOST_KIB);
        pair.standby().site().awaitContent(1, 1, ANSWERS);
    }

    private static Program asShipped(Program program) {
        return program.with(Map.of("UNDERSTUDY_JAVA_OPTS", ""));
    }

    /** The largest resident size that the process ever had, in KiB. */
    private static long peak(Running running) {
        long peak = 0;
        while (running.alive()) {
            peak = Math.max(peak, highWater(running.pid()));
            LockSupport.parkNanos(20_000_000);
        }
        System.out.println("peak " + peak + " KiB: " + running.log());
        return peak;
    }

    private static long highWater(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }
}
