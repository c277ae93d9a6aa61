package io.understudy.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.MountPoints;
import io.understudy.filestore.Filestore;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.progress.Progress;
import io.understudy.replica.app.MarkerWatch;
import io.understudy.replica.app.Replica;
import io.understudy.replica.app.ReplicaDisk;
import io.understudy.replica.app.ReplicaParts;
import io.understudy.replica.app.ReplicaPorts;
import io.understudy.replica.app.ReplicaWiring;
import io.understudy.replica.apply.LiveDatabases;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.fakes.FakeLiveDatabases;
import io.understudy.replica.fakes.FakeSpareLoader;
import io.understudy.replica.fakes.Hook;
import io.understudy.replica.fetch.MirrorFolder;
import io.understudy.replica.forecast.Forecast;
import io.understudy.replica.forecast.Forecaster;
import io.understudy.replica.forecast.MeasuredTimes;
import io.understudy.replica.forecast.Seen;
import io.understudy.replica.forecast.StandbyRules;
import io.understudy.replica.round.RoundControl;
import io.understudy.replica.stage.Stage;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.MarkerBackupMode;
import io.understudy.replica.state.PlanSet;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobSource;
import io.understudy.simulation.Scheduler.Process;
import io.understudy.simulation.Scheduler.Task;
import io.understudy.state.StateStorage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * The replica's agent of a server as one process: the shipped code on simulated ports, one worker and one watch of the
 * marker.
 */
final class ReplicaWork {
    /** Asking the system takes longer than staging a small tree. */
    private static final MountPoints MOUNTS = MountPoints.now();

    private static final Duration NEVER = Duration.ofHours(12);

    private final Server server;
    private final Run run;
    final Process process;
    final ReplicaWiring wiring;
    final DrillWork drills;
    private final Replica replica;
    private final MarkerWatch marker;
    private final Deque<BiConsumer<Replica, RoundControl>> jobs = new ArrayDeque<>();
    private RoundControl current = new RoundControl();
    private Task worker;
    private Task watch;
    private boolean idle;
    private boolean due;
    private boolean touched;
    /** Whether what is asked for next has made an end of a load ahead. */
    private boolean overtaken;

    private Optional<UnderstudyException> reported = Optional.empty();

    ReplicaWork(Server server, Run run, String name) {
        this.server = server;
        this.run = run;
        this.process = new Process(server.name + "/" + name);
        this.wiring = new ReplicaWiring(server.settings, ports(), this::stepped);
        Events events = new Events(server.clock, Run::failingSink, this::hear);
        this.replica = wiring.replica(events);
        this.drills = new DrillWork(server, run, wiring);
        this.marker = wiring.markerWatch(this::markerGone, this::wake, () -> {}, events);
    }

    private ReplicaPorts ports() {
        ReplicaDisk disk = new ReplicaDisk(
                marker(),
                new ReplicaStateStore(stateFile()),
                mirror(),
                folder -> OptionalLong.empty(),
                () -> MOUNTS,
                this::changingFile);
        return new ReplicaPorts(
                run.filestore(server),
                new SteppedDatabases(),
                new FakeSpareLoader(server.databases, Server.SITE, hook()),
                server.site.commands(),
                disk,
                server.clock,
                run.turns.ticker(),
                run.random,
                run::nonce);
    }

    private ReplicaParts stepped(ReplicaParts shipped) {
        return new ReplicaParts(
                shipped.source(), shipped.claims(), stepped(shipped.stage()), shipped.trees(), shipped.calls());
    }

    /** The daemon. */
    void start() {
        worker = run.turns.start(process, "replica", this::work);
        watch = run.turns.start(process, "marker-watch", this::watch);
        drills.start(process);
    }

    /**
     * As an operator's command does it: the worker does it next, and gives up what it does now unless that has reached
     * APPLY.
     */
    void ask(boolean atOnce, BiConsumer<Replica, RoundControl> job) {
        jobs.add(job);
        if (atOnce) {
            drills.promoted();
        }
        // A load ahead gets ten seconds to end, which are enough or not.
        if (atOnce && (!current.isEndingSoon() || run.random.nextBoolean())) {
            overtaken = current.isEndingSoon();
            current.cancel();
        }
        wake();
    }

    /** The routine is due now. */
    void wake() {
        due = true;
        if (idle) {
            run.turns.wake(worker);
        }
    }

