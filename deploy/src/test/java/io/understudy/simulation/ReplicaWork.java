package io.understudy.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.app.MarkerWatch;
import io.understudy.replica.app.Replica;
import io.understudy.replica.app.ReplicaWiring;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.forecast.Forecast;
import io.understudy.replica.forecast.Forecaster;
import io.understudy.replica.forecast.MeasuredTimes;
import io.understudy.replica.forecast.Seen;
import io.understudy.replica.forecast.StandbyRules;
import io.understudy.replica.round.RoundControl;
import io.understudy.simulation.Scheduler.Process;
import io.understudy.simulation.Scheduler.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * The replica's agent of a server as one process: the shipped code on simulated ports, one worker and one watch of the
 * marker.
 */
final class ReplicaWork {
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
        SteppedPorts stepped = new SteppedPorts(server, run);
        this.wiring = new ReplicaWiring(server.settings, stepped.ports(), stepped::parts);
        Events events = new Events(server.clock, Run::failingSink, this::hear);
        this.replica = wiring.replica(events);
        this.drills = new DrillWork(server, run, wiring);
        this.marker = wiring.markerWatch(this::markerGone, this::wake, () -> {}, events);
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
            run.servers.beginsStep(server);
        } else if (event instanceof ReplicaEvent.SnapshotApplied applied) {
            run.tell("applied", applied.snapshot().toString(), "");
        } else if (event instanceof ReplicaEvent.DatabaseDrifted drifted) {
            run.tell("drift found", drifted.tables().toString(), "");
            run.drift.reported(server);
        } else if (event instanceof ReplicaEvent.StepFailed failed) {
            reported = Optional.of(failed.why());
        }
    }
}
