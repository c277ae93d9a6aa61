package io.understudy.simulation;

import io.understudy.events.Event;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.RetryPolicy;
import io.understudy.filestore.RetryingFilestore;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.Repository;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.simulation.Scheduler.Process;
import io.understudy.simulation.Scheduler.Task;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.InMemoryFilestore;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** One run of the simulation: servers, agents, users, operators and filestores, all of one seed. Use once. */
final class Run {
    private static final long LONGEST = 150_000;
    private static final Duration AMBUSH = Duration.ofHours(12);
    private static final RetryPolicy PATIENCE = new RetryPolicy(
            Duration.ofMillis(200), Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(3));

    private final long seed;
    final RandomGenerator random;
    final FakeTicker time = new FakeTicker(Instant.parse("2001-01-01T00:00:00Z"));
    final Trace trace;
    final Scheduler turns;
    final Trouble trouble;
    final Path folder;
    final Keys keys;
    final TrustedKeys trusted;
    final Stores stores;
    /** The main one, or the only one. */
    final InMemoryFilestore truth;

    final StoreWatch store;
    final DeletionWatch deletions;
    private final ServerViews views = new ServerViews();
    final MarkerRule markers = new MarkerRule(this, views);
    final DriftWatch drift = new DriftWatch(views);
    final HoldWatch holds;
    final SwitchWatch switches;
    final ReturnWatch returns;
    final FenceWatch fences;
    final DrillWatch drills = new DrillWatch(this);
    final AheadWatch ahead = new AheadWatch(this, views);
    final PromotionWatch promotions = new PromotionWatch(this, views);
    final ServerWatch servers = new ServerWatch(this, views, drift, ahead);
    final Reached reached = new Reached();
    final List<Server> all = new ArrayList<>();
    /** What is done with an old primary; empty in most runs. */
    Optional<OverwrittenPrimary> returning = Optional.empty();

    private final Map<Server, PrimaryWork> primaries = new LinkedHashMap<>();
    private final Map<Server, ReplicaWork> replicas = new LinkedHashMap<>();
    private final Map<Server, Task> users = new HashMap<>();
    private final Map<Task, long[]> lastSteps = new HashMap<>();
    private String ambush;
    private Task waylayer;
    private Optional<Server> victim = Optional.empty();
    private final int minutes;
    private int numbers = 100;
    private int nonces;

