package io.understudy.replica.fakes;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.events.Events;
import io.understudy.files.TreeKind;
import io.understudy.replica.apply.Applier;
import io.understudy.replica.apply.CleanUp;
import io.understudy.replica.apply.IntentWriter;
import io.understudy.replica.promote.Promotion;
import io.understudy.replica.round.ImportRequest;
import io.understudy.replica.round.Inspection;
import io.understudy.replica.round.Round;
import io.understudy.replica.round.RoundControl;
import io.understudy.replica.round.RoundResult;
import io.understudy.replica.round.StateReconciler;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.replica.state.RetryLog;
import io.understudy.replica.state.RetryPolicy;
import io.understudy.repository.SnapshotId;
import io.understudy.testing.FakeTicker;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * A standby made of fakes. What they hold survives a crash; {@link #agent()} is a process, created again after each.
 */
public final class World {
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
    private int nonces;
    public Events events = Events.none();

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
    public record Agent(Round round, Applier applier, IntentWriter departure, Promotion promotion, CleanUp cleanUp) {}

    public Agent agent() {
        RetryLog failures = new RetryLog(time.clock(), new RetryPolicy(new Random(1)));
        Applier applier =
                new Applier(store, marker, databases, trees, trees, site, failures, events, time.clock(), time);
        IntentWriter departure = new IntentWriter(store, marker, databases, trees, time.clock());
        StateReconciler standing = new StateReconciler(store, marker, databases, events, time.clock());
        Promotion promotion = new Promotion(
                store, marker, standing, applier, claims, site, failures, events, this::nonce, time.clock(), time);
        Round round = new Round(
                store,
                marker,
                standing,
                source,
                databases,
                trees,
                departure,
                applier,
                failures,
                events,
                inspection(),
                List.of(new TreeSettings("media", TreeKind.FILES, Path.of("/srv/media"), List.of())),
                time.clock(),
                time);
        CleanUp cleanUp = new CleanUp(store, databases, trees, databases, failures, events, time.clock());
        return new Agent(round, applier, departure, promotion, cleanUp);
    }

    public Inspection inspection() {
        return new Inspection(store, marker, databases, trees, trees, source);
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
            agent.cleanUp().run(() -> false);
            throw e;
        }
        agent.cleanUp().run(() -> false);
        return result;
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
        assertThat(trees.staged()).as("staged files").isEmpty();
    }
}
