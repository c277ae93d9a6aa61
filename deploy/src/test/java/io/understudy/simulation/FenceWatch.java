package io.understudy.simulation;

import io.understudy.primary.app.RoleStatus;
import io.understudy.primary.fence.Fencing;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Watches fences, in some of the runs with one filestore: the site of a server whose agent runs takes no writes any
 * more when another one's higher epoch was seen, nor when no filestore has confirmed its own for longer than the lease;
 * and none is stopped earlier. People start one that was stopped some time later.
 */
final class FenceWatch {
    static final Duration LEASE = Duration.ofHours(3);
    /** Looks, counts, and commands that fail, at the paces of {@link FenceWork}. */
    private static final Duration LATEST = Duration.ofMinutes(90);

    /** What is known of one server, in simulated time since the start. */
    private static final class View {
        /** Since when the agent counts: it was started, or the server became the primary, or is one in another epoch. */
        private Duration countsFrom = Duration.ZERO;

        private boolean serves;
        private int epoch;
        private Duration overtakenAt;
        /** Whether {@code on_fenced} has run for what is the case now: a site that people start goes on. */
        private boolean done;
    }

    private final boolean on;
    private final Run run;
    private final Map<Server, View> views = new HashMap<>();

    FenceWatch(long seed, Run run) {
        this.on = seed % 7 == 1 && seed % 5 != 0 && seed % 3 != 0;
        this.run = run;
    }

    boolean isOn() {
        return on;
    }

    Duration now() {
        return Duration.ofNanos(run.time.nanos());
    }

    /** Its agent starts. What was done before is noted on the disk. */
    void begins(Server server) {
        View view = views.computeIfAbsent(server, none -> new View());
        view.countsFrom = now();
        view.serves = false;
    }

    /** The agent looked at its role. */
    void looked(Server server, RoleStatus role, Fencing.Seen seen) {
        View view = views.get(server);
        boolean serves = seen.serves() && seen.epoch() > 0;
        if (serves && !view.serves || seen.epoch() != view.epoch) {
            view.countsFrom = now();
        }
        if (seen.epoch() != view.epoch) {
            view.done = false;
            view.overtakenAt = null;
        }
        view.serves = serves;
        view.epoch = seen.epoch();
        if (seen.fenced() && view.overtakenAt == null) {
            view.overtakenAt = now();
            view.done = false;
            run.tell("fenced", server.name, "epoch " + role.highest());
        }
    }

    /** A question that was asked then was answered well. */
    void answered(Server server, Duration asked) {
        View view = views.get(server);
        if (asked.compareTo(view.countsFrom) > 0) {
            view.countsFrom = asked;
        }
        view.done &= view.overtakenAt != null;
    }

    /** The command has ended well. @param lease whether for the lease */
    void stopped(Server server, boolean lease) {
        View view = views.get(server);
        if (lease && now().minus(view.countsFrom).compareTo(LEASE) < 0) {
            throw Promise.SITE_FIRST.broken(server.name + ": its site was stopped for its lease, which has counted for "
                    + now().minus(view.countsFrom) + " of " + LEASE);
        }
        view.done = true;
        run.reached.at(lease ? Check.LEASE : Check.FENCED);
        people(server);
    }

    /** They look at it, and start the site again. */
    private void people(Server server) {
        run.turns.start(new Scheduler.Process("world"), "start the site of " + server.name, () -> {
            try {
                run.turns.sleep(Duration.ofMinutes(20 + run.random.nextInt(900)));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            run.tell("start the site", server.name, "");
            server.site.startByOperator();
        });
    }

    /** The site takes a write, as production. */
    void writing(Server server) {
        View view = views.get(server);
        if (!on || view == null || view.done || run.primary(server).process.isDead()) {
            return;
        }
        boolean late = view.serves && now().minus(view.countsFrom).compareTo(LEASE.plus(LATEST)) > 0;
        boolean overtaken =
                view.overtakenAt != null && now().minus(view.overtakenAt).compareTo(LATEST) > 0;
        if (late || overtaken) {
            throw Promise.ONE_WRITER.broken(server.name + " takes writes, though "
                    + (overtaken
                            ? "its agent has seen a higher epoch"
                            : "no filestore has confirmed its epoch for long"));
        }
    }
}
