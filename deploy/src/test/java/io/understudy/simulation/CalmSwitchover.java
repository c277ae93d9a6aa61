package io.understudy.simulation;

import java.time.Duration;
import java.util.Comparator;
import java.util.function.Consumer;

/**
 * The last thing in a run that is about switchovers: nothing goes wrong any more and every server follows, so the site
 * has to be handed over. Without it a switchover that always went back would keep every other promise.
 */
final class CalmSwitchover {
    private static final Duration LIMIT = Duration.ofHours(30);
    private static final Duration LOOK = Duration.ofHours(1);

    private final Run run;
    private final Consumer<Server> accept;

    /** @param accept lets what a standby holds become live, as an operator does */
    CalmSwitchover(Run run, Consumer<Server> accept) {
        this.run = run;
        this.accept = accept;
    }

    /** @param from serves, and each other server has all of it */
    void play(Server from) throws InterruptedException {
        Server to = run.all.stream()
                .filter(each -> each != from && each.marked() && each.kind().equals("following"))
                .max(Comparator.comparing(each -> each.name))
                .orElseThrow(() -> Promise.HANDED_OVER_WHOLE.broken("no server follows " + from.name));
        int before = run.switches.handedOver();
        run.primary(from).switches.begin(to.name, LIMIT);
        for (Duration passed = Duration.ZERO; passed.compareTo(LIMIT) < 0; passed = passed.plus(LOOK)) {
            run.turns.sleep(LOOK);
            accept.accept(to);
            if (isDone(from, to, before)) {
                run.tell("calm switchover", from.name, "to " + to.name + " within " + passed.plus(LOOK));
                return;
            }
        }
        throw Promise.HANDED_OVER_WHOLE.broken("nothing goes wrong, and " + from.name
                + " did not hand the site over to " + to.name + " within " + LIMIT + ": " + run.switches.seen());
    }

    private boolean isDone(Server from, Server to, int before) {
        return run.switches.handedOver() > before && to.site.serves() && from.marked() && !from.site.serves();
    }
}
