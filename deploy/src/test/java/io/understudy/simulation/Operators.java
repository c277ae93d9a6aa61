package io.understudy.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.replica.app.Replica;
import io.understudy.replica.forecast.Forecast;
import io.understudy.replica.hold.Hold;
import io.understudy.replica.hold.HoldBook;
import io.understudy.replica.promote.Promotion;
import io.understudy.replica.promote.Promotion.Goal;
import io.understudy.replica.round.ImportRequest;
import io.understudy.replica.round.LastLook;
import io.understudy.replica.round.RoundControl;
import io.understudy.repository.SnapshotId;
import io.understudy.simulation.PromotionWatch.BeforePromotion;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** What people, power cuts and bad disks do, at any moment. */
final class Operators {
    /** What it is worth to wait for. */
    private static final List<String> MOMENTS = List.of(
            "export a snapshot",
            "write a mark",
            "read the log",
            "note",
            "advance the slot",
            "walk tree",
            "look for transactions",
            "create",
            "delete",
            "put done",
            "mirror: put",
            "mirror: create",
            "database: adopt",
            "database: load",
            "database: arrange",
            "database: done",
            "file: move",
            "stage",
            "stop the site",
            "restart the site",
            "prove the site",
            "write the state",
            "wrote the state",
            "renew the marker",
            "final snapshot",
            "drill: ",
            "create done");

    private final Run run;
    private final Mishaps mishaps;

    Operators(Run run) {
        this.run = run;
        this.mishaps = new Mishaps(run);
    }