    /** @param folder empty, for this run alone @param all receives every event; may be null */
    Run(long seed, Path folder, Keys keys, PrintStream all) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        this.stores = new Stores(seed, time);
        this.truth = stores.places.get(0).truth;
        this.store = new StoreWatch(stores, this);
        this.deletions = new DeletionWatch(stores, store, this);
        this.holds = new HoldWatch(seed, this);
        this.switches = new SwitchWatch(seed, this, views);
        this.returns = new ReturnWatch(this, views);
        this.fences = new FenceWatch(seed, this);
        this.folder = folder;
        this.keys = keys;
        this.trusted = keys.trusted();
        this.trace = new Trace(time, all);
        this.turns = new Scheduler(random, time, new int[] {4, 15, 50}[random.nextInt(3)], LONGEST);
        this.trouble = new Trouble(random, time);
        this.minutes = new int[] {60, 240, 600}[random.nextInt(3)];
    }

    /** Plays it to its end. @throws Promise.Broken the first broken promise */
    void play() {
        found(random.nextInt(4) == 0 ? 3 : 2);
        all.forEach(this::startPrimary);
        all.forEach(this::startReplica);
        Process world = new Process("world");
        for (Server server : all) {
            Users people = new Users(server, this);
            users.put(server, turns.start(world, "users of " + server.name, people::live));
            turns.start(world, "long transactions of " + server.name, people::keepTransactionsOpen);
        }
        Operators operators = new Operators(this);
        turns.start(world, "operators", operators::play);
        if (stores.areSeveral()) {
            turns.start(world, "filestores", operators::keepFilestoresAway);
        }
        if (OverwrittenPrimary.isOf(seed)) {
            OverwrittenPrimary old = new OverwrittenPrimary(this, operators);
            returning = Optional.of(old);
            turns.start(world, "an old primary", old::play);
        }
        turns.run();
    }

    /** The first server is the primary of epoch 1, the others are standbys. */
    private void found(int count) {
        for (int i = 0; i < count; i++) {
            Server server = new Server(String.valueOf((char) ('a' + i)), i, this);
            all.add(server);
            views.add(server);
            if (i == 0 || random.nextBoolean()) {
                server.populate(i + 1);
            }
        }
        Repository repository = Repository.create(stores.truth(), new UUID(7, 7), Server.SITE, trusted, time.clock());
        EpochClaim claim = new EpochClaim(1, "a", time.now(), "init", nonce());
        repository.epochs().claim(claim, all.get(0).key);
        store.founded("a");
        all.get(0)
                .epochs
                .hold(new EpochClaim(Optional.of(repository.id()), 1, "a", claim.when(), "init", claim.nonce()));
        for (Server standby : all.subList(1, count)) {
            standby.touchMarker();
            standby.site.startByOperator();
        }
    }

    void startPrimary(Server server) {
        if (primaries.containsKey(server) && !primaries.get(server).process.isDead()) {
            // One was started already; there is a lock that keeps a second one off.
            return;
        }
        PrimaryWork work = new PrimaryWork(server, this);
        primaries.put(server, work);
        work.start();
    }

    void startReplica(Server server) {
        ReplicaWork work = new ReplicaWork(server, this, "replica");
        replicas.put(server, work);
        work.start();
    }

    /** The task in which the users of its site write now and then. */
    Task users(Server server) {
        return users.get(server);
    }

    PrimaryWork primary(Server server) {
        return primaries.get(server);
    }

    ReplicaWork replica(Server server) {
        return replicas.get(server);
    }

    Server server(String name) {
        return all.stream().filter(each -> each.name.equals(name)).findFirst().orElseThrow();
    }

    /** The shared filestores as a server's process has it: faulty, behind the shipped decorator that bears it. */
    Filestore filestore(Server server) {
        return stores.joined(
                place -> new RetryingFilestore(
                        new SteppedFilestore(server.name, place, this), PATIENCE, turns.ticker(), random),
                turns.ticker(),
                server.clock);
    }

    /** Something is about to happen. */
    void step(String what, String key) {
        turns.step();
        long[] last = lastSteps.computeIfAbsent(turns.current(), task -> new long[2]);
        last[0] = last[1];
        last[1] = trace.events();
        tell(what, key, "");
        if (ambush != null && what.startsWith(ambush)) {
            ambush = null;
            victim = all.stream()
                    .filter(each -> turns.current().process.name.startsWith(each.name + "/"))
                    .findFirst();
            turns.wake(waylayer);
        }
    }

    /**
     * Waits for the next time that somebody does this.
     *
     * @return on which server it is; empty when it does not happen for long
     */
    Optional<Server> intercept(String what) throws InterruptedException {
        victim = Optional.empty();
        waylayer = turns.current();
        ambush = what;
        turns.sleep(AMBUSH);
        ambush = null;
        return victim;
    }

    /** The event of the running task's last step but one: what it saw then was true then. */
    long previousOfMine() {
        return lastSteps.getOrDefault(turns.current(), new long[2])[0];
    }

    long now() {
        return trace.events();
    }

    void tell(String what, String key, String how) {
        Task task = turns.current();
        String where = how.replace(folder.toString(), "…");
        trace.add(task == null ? "" : task.process.name + " " + task.name, what, key, where);
    }

    /** As metrics whose registry is closed, in each agent: it must hold up nothing. */
    static void failingSink(Event event, Instant at) {
        throw new IllegalStateException("a sink that fails");
    }

    /**
     * Work has failed: with a code that is no defect's, and not silently.
     *
     * @param reported what its listeners received
     */
    void failed(String what, UnderstudyException why, Optional<UnderstudyException> reported) {
        tell(what + " failed", why.code().label(), why.getMessage());
        if (why.code() == ErrorCode.INTERNAL) {
            throw new Promise.Broken(Promise.NO_SILENT_FAILURE, "a defect: " + why.getMessage(), why);
        }
        boolean expected = switch (why.code()) {
            case CANCELLED, NOT_BACKUP_MODE, LOCKED, SNAPSHOT_UNKNOWN -> true;
            default -> false;
        };
        if (!expected && reported.isEmpty()) {
            throw Promise.NO_SILENT_FAILURE.broken(what + " failed without a report: " + why.getMessage());
        }
    }

    /** Announcements are lost, doubled and late, as it happens. */
    void announce(Server from) {
        for (Server server : all) {
            if (server != from && replicas.containsKey(server) && random.nextBoolean()) {
                replicas.get(server).wake();
            }
        }
    }

    /** The pause until the next look for a continuous snapshot. */
    Duration pace() {
        return Duration.ofSeconds(1 + random.nextInt(minutes * 60));
    }

    int nextNumber() {
        return numbers++;
    }

    String nonce() {
        return "nonce-" + nonces++;
    }
}
