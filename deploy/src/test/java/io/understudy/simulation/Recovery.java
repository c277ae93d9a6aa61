package io.understudy.simulation;

import io.understudy.postgres.DatabaseIdentity;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;

/** How people set all right in the end, and what has to be so then. */
final class Recovery {
    private static final Duration LONGEST = Duration.ofDays(4);

    private final Run run;
    private final Operators operators;
    private final Mishaps mishaps;

    Recovery(Run run, Operators operators, Mishaps mishaps) {
        this.run = run;
        this.operators = operators;
        this.mishaps = mishaps;
    }

    /**
     * Nothing goes wrong any more; people clean up as the hints of the messages say to. Then everything must come right
     * by itself.
     */
    void recover() throws InterruptedException {
        run.tell("recover", "", "");
        run.trouble.end();
        mishaps.cleanUp();
        run.turns.sleep(Duration.ofHours(8));
        if (run.switches.isOn()) {
            endOfSwitchovers();
        }
        Server primary = onePrimary();
        for (Server server : run.all) {
            if (server != primary && !server.marked()) {
                comeBack(server);
            }
        }
        mishaps.mend(primary);
        long start = primary.taken;
        Duration waited = Duration.ZERO;
        while (!isWell(primary, start)) {
            run.all.stream().filter(server -> server != primary).forEach(server -> operators.decide(server, true));
            run.turns.sleep(Duration.ofHours(2));
            waited = waited.plusHours(2);
            if (waited.compareTo(LONGEST) > 0) {
                throw Promise.FILESTORE_IS_THE_TRUTH.broken("no recovery: " + state(primary));
            }
        }
        for (String snapshot : run.store.listed()) {
            if (!run.store.isDamaged(snapshot)
                    && !run.primary(primary).verify(SnapshotId.parse(snapshot))
                    && run.store.listed().contains(snapshot)) {
                throw Promise.COMMIT_LAST.broken("verify finds faults in " + snapshot);
            }
        }
        run.store.requireWholeEverywhere();
        if (run.switches.isOn()) {
            new CalmSwitchover(run, standby -> operators.decide(standby, true)).play(primary);
        }
        run.returns.requireAll();
        run.drills.requireNothing();
    }

    /** By the one command or the other. */
    private void comeBack(Server server) {
        if (run.random.nextBoolean()) {
            operators.init(server);
        } else if (!new RejoinWork(server, run).rejoin()) {
            run.tell("rejoin was refused", server.name, "");
            operators.init(server);
        }
    }

    /** The longest has seven hours, then the site of one of them serves; where it did not start, that is repeated. */
    private void endOfSwitchovers() throws InterruptedException {
        run.turns.sleep(Duration.ofHours(8));
        for (Server server : run.all) {
            if (server.record().at("/state/restart_due").asBoolean(false)) {
                operators.promote(server, false, false);
                run.turns.sleep(Duration.ofHours(1));
            }
        }
        run.switches.requireOneThatServes();
    }

    /** The holder of the highest epoch, if it serves; else somebody who can is promoted. */
    private Server onePrimary() throws InterruptedException {
        for (int attempt = 0; attempt < 12; attempt++) {
            Server holder = run.server(run.store.holder());
            if (run.store.isDisputed()) {
                settle();
            } else if (!holder.marked() && !holder.kind().equals("promoting")) {
                return holder;
            }
            Optional<Server> follower = run.all.stream()
                    .filter(server -> server.marked() && server.kind().equals("following"))
                    .max(Comparator.comparing(server ->
                            server.record().at("/state/current/snapshot").asText()));
            if (follower.isPresent()) {
                operators.promote(follower.get(), false, true);
            } else if (run.store.newest().isPresent() && attempt < 4) {
                Server any = run.all.stream().filter(Server::marked).findFirst().orElseThrow();
                operators.restore(any, run.store.newest().get().id());
            } else {
                operators.removeMarker(holder);
            }
            run.turns.sleep(Duration.ofHours(3));
        }
        throw Promise.FILESTORE_IS_THE_TRUTH.broken("no server can be promoted: " + state(run.all.get(0)));
    }

    /** Two claimed one epoch, each in another filestore: all become standbys, and one of them is promoted. */
    private void settle() throws InterruptedException {
        for (Server server : run.all) {
            if (!server.marked()) {
                operators.init(server);
            }
        }
        run.turns.sleep(Duration.ofHours(3));
    }

    /** The primary commits again, and every other server has the newest of it. */
    private boolean isWell(Server primary, long start) {
        Optional<Genuine> newest = run.store.newest();
        if (primary.taken <= start || newest.isEmpty() || !run.store.isInStep() || !run.returns.isInStep()) {
            return false;
        }
        return run.all.stream()
                .filter(server -> server != primary)
                .allMatch(server -> server.kind().equals("following")
                        && (contentOf(server).equals(Optional.of(newest.get().id()))
                                || server.ahead()
                                        .equals(Optional.of(newest.get().id()))));
    }

    private static Optional<String> contentOf(Server server) {
        Optional<DatabaseIdentity> live = server.live();
        return live.flatMap(server.databases::content).map(Object::toString);
    }

    private String state(Server primary) {
        StringBuilder all = new StringBuilder("primary " + primary.name + ", newest "
                + run.store.newest().map(Genuine::id).orElse("none"));
        for (Server server : run.all) {
            all.append("; ")
                    .append(server.name)
                    .append(server.marked() ? " marked " : " ")
                    .append(server.kind())
                    .append(' ')
                    .append(contentOf(server).orElse("-"))
                    .append(' ')
                    .append(server.record().at("/last_error/message").asText(""));
        }
        return all.toString();
    }
}
