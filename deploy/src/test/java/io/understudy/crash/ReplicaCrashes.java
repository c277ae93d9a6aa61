package io.understudy.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.Deadline;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.SnapshotId;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/** How the replica's agent comes to each of its points, is killed there, and what must be true afterwards. */
record ReplicaCrashes(CrashStage stage) {
    private static final Duration TAKES_OVER = Duration.ofSeconds(60);

    void at(ReplicaPoint point) throws IOException {
        switch (point.work()) {
            case INIT -> init(point);
            case INIT_AGAIN -> initAgain(point);
            case IMPORT -> importing(point);
            case CHANGE -> changing(point);
            case SET_ASIDE -> settingAside(point);
            case RETURN -> returning(point);
            case PROMOTE -> promotion(point);
            case DRILL -> new DrillCrashes(stage).at(point);
            case REJOIN -> new ReturnCrashes(stage).at(point);
            case OVERWRITE -> new ReturnCrashes(stage).overwritten(point);
            case HAND_OVER -> new SwitchoverCrashes(stage).following(point);
        }
    }

    /** While the round holds still at the point, the standby's database server dies. */
    void withoutDatabase(ReplicaPoint point) {
        SnapshotId id = stage.snapshot();
        stage.standby().holdAt(point, 1, "replica", "sync");
        stage.postgres().kill();
        stage.standby().process().goOn();
        stage.standby().process().ended();
        stage.postgres().restart();
        stage.assertStandbyServesOneSnapshot();
        stage.standby().succeed("replica", "sync");
        stage.assertStandbyIs(id);
        stage.assertRepositoryWhole();
        stage.nextRound();
    }

    /** The marker is removed by hand; the daemon finds it gone, and is killed while it takes over. */
    void markerRemoved(ReplicaPoint point) throws IOException {
        stage.nextRound();
        SnapshotId served = stage.newest();
        Files.delete(stage.standby().marker());
        stage.standby().killAt(point, 1, "replica", "run");
        stage.standby().begin("replica", "run");
        Deadline.await("the standby has taken over", TAKES_OVER, this::tookOver);
        stage.standby().kill();
        stage.assertIs(stage.standby(), served);
        handOver();
    }

    /**
     * One round is killed at all these points, each restart a little further on, and ends all the same.
     *
     * @return the points that were passed
     */
    Set<ReplicaPoint> inTurn(Set<ReplicaPoint> points) {
        Set<ReplicaPoint> passed = EnumSet.noneOf(ReplicaPoint.class);
        SnapshotId id = stage.snapshot();
        for (ReplicaPoint point : points) {
            stage.standby().process().holdAt(point, 1);
            stage.standby().begin("replica", "sync");
            if (stage.standby().process().comesToPoint()) {
                passed.add(point);
            }
            stage.standby().kill();
            stage.assertStandbyServesOneSnapshot();
            stage.assertRepositoryWhole();
        }
        stage.standby().succeed("replica", "sync");
        stage.assertStandbyIs(id);
        stage.nextRound();
        return passed;
    }

    /**
     * A promotion that finds a newer snapshot in the filestore is killed at all these points, each process a little
     * further on, and ends all the same.
     *
     * @return the points that were passed
     */
    Set<ReplicaPoint> promotionInTurn(Set<ReplicaPoint> points) {
        stage.mayUseDifferences(true);
        try {
            // Until all three databases have the schema.
            stage.nextRound();
            stage.nextRound();
            SnapshotId newer = stage.snapshot();
            Set<ReplicaPoint> passed = promotedInTurn(points);
            stage.assertIs(stage.standby(), newer);
            handOver();
            return passed;
        } finally {
            stage.mayUseDifferences(false);
        }
    }

    /** The same where the site does not come up on it: the one before is served. */
    Set<ReplicaPoint> sickPromotionInTurn(Set<ReplicaPoint> points) {
        stage.mayUseDifferences(true);
        try {
            stage.nextRound();
            stage.nextRound();
            SnapshotId before = stage.newest();
            stage.change();
            stage.primary().content().breakConfiguration();
            stage.primary().succeed("primary", "snapshot");
            stage.noteNewest();
            Set<ReplicaPoint> passed = promotedInTurn(points);
            stage.assertIs(stage.standby(), before);
            handOver();
            return passed;
        } finally {
            stage.mayUseDifferences(false);
        }
    }

