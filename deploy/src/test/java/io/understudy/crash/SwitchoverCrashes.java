package io.understudy.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.rehearsal.AgentProcess;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Ports;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.state.ReplicaState;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.SnapshotId;
import io.understudy.switchover.SwitchoverNote;
import io.understudy.switchover.SwitchoverNotes;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Switchovers whose agents are killed at each of their points, and what must be true afterwards. All the time visitors
 * write to both sites: never do both take writes, and what was acknowledged is on both servers in the end.
 */
record SwitchoverCrashes(CrashStage stage) {
    private static final Duration ENDS = Duration.ofSeconds(60);
    private static final String FOLLOWED = "120";
    /** More than the ten seconds for which a switchover waits for a standby that has no connection. */
    private static final String LEFT_ALONE = "20";
    /** Enough for a standby that is at work to come to its point. */
    private static final String LEFT_ON_THE_WAY = "25";

    /** The daemon of the primary is killed; the next one goes on, forward or back. */
    void at(PrimaryPoint point) {
        boolean back = point.work() == PrimaryPoint.Work.GO_BACK;
        watched(watch -> {
            beginAndKillAt(point, !back);
            stage.noteAllCommitted();
            stage.assertRepositoryWhole();
            run(stage.primary());
            if (back) {
                wentBack();
            } else {
                handedOver(watch);
            }
        });
    }

    /** The replica's agent of the old primary is killed when it begins to follow. */
    void following(ReplicaPoint point) {
        watched(watch -> {
            beginAndKillAt(PrimaryPoint.SWITCHOVER_LEFT, true);
            Host old = stage.primary();
            stage.noteAllCommitted();
            old.killAt(point, 1, "replica", "sync");
            assertThat(old.marked()).isTrue();
            handedOver(watch);
        });
    }

    /**
     * The agent of the standby is killed at these points while it applies the final snapshot and takes the site over,
     * each process a little further on; the one after the last ends it.
     */
    void takingOver(Collection<ReplicaPoint> points) {
        watched(watch -> {
            try (AgentProcess command = beginAndCommit(FOLLOWED)) {
                for (ReplicaPoint point : points) {
                    killStandbyAt(point);
                }
                stage.standby().begin("replica", "run");
                handedOver(watch, command);
            }
        });
    }

    /** Killed before it has claimed the epoch, and started when the time is over: it finds the primary back. */
    void takingOverTooLate(ReplicaPoint point) {
        watched(watch -> {
            SnapshotId last;
            try (AgentProcess command = beginAndCommit(LEFT_ON_THE_WAY)) {
                last = stage.newest();
                killStandbyAt(point);
                AgentProcess.Ended ended = command.ended();
                assertThat(ended.code()).as(ended.errors()).isEqualTo(ErrorCode.CANCELLED.exitCode());
            }
            assertThat(stage.primary().marked()).isFalse();
            assertThat(served(stage.primary())).isTrue();
            int epoch = Deadline.await(
                            "the primary goes on in its new epoch",
                            ENDS,
                            () -> Optional.of(stage.newest()).filter(newest -> newest.epoch() > last.epoch()))
                    .epoch();
            stage.standby().begin("replica", "run");
            Deadline.await("the standby follows", ENDS, () -> follows(stage.standby(), stage.newest()));
            assertThat(stage.repository().epochs().read(epoch).orElseThrow().server())
                    .isEqualTo(stage.primary().name());
            wentBack();
        });
    }

    /** Killed when it has claimed the epoch: however late it is started, it takes the site over. */
    void takingOverAfterTheClaim(ReplicaPoint point) {
        watched(watch -> {
            try (AgentProcess command = beginAndCommit(LEFT_ON_THE_WAY)) {
                killStandbyAt(point);
                AgentProcess.Ended ended = command.ended();
                assertThat(ended.code()).as(ended.errors()).isZero();
                assertThat(served(stage.primary())).isFalse();
                stage.standby().begin("replica", "run");
                handedOver(watch);
            }
        });
    }

