package io.understudy.simulation;

import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.app.OrphanWiring;
import io.understudy.primary.app.PrimaryPorts;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.primary.app.RoleWatch;
import io.understudy.primary.capture.Looked;
import io.understudy.primary.capture.Need;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.primary.capture.SnapshotTaker;
import io.understudy.primary.capture.Taken;
import io.understudy.primary.capture.tree.SourceTrees;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.retention.ContinuousRetention;
import io.understudy.primary.retention.Pruned;
import io.understudy.primary.retention.Pruning;
import io.understudy.progress.Progress;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.StoreState;
import io.understudy.repository.Verification;
import io.understudy.simulation.Scheduler.Process;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The primary's agent of a server as one process: its snapshots and its pruning, of the shipped code. */
final class PrimaryWork {
    private static final Duration RETRY = Duration.ofMinutes(10);
    private static final int LAST = 11;

    private final Server server;
    private final Run run;
    final Process process;
    private final PrimaryWiring wiring;
    private final SnapshotTaker taker;
    private final Pruning pruning;
    private final ContinuousRetention continuous;
    private final RoleWatch role;
    final SwitchWork switches;
    private long taken;
    private Optional<UnderstudyException> reported = Optional.empty();
    private int asked;

    PrimaryWork(Server server, Run run) {
        this(server, run, true);
    }

    /** @param tracking whether it follows the changes of the database, as the daemon does */
    PrimaryWork(Server server, Run run, boolean tracking) {
        this.server = server;
        this.run = run;
        this.process = new Process(server.name + "/primary");
        PrimaryPorts ports = new PrimaryPorts(
                run.filestore(server),
                new SourceTables(server, run, tracking),
                name -> SourceTables.kept(server, run, name),
                Optional.empty(),
                server.clock,
                run.turns.ticker(),
                run.random,
                List.of());
        this.wiring = new PrimaryWiring(server.settings, ports, this::stepped);
        Events events = new Events(server.clock, Run::failingSink, this::hear);
        this.taker = wiring.taker(events);
        this.pruning = wiring.pruning(events);
        this.continuous = wiring.continuousRetention(events);
        this.role = wiring.roleWatch();
        this.switches = new SwitchWork(server, run, wiring, ports, taker, this::committed);
    }

    private SourceTrees stepped(SourceTrees shipped) {
        return (tree, sink, base, blobs, progress) -> {
            run.step("walk tree", tree.name());
            calm(tree.path());
            return shipped.capture(tree, sink, base, blobs, progress);
        };
    }

    /** The daemon. */
    void start() {
        run.turns.start(process, "snapshot", this::snapshots);
        run.turns.start(process, "continuous", this::looks);
        run.turns.start(process, "prune", this::prunings);
        switches.start(process);
        if (run.stores.areSeveral()) {
            run.turns.start(process, "sync", this::catchUps);
        }
        if (run.fences.isOn()) {
            new FenceWork(server, run, wiring).start(process);
        }
    }

    /** What saves what this server never shipped. */
    OrphanWiring orphans() {
        return wiring.orphans();
    }

    /** As the schedule or an operator asks; an operator may do so on any server. */
    void take() {
        reported = Optional.empty();
        String period = run.random.nextInt(4) == 0 ? "daily" : "hourly";
        asked++;
        Map<String, String> before = server.content();
        try {
            Optional<Taken> snapshot = taker.takeIfNeeded(request(period), need(), Progress.none());
            taken++;
            server.taken++;
            snapshot.ifPresent(this::committed);
            if (snapshot.isEmpty()) {
                run.tell("unneeded", period, "");
            }
            if (snapshot.isEmpty() && before.equals(server.content())) {
                run.store.requireCommitted(server, before);
            }
        } catch (UnderstudyException e) {
            run.failed("snapshot", e, reported);
        }
    }

    /** Some are the last one before a shutdown, after which this server goes on all the same. */
    private SnapshotRequest request(String period) {
        return asked % LAST == 0 ? SnapshotRequest.last(false) : SnapshotRequest.of(List.of(period));
    }

    private Need need() {
        Need[] all = Need.values();
        return asked % LAST == 0 ? Need.ALWAYS : all[asked % all.length];
    }

