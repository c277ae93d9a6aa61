package io.understudy.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.Rehearsal;
import io.understudy.rehearsal.Running;
import io.understudy.rehearsal.Scratch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * {@code deploy/bench} as a process, without the building: on the smallest site, where only its going through counts,
 * not its figures. The whole table needs the system property {@code understudy.bench.all}
 * ({@code deploy/soak --bench}).
 */
class BenchIT {
    private static final boolean ALL = Boolean.getBoolean("understudy.bench.all");
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final String RATIO = "\\*\\*\\d+\\.\\d\\d\\*\\*";
    private static final String VALUE = "\\*\\*\\d+(\\.\\d+)? (s|ms|kB|MiB)\\*\\*";

    private final Scratch scratch = new Scratch();

    @AfterEach
    void clear() {
        scratch.close();
    }

    /**
     * The lines of the contest against restic come after the others of the same site, and are missing where restic is.
     */
    @Test
    void everyContestEndsInItsLinesOfTheTable() {
        assumeTrue(ALL, "deploy/soak --bench");
        boolean restic = hasRestic();
        List<String> expected = new ArrayList<>(List.of(
                "full snapshot by an agent just started, against `pg_dump.*" + RATIO,
                "the same, by an agent that runs on.*" + RATIO,
                "snapshot with nothing changed.*" + RATIO,
                "full import, against `pg_restore.*" + RATIO));
        if (restic) {
            expected.addAll(List.of("against restic of the same.*" + RATIO, "the repository grew by.*" + RATIO));
        }
        expected.addAll(List.of(
                "memory of agent-primary.*" + VALUE,
                "memory of agent-replica.*" + VALUE,
                "1 % appended.*" + RATIO,
                "1 % of recent rows changed.*" + RATIO,
                "1 % of rows changed at random.*" + RATIO,
                "one row changed.*" + RATIO,
                "tracked snapshot, nothing changed.*" + RATIO));
        if (restic) {
            expected.add("1 % of the rows, at random, changed, tracked, against restic's.*" + RATIO);
        }
        expected.addAll(List.of(
                "with 10 tables and 200 files.*" + VALUE,
                "full snapshot of a site with small files.*" + RATIO,
                "the same, by an agent that runs on.*" + RATIO,
                "memory of agent-primary with these.*" + VALUE,
                "full snapshot of an encrypted repository.*" + RATIO,
                "the same, by an agent that runs on.*" + RATIO,
                "the same, bytes of the repository.*" + RATIO,
                "full import of an encrypted repository.*" + RATIO,
                "`replica.previous: no`, at their most.*" + RATIO,
                "until the standby works.*" + VALUE,
                "until the standby serves.*" + VALUE,
                "until the promoted site serves what was ahead.*" + VALUE,
                "the same, demo site.*" + VALUE,
                "switchover of the demo's site.*" + VALUE,
                "writes lost in all runs.*\\*\\*0 rows\\*\\*",
                "promotion after the primary's power was lost.*" + VALUE,
                "that the standby did not have.*" + VALUE,
                "return of that primary.*" + VALUE,
                "neither on the site nor in an orphan.*\\*\\*0 rows\\*\\*"));

        List<String> rows =
                rows(measure("snapshots,small,import,tracked,metadata,encrypted,disk,follow,promote,failover"
                                + (restic ? ",changed,scattered" : ""))
                        .run(LIMIT));

        assertThat(rows).hasSameSizeAs(expected);
        for (int i = 0; i < rows.size(); i++) {
            assertThat(rows.get(i)).containsPattern(expected.get(i));
        }
        scratch.assertNothingIsLeft();
        assumeTrue(restic, "restic is not installed, so the contest against it was left out: deploy/setup bench");
    }

    @Tag("slow")
    @Test
    void leavesNothingBehindWhenItIsInterrupted() {
        String moment = "understudy-bench*/copy/agent-primary-1.log";
        Running bench = measure("snapshots").start(scratch.folder().resolve("bench.log"));
        bench.await(moment, LIMIT, () -> scratch.holds(moment));

        Program.of("kill", "-INT", bench.pid()).run(LIMIT).successful();

        Deadline.await("the measurement ends", LIMIT, () -> !bench.alive());
        assertThat(bench.logText()).contains("bench: interrupted").doesNotContain("\tat ");
        scratch.assertNothingIsLeft();
    }

    private Program measure(String contests) {
        Rehearsal programs = Rehearsal.packaged();
        // A shell's background jobs, and all that they start, ignore SIGINT unless set otherwise.
        return Program.of(
                        "env",
                        "--default-signal=INT",
                        "java",
                        "-Djava.io.tmpdir=" + scratch.temporary(),
                        "-Dunderstudy.distribution=" + programs.distribution(),
                        "-Dunderstudy.rehearsal=" + programs.stage(),
                        "-Dunderstudy.bench.readme=" + scratch.folder().resolve("README.md"),
                        "-cp",
                        Bench.class
                                        .getProtectionDomain()
                                        .getCodeSource()
                                        .getLocation()
                                        .getPath() + ":" + programs.classPath(),
                        Bench.class.getName(),
                        "--runs",
                        1,
                        "--mb",
                        1,
                        "--only",
                        contests)
                // For the agents too, which a measurement runs as they are shipped: dozens of short runs.
                .with(Map.of("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1"));
    }

    /**
     * Those of the table, without its head. The exit code also says whether the bars hold: not on a site this small.
     */
    private static List<String> rows(Outcome outcome) {
        assertThat(outcome.exitCode()).as(outcome.toString()).isLessThan(2);
        assertThat(outcome.errors()).doesNotContain("Exception", "Error");
        return outcome.output()
                .lines()
                .filter(line -> line.startsWith("| "))
                .skip(2)
                .toList();
    }

    private static boolean hasRestic() {
        return Program.of("sh", "-c", "command -v restic").run(LIMIT).exitCode() == 0;
    }
}