    /** Visitors write to both sites until the case is over, the following rounds included. */
    private void watched(Consumer<SiteWatch> work) {
        stage.nextRound();
        Host one = stage.primary();
        Host other = stage.standby();
        try (SiteWatch watch = new SiteWatch(SiteWatch.BETWEEN, new Visitor(one), new Visitor(other))) {
            Deadline.await("visitors write", ENDS, () -> !watch.acknowledged().isEmpty());
            work.accept(watch);
            List<String> acknowledged = watch.acknowledged();
            assertThat(stage.primary().content().rowsIn("visits"))
                    .as("writes on the primary")
                    .containsAll(acknowledged);
            stage.nextRound();
            assertThat(stage.standby().content().rowsIn("visits"))
                    .as("writes on the standby that follows")
                    .containsAll(acknowledged);
            watch.end();
            watch.assertNeverTwo();
            assertNothingUnderWay(stage.primary());
            assertNothingUnderWay(stage.standby());
        }
    }

    private static void assertNothingUnderWay(Host host) {
        assertThat(notes(host).read()).as("note of " + host.name()).isEmpty();
    }

    /** The command and the daemon that does it; the final snapshot is in the filestore, and no standby looks at it. */
    private AgentProcess beginAndCommit(String limit) {
        stage.change();
        run(stage.primary());
        AgentProcess command =
                stage.primary().command("primary", "switchover", stage.standby().name(), "--yes", "--limit", limit);
        try {
            Deadline.await(
                    "the final snapshot is committed",
                    ENDS,
                    () -> notes(stage.primary())
                            .read()
                            .flatMap(SwitchoverNote::last)
                            .isPresent());
            return command;
        } catch (RuntimeException | Error e) {
            command.close();
            throw e;
        }
    }

    private void killStandbyAt(ReplicaPoint point) {
        stage.standby().holdAt(point, 1, "replica", "run");
        stage.noteAllCommitted();
        stage.standby().kill();
        // It starts while the test looks at what the crash has left.
        stage.standby().process();
        stage.assertServesOneSnapshot();
        assertThat(stage.standby().marked())
                .as("marked after " + point)
                .isEqualTo(point.compareTo(ReplicaPoint.MARKER_REMOVED) < 0);
        stage.assertRepositoryWhole();
    }

    private void beginAndKillAt(PrimaryPoint point, boolean standbyRuns) {
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

    /** The note of the switchover goes last: a process that is killed before leaves it to the next one. */
    private void wentBack() {
        Deadline.await(
                "the site runs here again, and no switchover is under way",
                ENDS,
                () -> !stage.primary().marked() && served(stage.primary()) && hasLeft(stage.primary()));
        stage.primary().kill();
        stage.standby().kill();
        assertThat(stage.standby().marked()).isTrue();
        assertThat(served(stage.standby())).isFalse();
        stage.noteAllCommitted();
    }

    private void handedOver(SiteWatch watch, AgentProcess command) {
        AgentProcess.Ended ended = command.ended();
        assertThat(ended.code()).as(ended.errors()).isZero();
        handedOver(watch);
    }

    /** The standby serves all that the site had when it was stopped, and the old primary follows it. */
    private void handedOver(SiteWatch watch) {
        Host old = stage.primary();
        Host successor = stage.standby();
        Deadline.await("the standby serves", ENDS, () -> !successor.marked() && served(successor));
        Deadline.await("the old primary has left", ENDS, () -> old.mode().equals("standby") && hasLeft(old));
        Deadline.await(
                "the promotion is noted",
                ENDS,
                () -> state(successor) instanceof Promoted promoted && promoted.claimed());
        assertThat(old.marked()).isTrue();
        Deadline.await(
                "visitors write there",
                ENDS,
                () -> watch.acknowledged().stream().anyMatch(each -> each.startsWith(successor.name())));
        stage.noteAllCommitted();
        SnapshotId last = stage.newest();
        stage.assertIs(successor, last);
        stage.assertIs(old, last);
        old.kill();
        successor.kill();
        stage.exchangeRoles();
    }

    private static boolean follows(Host host, SnapshotId newest) {
        return state(host) instanceof Following following
                && following.current().snapshot().equals(Optional.of(newest));
    }

    private static ReplicaState state(Host host) {
        return ReplicaStateStore.in(host.state()).state();
    }

    private static SwitchoverNotes notes(Host host) {
        return new SwitchoverNotes(host.state(), Clock.systemUTC());
    }

    private static boolean hasLeft(Host host) {
        return notes(host).read().map(SwitchoverNote::isLeft).orElse(true);
    }

    private static boolean served(Host host) {
        return host.mode().equals("primary");
    }
}