    private Set<ReplicaPoint> promotedInTurn(Set<ReplicaPoint> points) {
        Set<ReplicaPoint> passed = EnumSet.noneOf(ReplicaPoint.class);
        for (ReplicaPoint point : points) {
            stage.standby().process().holdAt(point, 1);
            stage.standby().begin("replica", "promote", "--yes", "--wait", "3m");
            if (stage.standby().process().comesToPoint()) {
                passed.add(point);
            }
            stage.standby().kill();
            stage.assertServesOneSnapshot();
            assertThat(stage.standby().marked())
                    .as(
                            "marked after %s; passed were %s; %s",
                            point, passed, stage.standby().process().logText())
                    .isEqualTo(point.compareTo(ReplicaPoint.MARKER_REMOVED) < 0);
            stage.assertRepositoryWhole();
        }
        stage.standby().succeed("replica", "promote", "--yes", "--wait", "3m");
        assertThat(stage.standby().mode()).isEqualTo("primary");
        return passed;
    }

    private void init(ReplicaPoint point) {
        try (Host fresh = stage.guest(stage.filestore())) {
            fresh.killAt(point, 1, "replica", "init", "--yes");
            fresh.succeed("replica", "init", "--yes");
            fresh.succeed("replica", "sync");
            stage.assertIs(fresh, stage.newest());
        }
    }

    /** The marker was removed while no agent looked; what is live may have served since, and is kept. */
    private void initAgain(ReplicaPoint point) throws IOException {
        Files.delete(stage.standby().marker());
        stage.standby().killAt(point, 1, "replica", "init", "--yes");
        assertThat(stage.standby().marked()).isFalse();
        stage.standby().succeed("replica", "init", "--yes");
        stage.nextRound();
        stage.nextRound();
    }

    private void importing(ReplicaPoint point) {
        SnapshotId id = stage.snapshot();
        stage.standby().killAt(point, 1, "replica", "sync");
        stage.assertStandbyServesOneSnapshot();
        stage.standby().succeed("replica", "sync");
        stage.assertStandbyIs(id);
        stage.assertRepositoryWhole();
        stage.nextRound();
    }

    /** By differences: the standby's user may have the sessions of a replica for that, and has three databases. */
    private void changing(ReplicaPoint point) {
        stage.mayUseDifferences(true);
        try {
            // Until all three databases have the schema.
            stage.nextRound();
            stage.nextRound();
            SnapshotId id = stage.snapshot();
            stage.standby().killAt(point, 1, "replica", "sync");
            stage.assertStandbyServesOneSnapshot();
            assertThat(stage.standby().succeed("replica", "sync", "--json").output())
                    .contains("\"full\":null");
            stage.assertStandbyIs(id);
            stage.assertRepositoryWhole();
            stage.nextRound();
        } finally {
            stage.mayUseDifferences(false);
        }
    }

    private void settingAside(ReplicaPoint point) {
        try (Host fresh = stage.guest(stage.filestore())) {
            fresh.content().create();
            String own = fresh.content().rows();
            fresh.succeed("replica", "init", "--yes");
            fresh.succeed("replica", "sync");
            SnapshotId id = stage.snapshot();
            fresh.killAt(point, 1, "replica", "sync");
            fresh.succeed("replica", "sync");
            stage.assertIs(fresh, id);
            assertThat(fresh.content().rowsOf(fresh.content().database() + "_before_understudy"))
                    .isEqualTo(own);
        }
    }

    private void returning(ReplicaPoint point) {
        stage.nextRound();
        SnapshotId before = stage.newest();
        stage.change();
        stage.primary().content().breakConfiguration();
        stage.primary().succeed("primary", "snapshot");
        stage.noteNewest();
        stage.standby().killAt(point, 1, "replica", "sync");
        stage.assertStandbyServesOneSnapshot();
        stage.standby().run("replica", "sync");
        stage.assertStandbyIs(before);
        stage.assertRepositoryWhole();
        stage.nextRound();
    }

    private void promotion(ReplicaPoint point) {
        stage.nextRound();
        SnapshotId served = stage.newest();
        stage.standby().killAt(point, 1, "replica", "promote", "--yes");
        stage.standby().succeed("replica", "promote", "--yes");
        stage.assertIs(stage.standby(), served);
        assertThat(stage.standby().mode()).isEqualTo("primary");
        handOver();
    }

    /** The promoted one publishes, the old primary is fenced and becomes the standby. */
    private void handOver() {
        assertThat(stage.standby().marked()).isFalse();
        assertThat(stage.primary().run("primary", "snapshot").code()).isEqualTo(ErrorCode.FENCED.exitCode());
        stage.assertRepositoryWhole();
        stage.exchangeRoles();
        stage.standby().succeed("replica", "init", "--yes");
        stage.nextRound();
    }

    private boolean tookOver() {
        return ReplicaStateStore.in(stage.standby().state()).state() instanceof Promoted promoted && promoted.claimed();
    }
}
