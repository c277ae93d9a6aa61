package io.understudy.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.primary.events.PrimaryPoint;
import io.understudy.rehearsal.AgentProcess;
import io.understudy.rehearsal.Ports;
import io.understudy.repository.SnapshotId;

/** How the primary's agent comes to each of its points, is killed there, and what must be true afterwards. */
record PrimaryCrashes(CrashStage stage) {
    void at(PrimaryPoint point) {
        switch (point.work()) {
            case INIT -> init(point);
            case SNAPSHOT, QUIESCE -> snapshot(point);
            case TRACK -> tracked(point);
            case ANNOUNCE -> daemon(point);
            case PRUNE -> prune(point);
            case SWITCHOVER, GO_BACK -> new SwitchoverCrashes(stage).at(point);
        }
    }

    /** While the snapshot holds still at the point, its database server dies. */
    void withoutDatabase(PrimaryPoint point) {
        stage.change();
        stage.primary().holdAt(point, 1, "primary", "snapshot");
        stage.postgres().kill();
        stage.primary().process().goOn();
        assertThat(stage.primary().process().ended().code()).isNotZero();
        stage.postgres().restart();
        stage.assertRepositoryWhole();
        snapshotAndFollow();
    }

    private void init(PrimaryPoint point) {
        try (Host fresh = stage.guest(stage.emptyFilestore())) {
            fresh.content().create();
            fresh.killAt(point, 1, "primary", "init");
            if (point != PrimaryPoint.FIRST_EPOCH_HELD) {
                fresh.succeed("primary", "init");
            }
            fresh.succeed("primary", "snapshot");
            fresh.succeed("primary", "verify");
        }
    }

    private void snapshot(PrimaryPoint point) {
        stage.change();
        stage.primary().killAt(point, 1, "primary", "snapshot");
        if (point == PrimaryPoint.MANIFEST_WRITTEN) {
            stage.noteNewest();
        }
        stage.assertRepositoryWhole();
        snapshotAndFollow();
    }

    private void daemon(PrimaryPoint point) {
        stage.change();
        runDaemon(point, 1);
        askAndKillAt(point);
        stage.noteNewest();
        stage.assertRepositoryWhole();
        snapshotAndFollow();
    }

    /**
     * The second tracked snapshot of a daemon, or its first, which makes the slot; then a third by another daemon,
     * which builds on what was left.
     */
    void tracked(PrimaryPoint point) {
        try {
            stage.change();
            boolean first = point == PrimaryPoint.SLOT_CREATED;
            runDaemon(point, first ? 1 : 2);
            if (!first) {
                ask();
                stage.noteNewest();
                stage.change();
            }
            askAndKillAt(point);
            stage.noteCommitted();
            stage.assertRepositoryWhole();
            stage.change();
            begin();
            ask();
            SnapshotId id = stage.noteNewest();
            stage.primary().kill();
            stage.standby().succeed("replica", "sync");
            stage.assertStandbyIs(id);
            stage.assertRepositoryWhole();
        } finally {
            stage.primary().kill();
            stage.dropSlots();
        }
    }

    /** A daemon that holds still where it passes the point for this time. */
    private void runDaemon(PrimaryPoint point, int times) {
        stage.primary().process().holdAt(point, times);
        begin();
    }

    private void begin() {
        stage.primary().begin("primary", "run");
        Ports.awaitListening(stage.primary().primaryPort());
    }

    /** The daemon takes the snapshot that a command of another process asked for. */
    private void askAndKillAt(PrimaryPoint point) {
        try (AgentProcess command = stage.primary().command("primary", "snapshot")) {
            stage.primary().process().awaitPoint(point);
            stage.primary().kill();
            assertThat(command.ended().code()).isNotZero();
        }
    }

    /** A snapshot of the daemon that runs. */
    private void ask() {
        try (AgentProcess command = stage.primary().command("primary", "snapshot")) {
            AgentProcess.Ended ended = command.ended();
            assertThat(ended.code()).as(ended.errors()).isZero();
        }
    }

    private void prune(PrimaryPoint point) {
        stage.nextRound();
        stage.age();
        stage.primary().killAt(point, 1, "primary", "prune");
        stage.assertRepositoryWhole();
        stage.primary().succeed("primary", "prune");
        stage.assertRepositoryWhole();
        assertThat(stage.repository().list()).hasSizeLessThan(6);
        stage.nextRound();
    }

    private void snapshotAndFollow() {
        stage.primary().succeed("primary", "snapshot");
        SnapshotId id = stage.noteNewest();
        stage.standby().succeed("replica", "sync");
        stage.assertStandbyIs(id);
        stage.assertRepositoryWhole();
    }
}