    /** The daemon's watch sees the marker within a second. */
    void markerTouched() {
        touched = true;
        if (watch != null) {
            run.turns.wake(watch);
        }
    }

    private void markerGone() {
        drills.promoted();
        current.cancel();
    }

    private void work() {
        try {
            due = true;
            while (true) {
                current = new RoundControl();
                BiConsumer<Replica, RoundControl> job = jobs.poll();
                boolean routine = job == null;
                if (overtaken && !routine) {
                    current.overtook();
                    overtaken = false;
                }
                attempt(routine ? "round" : "command", routine ? Replica::attend : job);
                Thread.interrupted();
                idle = true;
                if (!due && jobs.isEmpty()) {
                    run.turns.sleep(pause());
                }
                idle = false;
                due = false;
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What {@code init} does when its checks were passed and its question answered. */
    void init() {
        attempt("command", (agent, control) -> wiring.preparation().enter());
    }

    /** Does it here and now. @return whether it succeeded */
    boolean attempt(String what, BiConsumer<Replica, RoundControl> job) {
        reported = Optional.empty();
        JsonNode before = server.record();
        run.servers.begins(server, !what.equals("round"));
        try {
            job.accept(replica, current);
            run.drift.done(server);
            run.tell(what + " done", server.kind(), "");
            return true;
        } catch (UnderstudyException e) {
            boolean remembered = !before.equals(server.record());
            // A takeover that is refused before it has begun is what the daemon's loop reports.
            boolean said = !what.equals("round") || e.getMessage().startsWith("cannot promote this server");
            run.failed(what, e, remembered || said ? Optional.of(e) : reported);
            return false;
        }
    }

    /**
     * What {@code forecast} says of this server by what is remembered and found there; the command asks the filestore
     * and the site too, which tell what stands in the way.
     *
     * @return empty where it can't be said
     */
    Optional<Forecast> forecast() {
        Forecaster forecaster = new Forecaster(
                new MeasuredTimes(server.settings.state(), server.clock),
                List.of(new StandbyRules(server.settings.replica().rpo(), server.clock)),
                server.clock);
        try {
            Forecast made = forecaster.of(new Seen(
                    wiring.marker().on(),
                    wiring.store().record(),
                    wiring.inspection().look(),
                    Optional.empty(),
                    false,
                    wiring.holds().current(),
                    false));
            run.tell("forecast", server.name, made.answer() + " " + made.snapshot());
            return Optional.of(made);
        } catch (UnderstudyException e) {
            run.failed("forecast", e, Optional.of(e));
            return Optional.empty();
        }
    }

    private Duration pause() {
        Duration poll = server.settings.replica().poll();
        Instant now = server.clock.instant();
        return wiring.store()
                .record()
                .nextAttempt()
                .map(when -> Duration.between(now, when))
                .filter(each -> !each.isNegative() && each.compareTo(poll) < 0)
                .map(each -> each.plusMillis(200))
                .orElse(poll);
    }

    private void watch() {
        try {
            while (true) {
                touched = false;
                marker.look();
                if (!touched) {
                    run.turns.sleep(NEVER);
                }
                run.turns.sleep(Duration.ofMillis(run.random.nextInt(1000)));
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void hear(Event event, Instant at) {
        if (event instanceof ReplicaEvent.StepBegan began) {
            run.tell("step", began.snapshot().toString(), began.step().label());
        } else if (event instanceof ReplicaEvent.SnapshotApplied applied) {
            run.tell("applied", applied.snapshot().toString(), "");
        } else if (event instanceof ReplicaEvent.DatabaseDrifted drifted) {
            run.tell("drift found", drifted.tables().toString(), "");
            run.drift.reported(server);
        } else if (event instanceof ReplicaEvent.StepFailed failed) {
            reported = Optional.of(failed.why());
        }
    }

    private BackupMode marker() {
        MarkerBackupMode real = new MarkerBackupMode(server.marker, Server.SITE, server.clock);
        return new BackupMode() {
            @Override
            public boolean on() {
                run.step("look for the marker", "");
                return real.on();
            }

            @Override
            public Optional<SnapshotId> named() {
                return real.named();
            }

            @Override
            public void writeMarker(String reason, Optional<SnapshotId> snapshot) {
                run.step("write the marker", "");
                run.returns.marking(server);
                real.writeMarker(reason, snapshot);
                run.markers.marker(server, false);
                run.step("wrote the marker", "");
            }

            @Override
            public boolean renew(String reason, Optional<SnapshotId> snapshot) {
                run.step("renew the marker", snapshot.map(SnapshotId::toString).orElse(""));
                boolean renewed = real.renew(reason, snapshot);
                run.markers.marker(server, false);
                run.step("renewed the marker", "");
                return renewed;
            }

            @Override
            public void removeMarker() {
                run.step("remove the marker", "");
                real.removeMarker();
                run.markers.marker(server, false);
                run.step("removed the marker", "");
            }
        };
    }

    private StateStorage stateFile() {
        return new StateStorage() {
            @Override
            public void delete() {
                server.state(Optional.empty());
            }

            @Override
            public Optional<byte[]> read() {
                return server.state();
            }

            @Override
            public void write(byte[] content) {
                run.step("write the state", "");
                server.state(Optional.of(content));
                JsonNode record = server.record();
                run.tell(
                        "state",
                        record.at("/state/kind").asText(),
                        record.at("/state/intent/phase").asText(""));
                run.servers.state(server, record);
                run.step("wrote the state", "");
            }
        };
    }

    private Hook hook() {
        return new Hook() {
            @Override
            public void before(String step) {
                run.step("database: " + step, "");
                switch (step) {
                    case "arrange" -> {
                        run.trouble.perhaps(ErrorCode.DATABASE_BUSY, "cannot rename");
                        run.markers.importing(server, "databases are exchanged");
                    }
                    case "adopt" -> run.markers.importing(server, "a retired database is changed");
                    case "load" -> run.markers.importing(server, "a spare is loaded");
                    case "discard" -> run.trouble.perhaps(ErrorCode.DATABASE_BUSY, "cannot drop");
                    case "preflight" -> run.trouble.perhaps(ErrorCode.DATABASE_UNREACHABLE, "cannot reach the server");
                    default -> {}
                }
            }

            @Override
            public void after(String step) {
                run.servers.databasesChanged(server);
                run.step("database: done " + step, "");
                if (step.equals("load")) {
                    run.trouble.perhaps(ErrorCode.LOAD_FAILED, "cannot analyse");
                }
            }
        };
    }

    private void changingFile(String operation, Path path) {
        run.step("file: " + operation, server.folder.relativize(path).toString());
        if (operation.equals("move") && !path.toString().contains(".understudy")) {
            run.markers.changingFile(server, "file " + path.getFileName() + " is exchanged");
        }
    }

    private MirrorFolder mirror() {
        Filestore disk = new SteppedDisk(server.mirror, run);
        return new MirrorFolder() {
            @Override
            public Filestore made() {
                return disk;
            }

            @Override
            public Filestore present() {
                return disk;
            }
        };
    }

    private Stage stepped(Stage real) {
        return new Stage() {
            @Override
            public PlanSet prepare(Manifest manifest, BlobSource blobs, Progress progress) {
                run.step("stage", manifest.snapshot().toString());
                run.trouble.perhaps(ErrorCode.DISK_FULL, "cannot stage");
                PlanSet plans = real.prepare(manifest, blobs, progress);
                run.step("staged", manifest.snapshot().toString());
                return plans;
            }
        };
    }

    /** The fake looks at nothing that can change in between; a look is a step of its own. */
    private final class SteppedDatabases implements LiveDatabases {
        private final LiveDatabases fake = new FakeLiveDatabases(server.databases, Server.SITE, hook());

        @Override
        public Arrangement look() {
            run.step("look at the databases", "");
            return fake.look();
        }

        @Override
        public Optional<String> name(DatabaseIdentity database) {
            return fake.name(database);
        }

        @Override
        public List<String> lacking(List<TableData> tables) {
            return fake.lacking(tables);
        }

        @Override
        public void arrange(Arrangement wanted, Set<DatabaseIdentity> retired) {
            if (!wanted.equals(fake.look()) || !fake.retired().containsAll(retired)) {
                fake.arrange(wanted, retired);
            }
        }

        @Override
        public Set<DatabaseIdentity> retired() {
            run.step("look for retired databases", "");
            return fake.retired();
        }

        @Override
        public void discard(DatabaseIdentity database) {
            fake.discard(database);
        }

        @Override
        public String setAside(DatabaseIdentity database) {
            return fake.setAside(database);
        }
    }
}