    void play() {
        try {
            run.turns.sleep(Duration.ofHours(1));
            int moves = 4 + run.random.nextInt(16);
            for (int i = 0; i < moves; i++) {
                if (run.random.nextInt(3) > 0) {
                    run.turns.sleep(Duration.ofMinutes(run.random.nextInt(500)));
                }
                move(victim());
            }
            letReturn();
            new Recovery(run, this, mishaps).recover();
            run.turns.finish();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What is under way about an old primary comes to its end, as long as things go wrong. */
    private void letReturn() throws InterruptedException {
        for (int hours = 0;
                hours < 400 && run.returning.filter(each -> !each.isOver()).isPresent();
                hours++) {
            run.turns.sleep(Duration.ofHours(1));
        }
    }

    /** Each of several filestores comes and goes, next to all else. */
    void keepFilestoresAway() {
        try {
            while (!run.trouble.isOver()) {
                run.turns.sleep(Duration.ofMinutes(run.random.nextInt(600)));
                mishaps.storeAway(run.all.get(run.random.nextInt(run.all.size())));
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whom the next move hits: anybody at any time, or somebody in the middle of something. */
    private Server victim() throws InterruptedException {
        Server anybody = run.all.get(run.random.nextInt(run.all.size()));
        if (run.random.nextInt(3) == 0) {
            run.turns.await(1 + run.random.nextInt(150));
            return anybody;
        }
        Optional<Server> busy = run.intercept(MOMENTS.get(run.random.nextInt(MOMENTS.size())));
        run.turns.await(run.random.nextInt(12));
        return run.random.nextInt(4) == 0 ? anybody : busy.orElse(anybody);
    }

    private void move(Server server) throws InterruptedException {
        if (run.switches.isOn()) {
            moveInASwitchover(server);
            return;
        }
        switch (run.random.nextInt(26)) {
            case 0, 1, 2 -> kill(server, true, run.random.nextBoolean());
            case 3, 4, 5 -> kill(server, run.random.nextBoolean(), true);
            case 6 -> away(server);
            case 7, 8 -> promote(server, run.random.nextInt(5) == 0, run.random.nextInt(5) == 0);
            case 9 -> removeMarker(server);
            case 10 -> touchMarker(server);
            case 11 -> init(server);
            case 12, 22, 23 -> rejoin(server);
            case 24 -> rehearse(server);
            case 25 -> dropOrphan(server);
            case 13 -> rollback(server);
            case 14 -> restore(server);
            case 15 -> sync(server);
            case 16 -> command(server, "prune", PrimaryWork::prune);
            case 17 -> command(server, "snapshot", PrimaryWork::take);
            case 18, 19 -> switchOver(server);
            default -> mishaps.happen(server);
        }
    }

    /** No hand touches the two servers' roles: so each switchover has to end by itself, with one that serves. */
    private void moveInASwitchover(Server server) throws InterruptedException {
        switch (run.random.nextInt(16)) {
            case 0, 1 -> kill(server, true, run.random.nextBoolean());
            case 2, 3 -> kill(server, run.random.nextBoolean(), true);
            case 4, 5 -> cutOff(server, Duration.ofMinutes(run.random.nextInt(400)));
            case 6 -> run.all.forEach(each -> cutOff(each, Duration.ofMinutes(run.random.nextInt(200))));
            case 7 -> mishaps.storeAway(server);
            case 8 -> sync(server);
            case 9 ->
                run.all.forEach(each -> {
                    if (!run.primary(each).process.isDead()) {
                        run.primary(each).switches.cancel();
                    }
                });
            default -> switchOver(server);
        }
    }

    /** From the one that serves; to this server, or to any standby. */
    private void switchOver(Server wanted) {
        Optional<Server> from = run.all.stream()
                .filter(each -> each.site.serves() && !run.primary(each).process.isDead())
                .findFirst();
        Optional<Server> to = run.all.stream()
                .filter(each -> each.marked() && each.kind().equals("following"))
                .max(java.util.Comparator.comparing(each -> each == wanted));
        if (from.isPresent() && to.isPresent()) {
            Duration limit = Duration.ofMinutes(20 + run.random.nextInt(400));
            run.primary(from.get()).switches.begin(to.get().name, limit);
        }
    }

    private void kill(Server server, boolean primary, boolean replica) {
        run.tell("kill", server.name, (primary ? "primary " : "") + (replica ? "replica" : ""));
        boolean both = primary && replica;
        if (primary || !replica) {
            run.turns.kill(run.primary(server).process);
            later(server, both, () -> run.startPrimary(server));
        }
        if (replica) {
            run.turns.kill(run.replica(server).process);
            later(server, both, () -> run.startReplica(server));
        }
    }

    /** The service manager starts it again, soon or when somebody notices. */
    private void later(Server server, boolean both, Runnable start) {
        later(
                server,
                run.random.nextInt(4) > 0
                        ? Duration.ofSeconds(run.random.nextInt(30))
                        : Duration.ofMinutes(run.random.nextInt(both ? 400 : 100)),
                start);
    }

    private void later(Server server, Duration pause, Runnable start) {
        run.turns.start(run.turns.current().process, "restart on " + server.name, () -> {
            try {
                run.turns.sleep(pause);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            run.tell("start", server.name, "");
            start.run();
        });
    }

    /** One server does not reach the filestore, no server does, or the agents of one are off for a day or two. */
    private void away(Server server) {
        if (run.stores.areSeveral() && run.random.nextBoolean()) {
            mishaps.storeAway(server);
            return;
        }
        switch (run.random.nextInt(4)) {
            case 0 -> {
                Duration during = Duration.ofMinutes(60 + run.random.nextInt(300));
                run.all.forEach(each -> cutOff(each, during));
            }
            case 1 -> {
                Duration during = Duration.ofHours(20 + run.random.nextInt(30));
                run.tell("off", server.name, during.toString());
                run.turns.kill(run.primary(server).process);
                run.turns.kill(run.replica(server).process);
                later(server, during, () -> run.startPrimary(server));
                later(server, during, () -> run.startReplica(server));
            }
            default -> cutOff(server, Duration.ofMinutes(run.random.nextInt(900)));
        }
    }

    void cutOff(Server server, Duration during) {
        run.tell("cut off", server.name, during.toString());
        run.trouble.cutOff(server.name, during);
    }

    void promote(Server server, boolean unfenced, boolean force) {
        run.tell("promote", server.name, (unfenced ? "unfenced " : "") + (force ? "forced" : ""));
        Goal goal = run.random.nextInt(4) == 0 ? Goal.PROVEN : Goal.NEWEST;
        Promotion.Request request =
                new Promotion.Request("promote", unfenced, force, false, false, goal, LastLook.LOAD, true);
        ask(server, true, (agent, control) -> {
            JsonNode then = server.record();
            Optional<Forecast> forecast = new ReplicaWork(server, run, "forecast").forecast();
            BeforePromotion before = run.promotions.promoting(server, forecast, then);
            Promotion.Report report = agent.promote(request, control);
            run.tell("promoted", server.name, goal + " " + before + " " + report.origin());
            run.promotions.promoted(server, before, request, report);
        });
    }

    /** DNS first, then the marker, then a restart of the site, some time later. */
    void removeMarker(Server server) throws InterruptedException {
        run.tell("remove the marker", server.name, "");
        server.removeMarker();
        marked(server);
        if (run.random.nextInt(3) > 0) {
            run.turns.sleep(Duration.ofSeconds(20 + run.random.nextInt(100)));
            run.tell("restart the site", server.name, "");
            server.site.startByOperator();
        }
    }

    void touchMarker(Server server) throws InterruptedException {
        run.tell("put a marker", server.name, "");
        server.site.stopByOperator();
        server.touchMarker();
        marked(server);
        run.turns.sleep(Duration.ofSeconds(run.random.nextInt(5)));
        server.site.startByOperator();
    }

    private void marked(Server server) {
        run.markers.marker(server, true);
        run.replica(server).markerTouched();
    }

    /** Makes any server a standby, the primary too. */
    void init(Server server) {
        run.tell("init", server.name, "");
        server.site.stopByOperator();
        ReplicaWork here = new ReplicaWork(server, run, "init");
        if (!server.marked()) {
            here.init();
        }
        server.site.startByOperator();
        run.replica(server).markerTouched();
    }

    /** Most of them are killed at any moment, and asked for again; some of these are left alone then. */
    private void rejoin(Server server) throws InterruptedException {
        for (int attempt = 0; attempt < 3; attempt++) {
            RejoinWork work = new RejoinWork(server, run);
            work.start();
            run.turns.await(1 + run.random.nextInt(400));
            if (run.random.nextInt(3) == 0) {
                return;
            }
            run.tell("kill", server.name, "rejoin");
            run.turns.kill(work.process());
        }
    }

    /** Next to the daemon; it is killed in the middle as often as not. */
    private void rehearse(Server server) {
        ReplicaWork here = new ReplicaWork(server, run, "drill");
        run.turns.start(here.process, "drill", here.drills::rehearse);
        run.turns.await(1 + run.random.nextInt(400));
        if (run.random.nextBoolean()) {
            run.tell("kill", server.name, "drill");
            run.turns.kill(here.process);
        }
    }

    /** All that was wanted of it is brought over. */
    private void dropOrphan(Server server) {
        List<String> there = run.returns.there();
        if (!there.isEmpty()) {
            String orphan = there.get(run.random.nextInt(there.size()));
            run.tell("drop the orphan", server.name, orphan);
            run.returns.drop(orphan);
        }
    }

    private void rollback(Server server) {
        if (run.holds.isOn() && run.random.nextBoolean()) {
            decide(server, run.random.nextBoolean());
            return;
        }
        run.tell("rollback", server.name, "");
        ask(server, false, (agent, control) -> agent.rollback());
    }

    /** About what is held, where something is. */
    void decide(Server server, boolean accept) {
        HoldBook.in(server.settings.state(), server.settings.replica().holds(), server.clock)
                .current()
                .map(Hold::snapshot)
                .ifPresent(held -> {
                    run.tell(accept ? "accept" : "reject", server.name, held.toString());
                    if (accept) {
                        run.holds.accepting(server, held.toString());
                    }
                    ask(server, false, (agent, control) -> {
                        if (accept) {
                            agent.accept(held, control);
                        } else {
                            agent.reject(held);
                        }
                    });
                });
    }

    private void restore(Server server) {
        List<String> all = run.store.listed();
        if (!all.isEmpty()) {
            restore(server, all.get(run.random.nextInt(all.size())));
        }
    }

    void restore(Server server, String wanted) {
        run.tell("restore", server.name, wanted);
        ask(server, false, (agent, control) -> {
            run.servers.asked(server, wanted);
            agent.sync(new ImportRequest.Named(SnapshotId.parse(wanted)), control);
        });
    }

    void sync(Server server) {
        run.tell("sync", server.name, "");
        ask(server, false, (agent, control) -> agent.sync(ImportRequest.now(), control));
    }

    /** By the daemon where it runs, else in a process of its own. */
    private void ask(Server server, boolean atOnce, BiConsumer<Replica, RoundControl> job) {
        ReplicaWork daemon = run.replica(server);
        if (!daemon.process.isDead()) {
            daemon.ask(atOnce, job);
            return;
        }
        ReplicaWork here = new ReplicaWork(server, run, "command");
        run.turns.start(here.process, "command", () -> here.attempt("command", job));
    }

    /** In a process of its own, next to the daemon. */
    void command(Server server, String name, java.util.function.Consumer<PrimaryWork> work) {
        run.tell(name, server.name, "");
        PrimaryWork here = new PrimaryWork(server, run);
        run.turns.start(here.process, name, () -> work.accept(here));
    }
}
