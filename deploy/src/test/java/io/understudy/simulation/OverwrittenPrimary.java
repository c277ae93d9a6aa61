package io.understudy.simulation;

import io.understudy.postgres.DatabaseIdentity;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * An old primary that is made a standby before anybody asked what it never shipped, and over which a snapshot is
 * imported: once or several times, and its return after that. In some runs, next to all else that people do; where
 * that has made something else of the servers, it goes on with what it finds, or ends.
 */
final class OverwrittenPrimary {
    private static final Duration LONGEST = Duration.ofHours(40);
    private static final Duration LOOK = Duration.ofMinutes(30);
    private static final int ATTEMPTS = 6;

    private final Run run;
    private final Operators people;
    private boolean over;

    OverwrittenPrimary(Run run, Operators people) {
        this.run = run;
        this.people = people;
    }

    /** Not where people leave the roles alone. */
    static boolean isOf(long seed) {
        return seed % 4 == 2 && seed % 5 != 0;
    }

    boolean isOver() {
        return over;
    }

    void play() {
        try {
            run.turns.sleep(Duration.ofHours(2 + run.random.nextInt(20)));
            Optional<Server> old = primary();
            int times = 1 + run.random.nextInt(3);
            for (int time = 0; time < times && old.isPresent() && mayGoOn(); time++) {
                overwrite(old.get());
            }
            if (old.isPresent() && !isPrimary(old.get())) {
                comeBack(old.get());
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            over = true;
        }
    }

    private boolean mayGoOn() {
        return !run.trouble.isOver();
    }

    /** The one that serves, and holds the highest epoch. */
    private Optional<Server> primary() {
        return run.all.stream().filter(this::isPrimary).findFirst();
    }

    private boolean isPrimary(Server server) {
        return server.site.serves()
                && !run.store.isDisputed()
                && run.store.holder().equals(server.name);
    }

    private void overwrite(Server old) throws InterruptedException {
        if (!isPrimary(old)) {
            people.promote(old, run.random.nextInt(3) == 0, true);
            if (!until(() -> isPrimary(old))) {
                return;
            }
        }
        Server next = run.all.get((run.all.indexOf(old) + 1) % run.all.size());
        if (!next.marked()) {
            people.init(next);
        }
        if (!until(() -> next.marked() && next.kind().equals("following"))) {
            return;
        }
        // What it writes from here on it ships nowhere, most often.
        people.cutOff(old, Duration.ofMinutes(30 + run.random.nextInt(600)));
        write(old);
        people.promote(next, run.random.nextInt(4) == 0, true);
        if (!until(() -> next.site.serves())) {
            return;
        }
        write(old);
        Optional<DatabaseIdentity> lost = old.live().filter(live -> old.site.serves());
        if (lost.isEmpty() || !mayGoOn()) {
            return;
        }
        becomeStandby(old);
        run.returns.owes(old, lost.get());
        boolean imported = until(() -> {
            bring(next, old);
            return !old.live().equals(lost) && old.kind().equals("following");
        });
        run.tell("overwritten", old.name, lost.get() + (imported ? "" : " is not"));
    }

    private void becomeStandby(Server old) throws InterruptedException {
        if (run.random.nextBoolean()) {
            people.init(old);
        } else {
            people.touchMarker(old);
        }
    }

    /** Something to import: of the new primary, or one that the old one shipped itself and an operator wants back. */
    private void bring(Server next, Server old) {
        switch (run.random.nextInt(12)) {
            case 0, 1 -> people.command(next, "snapshot", PrimaryWork::take);
            case 2 -> people.sync(old);
            case 3 -> {
                List<String> all = run.store.listed();
                if (!all.isEmpty() && old.marked()) {
                    people.restore(old, all.get(run.random.nextInt(all.size())));
                }
            }
            case 4, 5, 6 -> write(next);
            default -> {}
        }
    }

    /** Its users do so at once. */
    private void write(Server server) {
        run.turns.wake(run.users(server));
        run.turns.await(60);
    }

    /** Killed in the middle as often as not, and asked for again until it is done. */
    private void comeBack(Server old) throws InterruptedException {
        for (int attempt = 0; attempt < ATTEMPTS && mayGoOn(); attempt++) {
            RejoinWork work = new RejoinWork(old, run);
            work.start();
            if (run.random.nextBoolean()) {
                run.turns.await(1 + run.random.nextInt(600));
                run.tell("kill", old.name, "rejoin");
                run.turns.kill(work.process());
            } else {
                run.turns.sleep(Duration.ofMinutes(20 + run.random.nextInt(200)));
            }
            if (work.isDone()) {
                return;
            }
        }
    }

    /** @return whether it came to that, as long as things go wrong */
    private boolean until(BooleanSupplier condition) throws InterruptedException {
        for (Duration passed = Duration.ZERO; passed.compareTo(LONGEST) < 0; passed = passed.plus(LOOK)) {
            run.turns.sleep(LOOK);
            if (!mayGoOn()) {
                return false;
            }
            if (condition.getAsBoolean()) {
                return true;
            }
        }
        return false;
    }
}
