package io.understudy.replica.fakes;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.HoldSettings;
import io.understudy.config.HostPort;
import io.understudy.config.Settings;
import io.understudy.events.Events;
import io.understudy.exchange.FileHook;
import io.understudy.files.DiskSpace;
import io.understudy.files.MountPoints;
import io.understudy.replica.app.Replica;
import io.understudy.replica.app.ReplicaDisk;
import io.understudy.replica.app.ReplicaParts;
import io.understudy.replica.app.ReplicaPorts;
import io.understudy.replica.app.ReplicaWiring;
import io.understudy.replica.apply.Applier;
import io.understudy.replica.apply.CleanUp;
import io.understudy.replica.apply.IntentWriter;
import io.understudy.replica.apply.LiveDatabases;
import io.understudy.replica.apply.LiveTrees;
import io.understudy.replica.fetch.MirrorFolder;
import io.understudy.replica.hold.HoldBook;
import io.understudy.replica.load.SpareLoader;
import io.understudy.replica.promote.EpochClaims;
import io.understudy.replica.promote.Promotion;
import io.understudy.replica.round.ImportRequest;
import io.understudy.replica.round.Inspection;
import io.understudy.replica.round.Round;
import io.understudy.replica.round.RoundControl;
import io.understudy.replica.round.RoundResult;
import io.understudy.replica.stage.Stage;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.SnapshotId;
import io.understudy.site.SiteService;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.InMemoryFilestore;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * A standby made of fakes. What they hold survives a crash; {@link #agent()} is a process, created again after each.
 */
public final class World {
    /** The fakes write no files. */
    private static final Path NOWHERE = Path.of("/nonexistent");

    public final CrashPoints points = new CrashPoints();
    public final FakeTicker time = new FakeTicker();
    public final FakeMarker marker = new FakeMarker(points);
    public final FakeDatabases databases = new FakeDatabases(points, marker::isThere);
    public final FakeTrees trees = new FakeTrees(points);
    public final FakeSite site = new FakeSite(points, this::content);
    public final FakeSource source = new FakeSource(points);
    public final FakeClaims claims = new FakeClaims(points);
    public final FakeStateFile file = new FakeStateFile(points);
    public final ReplicaStateStore store = new ReplicaStateStore(file);
    /** Others may take the place of the fake ones. */
    public LiveTrees liveTrees = trees;

    public Stage stage = trees;
    public EpochClaims fence = claims;
    private int nonces;
    public Events events = Events.none();
    /** What keeps a snapshot from becoming live; {@link #state} is a folder that is there then. */
    public HoldSettings holding = HoldSettings.NONE;

    public Path state = NOWHERE;
    /** Where the names of the site are looked up and updated; {@link #state} is a folder that is there then. */
    public Optional<HostPort> nameServer = Optional.empty();

    /** Whether a database is kept for a rollback. */
    public boolean keepsPrevious = true;

    public World() {
        points.always(this::mustHold);
    }

    /** A standby with a database and files of its own, in backup mode. */
    public static World standby() {
        World world = new World();
        world.databases.create(FakeDatabases.LIVE);
        world.marker.putByHand(Optional.empty());
        return world;
    }

    /** The agent's process. */
    public record Agent(Round round, Applier applier, IntentWriter intents, Promotion promotion, CleanUp cleanUp) {}

    public Agent agent() {
        ReplicaWiring wiring = wiring(settings());
        return new Agent(
                wiring.round(events),
                wiring.applier(events),
                wiring.intents(),
                wiring.promotion(events),
                wiring.cleanUp(events));
    }

    public Settings settings() {
        Settings settings = AgentSettings.with(
                keepsPrevious ? AgentSettings.in(state, List.of()) : AgentSettings.withoutPrevious(state), holding);
        return nameServer.map(each -> AgentSettings.withNames(settings, each)).orElse(settings);
    }

    /** What is held. */
    public HoldBook holds() {
        return wiring(settings()).holds();
    }

    /** What commands ask of it. */
    public Replica replica() {
        return wiring(settings()).replica(events);
    }

    /** The shipped wiring on these fakes. */
    public ReplicaWiring wiring(Settings settings) {
        return wiring(settings, databases, databases, site);
    }

    /** As {@link #wiring(Settings)}, with another database server and another site. */
    public ReplicaWiring wiring(Settings settings, LiveDatabases live, SpareLoader loader, SiteService service) {
        ReplicaDisk disk = new ReplicaDisk(
                marker, store, MirrorFolder.of(NOWHERE), DiskSpace.ofThisMachine(), MountPoints::now, FileHook.none());
        ReplicaPorts ports = new ReplicaPorts(
                new InMemoryFilestore(time),
                live,
                loader,
                service,
                disk,
                time.clock(),
                time,
                new Random(1),
                this::nonce);
        return new ReplicaWiring(
                settings, ports, shipped -> new ReplicaParts(source, fence, stage, liveTrees, shipped.calls()));
    }

    public Inspection inspection() {
        return wiring(AgentSettings.in(NOWHERE, List.of())).inspection();
    }

    public RoundResult sync() {
        return round(ImportRequest.now());
    }

    private RoundResult round(ImportRequest ask) {
        Agent agent = agent();
        RoundResult result;
        try {
            result = agent.round().run(ask, new RoundControl());
        } catch (RuntimeException e) {
            clear(agent, ask);
            throw e;
        }
        clear(agent, ask);
        return result;
    }

    private static void clear(Agent agent, ImportRequest ask) {
        if (ask.equals(ImportRequest.newest())) {
            agent.cleanUp().run(() -> false);
        } else {
            agent.cleanUp().runAtOnce(() -> false);
        }
    }

    /** As the daemon does it: failures wait for their time. */
    public RoundResult poll() {
        return round(ImportRequest.newest());
    }

    public RoundResult restore(SnapshotId snapshot) {
        return round(new ImportRequest.Named(snapshot));
    }

    public String liveDatabase() {
        return databases.content(FakeDatabases.LIVE);
    }

    private String nonce() {
        return "nonce-" + nonces++;
    }

    /** What a site that starts now would see: one snapshot's name, or "mixed". */
    public String content() {
        String database = liveDatabase();
        if (liveTrees != trees) {
            return database;
        }
        boolean whole = trees.live().values().stream().allMatch(each -> each.equals(database));
        return whole ? database : "mixed";
    }

    /** Promises 3 and 4, at every moment. */
    private void mustHold() {
        assertThat(liveDatabase())
                .as("the site's name denotes a complete database")
                .isNotEqualTo("partial");
    }

    /** What must hold when nothing is under way. */
    public void assertWhole() {
        assertThat(content()).as("one snapshot").isNotEqualTo("mixed");
        assertThat(site.running()).isTrue();
        assertThat(trees.staged())
                .as("staged files, but for those that wait for the next attempt")
                .allMatch(apply -> store.record()
                        .failedAttempt(SnapshotId.parse(apply.substring(apply.indexOf('-') + 1)))
                        .filter(each -> !each.rejection())
                        .isPresent());
    }
}
