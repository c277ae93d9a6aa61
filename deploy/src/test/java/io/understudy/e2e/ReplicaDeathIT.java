package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.Rehearsal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A replica that cannot do its work any more must not stay as a process that only looks alive: it ends, and is started again by the service manager. */
class ReplicaDeathIT extends SharedScenario {
    private static final int OUT_OF_MEMORY = 3;

    /** The worker alone speaks with PostgreSQL: without the driver it dies of an Error, which no round can catch. */
    @Test
    void endsWhenItsWorkerHasDiedAndGoesOnWhenItIsStartedAgain() throws IOException {
        primary().site().addNote("second");
        String snapshot = snapshot(primary()).path("snapshot").asText();

        Outcome outcome = run(withoutDriver(), "");

        assertThat(outcome.exitCode()).as(outcome.toString()).isEqualTo(ErrorCode.INTERNAL.exitCode());
        assertThat(outcome.errors())
                .contains("NoClassDefFoundError: org/postgresql/Driver")
                .contains("error: cannot go on: the worker has died", "hint: the log says of what");
        standby().site().awaitContent(1, 1, ANSWERS);
        assertThat(sync(standby()).path("applied").asText()).isEqualTo(snapshot);
    }

    @Test
    void endsWhenItsMemoryDoesNotSuffice() {
        Outcome outcome = run(Rehearsal.packaged().replica(), "-XX:MaxMetaspaceSize=14m");

        assertThat(outcome.exitCode()).as(outcome.toString()).isEqualTo(OUT_OF_MEMORY);
        assertThat(outcome.output() + outcome.errors()).contains("Terminating due to java.lang.OutOfMemoryError");
    }

    private Outcome run(Path program, String options) {
        return Program.of(program, "-c", standby().layout().config(), "run")
                .with(Map.of("UNDERSTUDY_JAVA_OPTS", "-XX:TieredStopAtLevel=1 " + options))
                .run(ANSWERS);
    }

    /** The distribution as an update leaves it that was cut short. */
    private Path withoutDriver() throws IOException {
        Path crippled = Files.createDirectory(pair().home().resolve("crippled"));
        copy("-r", "bin", crippled);
        copy("-rs", "lib", crippled);
        try (var driver = Files.newDirectoryStream(crippled.resolve("lib"), "postgresql-*.jar")) {
            Files.delete(driver.iterator().next());
        }
        return crippled.resolve("bin/agent-replica");
    }

    private static void copy(String how, String folder, Path to) {
        Program.of("cp", how, Rehearsal.packaged().distribution().resolve(folder), to)
                .run(ANSWERS)
                .successful();
    }
}
