package io.understudy.simulation;

import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.primary.app.RoleStatus;
import io.understudy.primary.app.RoleWatch;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.fence.Fencing;
import io.understudy.primary.fence.Lease;
import io.understudy.primary.fence.SiteStopping;
import io.understudy.primary.fence.TakingOver;
import io.understudy.simulation.Scheduler.Process;
import io.understudy.simulation.Scheduler.Task;
import io.understudy.time.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * What stops the site of a fenced server, as the daemon of a primary's agent has it with {@code fence: {unreachable:
 * stop}}: the shipped look at the role, the shipped lease with its question and its count, and the worker that runs
 * {@code on_fenced}, each a task. All paces are longer than the daemon's.
 */
final class FenceWork {
    private static final Duration LOOKS = Duration.ofMinutes(12);
    private static final Duration ASKS = Duration.ofMinutes(20);
    private static final Duration COUNTS = Duration.ofMinutes(5);
    private static final Duration NEVER = Duration.ofHours(12);

    private final Server server;
    private final Run run;
    private final RoleWatch roles;
    private final TakingOver takingOver;
    private final Lease lease;
    private final Fencing fencing;
    private final Deque<Runnable> work = new ArrayDeque<>();
    private Task worker;

    FenceWork(Server server, Run run, PrimaryWiring wiring) {
        this.server = server;
        this.run = run;
        this.roles = wiring.roleWatch();
        this.takingOver = new TakingOver(server.settings.state());
        Events events = new Events(server.clock, Run::failingSink, this::hear);
        SiteStopping site = new SiteStopping(
                Optional.of(server.site.commands()::stop),
                SiteStopping.note(server.settings.state()),
                this::later,
                new Backoff(Duration.ofSeconds(2), Duration.ofMinutes(1), run.random),
                Optional.of("the boot of " + server.name),
                events,
                server.clock,
                run.turns.ticker());
        this.lease = new Lease(
                FenceWatch.LEASE,
                epoch -> wiring.repository().get().epochs().highest(epoch),
                site,
                events,
                run.turns.ticker());
        this.fencing = new Fencing(site, Optional.of(lease));
    }

    void start(Process process) {
        run.fences.begins(server);
        worker = run.turns.start(process, "on-fenced", this::runCommands);
        run.turns.start(process, "fence", () -> repeat(LOOKS, this::look));
        run.turns.start(process, "fence-lease-asks", () -> repeat(ASKS, this::ask));
        run.turns.start(process, "fence-lease", () -> repeat(COUNTS, lease::count));
    }

    /** Called with a lock held, under which no other task may have a turn. */
    private void later(Runnable command) {
        work.add(command);
        run.turns.wake(worker);
    }

    private void runCommands() {
        try {
            while (true) {
                Runnable next = work.poll();
                if (next == null) {
                    run.turns.sleep(NEVER);
                } else {
                    next.run();
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void look() {
        RoleStatus now = roles.look();
        Fencing.Seen seen = roles.fencing(now, takingOver);
        run.fences.looked(server, now, seen);
        fencing.look(seen);
    }

    private void ask() {
        Duration before = run.fences.now();
        try {
            lease.ask();
            run.fences.answered(server, before);
        } catch (UnderstudyException e) {
            run.tell("no answer for the lease", e.code().label(), "");
        }
    }

    private void repeat(Duration pause, Runnable turn) {
        try {
            while (true) {
                turn.run();
                run.turns.sleep(pause);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void hear(Event event, Instant at) {
        run.tell("fence of " + server.name, event.code(), event.message());
        if (event instanceof PrimaryEvent.FencedSiteStopped) {
            run.fences.stopped(server, false);
        } else if (event instanceof PrimaryEvent.LeaseExpired) {
            run.fences.stopped(server, true);
        }
    }
}
