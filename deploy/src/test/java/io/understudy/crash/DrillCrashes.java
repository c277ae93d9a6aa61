package io.understudy.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.understudy.cli.Json;
import io.understudy.config.Settings.SigningSettings;
import io.understudy.rehearsal.Deadline;
import io.understudy.replica.drill.DrillReport;
import io.understudy.replica.drill.DrillReport.Result;
import io.understudy.replica.drill.DrillReports;
import io.understudy.replica.events.ReplicaPoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Drills that are killed: what is live is what it was, byte for byte, at once and after the next start, which removes
 * everything of the drill and says how it ended.
 */
record DrillCrashes(CrashStage stage) {
    private static final Duration STARTS = Duration.ofSeconds(180);

    /** The next drill clears up what the killed one left, and so does the next start of the daemon. */
    void at(ReplicaPoint point) {
        Live live = Live.of(stage.standby());
        stage.standby().killAt(point, 1, "replica", "drill");
        live.assertUntouched();
        stage.standby().succeed("replica", "drill");
        live.assertUntouched();
        assertNothingOfDrills();
        killAndStart(live, point);
        stage.nextRound();
    }

    /** Drills are killed, each at one of these points. */
    void inTurn(Collection<ReplicaPoint> points) {
        Live live = Live.of(stage.standby());
        points.forEach(point -> killAndStart(live, point));
        stage.standby().succeed("replica", "drill");
        live.assertUntouched();
        assertNothingOfDrills();
        stage.nextRound();
    }

    private void killAndStart(Live live, ReplicaPoint point) {
        stage.standby().killAt(point, 1, "replica", "drill");
        live.assertUntouched();
        String id = Json.read(Live.read(stage.standby().state().resolve("drill.json")), Noted.class)
                .id();
        stage.standby().begin("replica", "run");
        Deadline.await("nothing of the drill is left", STARTS, this::nothingOfDrills);
        stage.standby().kill();
        live.assertUntouched();
        assertThat(report(id).result())
                .isEqualTo(point == ReplicaPoint.DRILL_REPORTED ? Result.PASSED : Result.INTERRUPTED);
    }

    /** Of its note. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Noted(String id) {}

    private DrillReport report(String id) {
        SigningSettings unsigned = new SigningSettings(Optional.empty(), List.of());
        return new DrillReports(stage.standby().state(), unsigned, 1).find(id).report();
    }

    private void assertNothingOfDrills() {
        Host standby = stage.standby();
        assertThat(standby.state().resolve("drill")).doesNotExist();
        assertThat(standby.state().resolve("drill.json")).doesNotExist();
        assertThat(standby.rehearses()).isFalse();
        assertThat(standby.content().databases()).noneMatch(name -> name.contains("_drill"));
    }

    private boolean nothingOfDrills() {
        try {
            assertNothingOfDrills();
            return true;
        } catch (AssertionError e) {
            return false;
        }
    }

    /**
     * What a standby serves: the database itself and its rows, the files with their attributes, the marker, the site
     * that runs, and what the agent knows of them.
     */
    private record Live(
            Host host,
            String database,
            String rows,
            List<List<String>> files,
            String marker,
            String mode,
            String record) {
        static Live of(Host host) {
            return new Live(
                    host,
                    host.content().identity(),
                    host.content().rows(),
                    host.content().files(),
                    read(host.marker()),
                    host.mode(),
                    read(host.state().resolve("replica.json")));
        }

        void assertUntouched() {
            assertThat(of(host)).isEqualTo(this);
        }

        private static String read(Path file) {
            try {
                return Files.readString(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
