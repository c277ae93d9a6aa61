package io.understudy.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.primary.events.PrimaryPoint;
import io.understudy.rehearsal.AgentProcess;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Ports;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.repository.SnapshotId;
import io.understudy.switchover.SwitchoverNote;
import io.understudy.switchover.SwitchoverNotes;
import java.time.Clock;
import java.time.Duration;

/** Switchovers whose agents are killed at each of their points, and what must be true afterwards. */
record SwitchoverCrashes(CrashStage stage) {
    private static final Duration ENDS = Duration.ofSeconds(90);
    private static final String FOLLOWED = "120";
    private static final String LEFT_ALONE = "10";

    /** The daemon of the primary is killed; the next one goes on, forward or back. */
    void at(PrimaryPoint point) {
        boolean back = point.work() == PrimaryPoint.Work.GO_BACK;
        beginAndKillAt(point, !back);
        stage.noteAllCommitted();
        stage.assertRepositoryWhole();
        run(stage.primary());
        if (back) {
            // The note of the switchover goes last: a process that is killed before leaves it to the next one.
            Deadline.await(
                    "the site runs here again, and no switchover is under way",
                    ENDS,
                    () -> !stage.primary().marked() && served(stage.primary()) && hasLeft(stage.primary()));
            stage.primary().kill();
            stage.standby().kill();
            assertThat(stage.standby().marked()).isTrue();
            stage.noteAllCommitted();
            stage.nextRound();
        } else {
            handedOver();
        }
    }

    /** The replica's agent of the old primary is killed when it begins to follow. */
    void following(ReplicaPoint point) {
        beginAndKillAt(PrimaryPoint.SWITCHOVER_LEFT, true);
        Host old = stage.primary();
        stage.noteAllCommitted();
        old.killAt(point, 1, "replica", "sync");
        assertThat(old.marked()).isTrue();
        handedOver();
    }

    private void beginAndKillAt(PrimaryPoint point, boolean standbyRuns) {
        stage.nextRound();
        stage.change();
        stage.primary().process().holdAt(point, 1);
        run(stage.primary());
        if (standbyRuns) {
            stage.standby().begin("replica", "run");
        }
        String limit = standbyRuns ? FOLLOWED : LEFT_ALONE;
        String standby = stage.standby().name();
        try (AgentProcess command =
                stage.primary().command("primary", "switchover", standby, "--yes", "--limit", limit)) {
            stage.primary().process().awaitPoint(point);
            stage.primary().kill();
            command.ended();
        }
    }

    private static void run(Host host) {
        host.begin("primary", "run");
        Ports.awaitListening(host.primaryPort());
    }

    /** The standby serves all that the site had when it was stopped, and the old primary follows it. */
    private void handedOver() {
        Host old = stage.primary();
        Host successor = stage.standby();
        Deadline.await("the standby serves", ENDS, () -> !successor.marked() && served(successor));
        Deadline.await("the old primary has left", ENDS, () -> old.mode().equals("standby") && hasLeft(old));
        assertThat(old.marked()).isTrue();
        stage.noteAllCommitted();
        SnapshotId last = stage.newest();
        stage.assertIs(successor, last);
        stage.assertIs(old, last);
        old.kill();
        successor.kill();
        stage.exchangeRoles();
        stage.nextRound();
    }

    private static boolean hasLeft(Host host) {
        return new SwitchoverNotes(host.state(), Clock.systemUTC())
                .read()
                .map(SwitchoverNote::isLeft)
                .orElse(true);
    }

    private static boolean served(Host host) {
        return host.mode().equals("primary");
    }
}
