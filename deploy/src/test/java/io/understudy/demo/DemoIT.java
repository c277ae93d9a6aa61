package io.understudy.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.Rehearsal;
import io.understudy.rehearsal.Running;
import io.understudy.rehearsal.Scratch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code deploy/demo} as a process, without the building. That it shows a failover is FailoverIT's to say. */
@Tag("slow")
class DemoIT {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final Scratch scratch = new Scratch();

    @AfterEach
    void clear() {
        scratch.close();
    }

    @ParameterizedTest
    @CsvSource({
        "INT, understudy-demo*/primary/postgresql/data/postmaster.pid",
        "TERM, understudy-demo*/filestore/manifests/00000001-00000001.json"
    })
    void leavesNothingBehindWhenItIsInterrupted(String signal, String moment) {
        Running demo = demo().start(scratch.folder().resolve("demo.log"));
        Deadline.await(moment, LIMIT, () -> scratch.holds(moment));

        Program.of("kill", "-" + signal, demo.pid()).run(LIMIT).successful();

        Deadline.await("the demo ends", LIMIT, () -> !demo.alive());
        assertThat(demo.logText()).contains("demo: interrupted").doesNotContain("\tat ");
        scratch.assertNothingIsLeft();
    }

    @Test
    void endsWithALineThatSaysThatAllWorkedAfterTheExpectedRefusal() {
        Running demo = demo("--once").start(scratch.folder().resolve("demo.log"));
        Deadline.await("the demo ends", LIMIT, () -> !demo.alive());

        assertThat(failure(demo.logText())).isEmpty();
        assertThat(demo.logText().strip().lines().toList()).last().asString().startsWith("All worked: ");
        assertThat(secondsLost(demo.logText())).isLessThanOrEqualTo(5);
        assertThat(demo.logText())
                .contains("refused as expected, the old primary is fenced; its agent says")
                .contains("| error: ")
                .contains("| hint: ")
                .doesNotContainPattern("(?m)^ *(error|hint): ");
        scratch.assertNothingIsLeft();
    }

    private static double secondsLost(String log) {
        return Pattern.compile("the last \\d+ are lost, those of the last ([0-9.]+) s")
                .matcher(log)
                .results()
                .mapToDouble(found -> Double.parseDouble(found.group(1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("it does not say what was lost: " + log));
    }

    /** What the demo says of its failure, without the logs that follow. */
    private static String failure(String log) {
        int from = log.indexOf("\nFAILED: ");
        return from < 0 ? "" : log.substring(from).split("\n=== ", 2)[0];
    }

    private Program demo(String... options) {
        Rehearsal programs = Rehearsal.packaged();
        // A shell's background jobs, and all that they start, ignore SIGINT unless set otherwise.
        List<String> command = new ArrayList<>(List.of(
                "--default-signal=INT",
                "java",
                "-Djava.io.tmpdir=" + scratch.temporary(),
                "-Dunderstudy.distribution=" + programs.distribution(),
                "-Dunderstudy.rehearsal=" + programs.stage(),
                "-Dunderstudy.demo.running=" + scratch.folder().resolve("demo.running"),
                "-cp",
                programs.classPath(),
                Demo.class.getName()));
        command.addAll(List.of(options));
        return Program.of("env", command.toArray());
    }
}
