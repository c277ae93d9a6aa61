package io.understudy.simulation;

import io.understudy.failure.UnderstudyException;
import io.understudy.primary.capture.KeptParts;
import io.understudy.primary.capture.OrphanTaker;
import io.understudy.progress.Progress;
import io.understudy.replica.app.RejoinWiring;
import io.understudy.replica.kept.KeptCopies.Found;
import io.understudy.replica.prepare.Rejoin;
import io.understudy.replica.prepare.Rejoin.Orphans;
import io.understudy.replica.prepare.Rejoin.Request;
import io.understudy.replica.prepare.Rejoin.Saved;
import io.understudy.replica.prepare.Unclaimed;
import io.understudy.repository.Manifest;
import io.understudy.simulation.Scheduler.Process;
import java.util.Optional;
import java.util.Set;

/**
 * {@code agent-replica rejoin} of a server as one process: the shipped return of an old primary, which saves what was
 * never shipped with the shipped code of the primary's agent. The two are programs of their own on a real server, and
 * end together here.
 */
final class RejoinWork {
    private final Server server;
    private final Run run;
    private final ReplicaWork replica;
    private final PrimaryWork primary;
    private boolean done;

    RejoinWork(Server server, Run run) {
        this.server = server;
        this.run = run;
        this.replica = new ReplicaWork(server, run, "rejoin");
        this.primary = new PrimaryWork(server, run, false);
    }

    Process process() {
        return replica.process;
    }

    /** Next to the daemons. */
    void start() {
        run.turns.start(replica.process, "rejoin", this::rejoin);
    }

    /** Whether it has ended well. */
    boolean isDone() {
        return done;
    }

    /** @return whether this server is a standby now */
    boolean rejoin() {
        run.returns.begins(server);
        try {
            Rejoin.Result result =
                    RejoinWiring.of(replica.wiring, new Saving()).run(new Request(true, false, Set.of()));
            run.returns.done(server, result);
            server.site.startByOperator();
            done = true;
            return true;
        } catch (UnderstudyException e) {
            // It says so to who asked for it.
            run.failed("rejoin", e, Optional.of(e));
            run.returns.failed(server, e);
            return false;
        } finally {
            if (!run.replica(server).process.isDead()) {
                run.replica(server).markerTouched();
            }
        }
    }

    private final class Saving implements Orphans {
        @Override
        public Saved save(Set<String> acceptEmpty, boolean beforeImport, Optional<Unclaimed> unclaimed) {
            run.returns.stopped(server);
            OrphanTaker taker = primary.orphans().live();
            Saved told = told(unclaimed
                    .map(served -> taker.saveUnclaimed(
                            served.epoch(), served.imported(), acceptEmpty, beforeImport, Progress.none()))
                    .orElseGet(() -> taker.save(acceptEmpty, beforeImport, Progress.none())));
            run.returns.saved(server, told);
            return told;
        }

        @Override
        public Saved saveKept(Set<String> acceptEmpty, Found kept) {
            KeptParts parts = new KeptParts(Optional.of(kept.epoch()), kept.database(), kept.trees());
            Saved told = told(primary.orphans().kept(parts).saveKept(parts, acceptEmpty, Progress.none()));
            run.tell("saved what was kept", server.name, told.toString());
            run.returns.savedKept(server, kept, told);
            return told;
        }

        private static Saved told(OrphanTaker.Saved saved) {
            return new Saved(saved.orphan().map(Manifest::snapshot), saved.existed(), saved.shipped());
        }
    }
}
