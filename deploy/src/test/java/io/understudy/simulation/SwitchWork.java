package io.understudy.simulation;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.primary.app.PrimaryPorts;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.primary.app.SwitchoverParts;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.primary.capture.SnapshotTaker;
import io.understudy.primary.capture.Taken;
import io.understudy.primary.switchover.FinalSnapshot;
import io.understudy.primary.switchover.Switchover;
import io.understudy.progress.Progress;
import io.understudy.repository.SnapshotId;
import io.understudy.site.SiteService;
import io.understudy.state.StateEntry;
import io.understudy.state.StateStorage;
import io.understudy.switchover.SwitchoverNote;
import io.understudy.switchover.SwitchoverNotes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The switchovers of a primary's agent: the shipped steps, of which each may be the last of its process. What it writes
 * is seen by the observers in the moment it is written.
 */
final class SwitchWork {
    private static final Duration NEVER = Duration.ofHours(12);

    private final Server server;
    private final Run run;
    private final SnapshotTaker taker;
    private final Consumer<Taken> committed;
    private final SwitchoverNotes notes;
    private final SwitchoverParts parts;
    private final Switchover switchover;
    private Scheduler.Task worker;
    private Scheduler.Process process;

    /** @param committed receives the final snapshot */
    SwitchWork(
            Server server,
            Run run,
            PrimaryWiring wiring,
            PrimaryPorts ports,
            SnapshotTaker taker,
            Consumer<Taken> committed) {
        this.server = server;
        this.run = run;
        this.taker = taker;
        this.committed = committed;
        this.notes = new SwitchoverNotes(new Stepped(), server.clock);
        this.parts = new SwitchoverParts(server.settings, ports, server.epochs, wiring.repository(), () -> server.key);
        this.switchover =
                parts.switchover(notes, site(), last(), new Events(server.clock, Run::failingSink, this::hear));
    }

    void start(Scheduler.Process own) {
        process = own;
        worker = run.turns.start(process, "switchover", this::turns);
    }

    /** As the command begins one, in this process. */
    void begin(String standby, Duration limit) {
        run.turns.start(process, "begin a switchover", () -> handOver(standby, limit));
    }

    private void handOver(String standby, Duration limit) {
        try {
            if (server.marked() || notes.read().isPresent() || !server.site.serves()) {
                return;
            }
            int epoch = parts.epoch();
            parts.next().requireReady(epoch);
            Instant now = server.clock.instant();
            run.switches.begins(server, standby);
            notes.begin(SwitchoverNote.begin(standby, epoch, now, now.plus(limit)));
            run.tell("switchover", server.name, "to " + standby + " within " + limit);
            run.turns.wake(worker);
        } catch (UnderstudyException e) {
            run.failed("switchover", e, Optional.of(e));
        }
    }

    void cancel() {
        run.turns.start(process, "cancel a switchover", this::goBack);
    }

    private void goBack() {
        if (notes.read().filter(SwitchoverNote::goesForward).isPresent()) {
            run.tell("cancel the switchover", server.name, "");
            switchover.cancel("cancelled");
            run.turns.wake(worker);
        }
    }

    private void turns() {
        try {
            while (true) {
                boolean more = true;
                while (more) {
                    more = switchover.turn();
                    observe();
                }
                run.turns.sleep(notes.read().isPresent() ? Duration.ofSeconds(10 + run.random.nextInt(400)) : NEVER);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void hear(io.understudy.events.Event event, Instant at) {
        run.tell("switchover of " + server.name, event.code(), event.message());
    }

    /** The marker may have come or gone; nothing else has happened since. */
    private void observe() {
        run.markers.marker(server, false);
        run.switches.marked(server);
    }

    private FinalSnapshot last() {
        return new FinalSnapshot() {
            @Override
            public void requireNoOther() {
                Optional<ProcessLock> held =
                        ProcessLock.tryAcquire(StateEntry.SNAPSHOT_LOCK.in(server.settings.state()));
                held.ifPresent(ProcessLock::close);
                if (held.isEmpty()) {
                    throw new UnderstudyException(ErrorCode.LOCKED, "a snapshot has not ended", "it ends soon");
                }
            }

            @Override
            public SnapshotId take(String standby, Duration within) {
                run.step("final snapshot", standby);
                Taken taken = taker.take(SnapshotRequest.finalFor(standby), Progress.none());
                committed.accept(taken);
                return taken.manifest().snapshot();
            }
        };
    }

    private SiteService site() {
        SiteService shipped = server.site.commands();
        return new SiteService() {
            @Override
            public void stop() {
                observe();
                shipped.stop();
                run.switches.stopped(server);
            }

            @Override
            public void restart() {
                observe();
                shipped.restart();
            }

            @Override
            public void prove() {
                shipped.prove();
            }

            @Override
            public boolean healthy() {
                return shipped.healthy();
            }
        };
    }

    /** The real file, which the replica's agent and the snapshots read too. */
    private final class Stepped implements StateStorage {
        private final StateStorage file = new OnDisk(
                StateEntry.SWITCHOVER.in(server.settings.state()), PosixFilePermissions.fromString("rw-------"));

        @Override
        public Optional<byte[]> read() {
            return file.read();
        }

        @Override
        public void write(byte[] content) {
            observe();
            mayDie();
            file.write(content);
            run.tell(
                    "switchover",
                    server.name,
                    Contents.json(content).path("step").asText());
            mayDie();
        }

        @Override
        public void delete() {
            observe();
            mayDie();
            file.delete();
            run.tell("switchover", server.name, "over");
            mayDie();
        }

        /** No other task goes on here, for notes are changed under a lock: the process dies by itself. */
        private void mayDie() {
            if (process != null && !run.trouble.isOver() && run.random.nextInt(25) == 0) {
                run.switches.die(server, process);
            }
        }
    }
}