    private void committed(Taken snapshot) {
        String id = snapshot.manifest().snapshot().toString();
        run.store.acknowledged(server.name, id);
        run.announce(server);
        run.tell("committed", id, snapshot.manifest().periods().toString());
    }

    /** As the daemon looks whether anything changed. */
    private void look() {
        reported = Optional.empty();
        Map<String, String> before = server.content();
        try {
            Looked looked = taker.takeIfChanged(Progress.none());
            run.tell("looked", looked.outcome().name(), "");
            looked.taken().ifPresent(this::committed);
            if (looked.outcome() == Looked.Outcome.NOTHING_CHANGED && before.equals(server.content())) {
                run.store.requireCommitted(server, before);
            }
        } catch (UnderstudyException e) {
            run.failed("continuous snapshot", e, reported);
        }
    }

    void prune() {
        reported = Optional.empty();
        try {
            for (Pruned pruned : pruning.prune(Progress.none())) {
                run.tell(
                        "pruned",
                        pruned.deleted() + " snapshots",
                        pruned.swept().blobs() + " blobs");
            }
        } catch (UnderstudyException e) {
            run.failed("prune", e, reported);
        }
    }

    /** As {@code agent-primary verify} does it: what it finds makes the next snapshot store everything again. */
    boolean verify(SnapshotId snapshot) {
        try {
            new Verification(1).verify(wiring.repository().get(), snapshot, Progress.none());
            return true;
        } catch (UnderstudyException e) {
            run.tell("verify", snapshot.toString(), e.code() + " " + e.getMessage());
            if (e.code() == ErrorCode.BLOB_MISSING || e.code() == ErrorCode.BLOB_DAMAGED) {
                wiring.fullSnapshot().raise(e.code().label());
            }
            return false;
        }
    }

    private void snapshots() {
        try {
            while (true) {
                run.turns.sleep(Duration.ofMinutes(60 + run.random.nextInt(600)));
                for (int attempt = 0; attempt < 3 && works(); attempt++) {
                    long before = taken;
                    take();
                    if (taken > before) {
                        break;
                    }
                    run.turns.sleep(RETRY);
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** At the pace of a run: every few minutes where much is to happen in between, every few hours elsewhere. */
    private void looks() {
        try {
            while (true) {
                run.turns.sleep(run.pace());
                if (works()) {
                    look();
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean works() {
        return !role.look().role().idles();
    }

    /** As the daemon brings one of several filestores up to the others. */
    private void catchUps() {
        try {
            while (true) {
                run.turns.sleep(Duration.ofMinutes(20 + run.random.nextInt(200)));
                if (works()) {
                    catchUp();
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void catchUp() {
        try {
            List<StoreState> states = wiring.storeCatchUp().run(Progress.none());
            states.forEach(each -> run.tell("caught up", each.name(), each.text()));
        } catch (UnderstudyException e) {
            // The states show it; another one follows.
            run.failed("sync", e, Optional.of(e));
        }
    }

    private void prunings() {
        try {
            while (true) {
                run.turns.sleep(Duration.ofMinutes(300 + run.random.nextInt(1200)));
                if (works()) {
                    continuous.delete();
                    prune();
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void hear(Event event, Instant at) {
        if (event instanceof PrimaryEvent.SnapshotFailed failed) {
            reported = Optional.of(failed.why());
        } else if (event instanceof PrimaryEvent.ContinuousFailed failed) {
            reported = Optional.of(failed.why());
        } else if (event instanceof PrimaryEvent.SnapshotCommitted committed) {
            continuous.committed(committed.manifest());
        } else if (event instanceof PrimaryEvent.ContinuousDeleted deleted) {
            run.tell("deleted continuous ones", deleted.newest().toString(), deleted.count() + "");
        } else if (event instanceof PrimaryEvent.PruningFailed failed) {
            reported = Optional.of(failed.why());
        }
    }

    /** Folders that an apply is changing have the real time; the disk's clock is the simulated one. */
    private void calm(Path folder) {
        FileTime now = FileTime.from(server.clock.instant());
        try {
            if (Files.getLastModifiedTime(folder).compareTo(now) > 0) {
                Files.setLastModifiedTime(folder, now);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
