package io.understudy.replica.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.events.Events;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.postgres.DatabaseNames;
import io.understudy.postgres.Databases;
import io.understudy.process.SystemCommandRunner;
import io.understudy.progress.Progress;
import io.understudy.replica.app.ReplicaWiring;
import io.understudy.replica.apply.Applier;
import io.understudy.replica.apply.CleanUp;
import io.understudy.replica.apply.DatabaseSwap;
import io.understudy.replica.apply.IntentWriter;
import io.understudy.replica.fakes.AgentSettings;
import io.understudy.replica.fakes.World;
import io.understudy.replica.promote.Promotion;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.repository.Manifest;
import io.understudy.testing.FakeSiteService;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.PostgresServer;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Old copies on a real server that can't be dropped: they block nothing, and are dropped when they can be. */
@Timeout(240)
@Tag("slow")
class UndroppableDatabaseTest {
    private final PostgresServer server = PostgresServer.shared();
    private final MemoryBlobs blobs = new MemoryBlobs();
    private final String site = server.newName("site");
    private final DatabaseNames names = DatabaseNames.of(site);
    private final World world = World.standby();
    private final Databases databases = new Databases(new Database(server.settings(site)), Ticker.system());
    private DatabaseIdentity original;
    private DatabaseSwap swap;
    private DatabaseLoader loader;
    private Applier applier;
    private IntentWriter intents;
    private CleanUp cleanUp;
    private Promotion promotion;

    @TempDir
    private Path state;

    @BeforeEach
    void build() {
        server.psql("postgres", "CREATE DATABASE " + PostgresServer.quoted(site) + ";");
        original = databases.named(site).orElseThrow();
        swap = new DatabaseSwap(new Database(server.settings(site)), Ticker.system());
        loader = new DatabaseLoader(server.settings(site), state, new SystemCommandRunner(state), Ticker.system());
        ReplicaWiring wiring = world.wiring(AgentSettings.in(state, List.of()), swap, loader, new FakeSiteService());
        Events none = Events.none();
        applier = wiring.applier(none);
        intents = wiring.intents();
        cleanUp = wiring.cleanUp(none);
        promotion = wiring.promotion(none);
    }

    @Test
    void aTemplateIsInNobodysWayAndGoesWhenItIsNoneAnyMore() {
        Manifest manifest = snapshot("CREATE TABLE t (a int);");
        round(manifest, 1);
        DatabaseIdentity marked = databases.named(site).orElseThrow();
        server.psql("postgres", "ALTER DATABASE " + PostgresServer.quoted(site) + " IS_TEMPLATE true;");
        round(manifest, 2);
        round(manifest, 3);
        round(manifest, 4);

        assertThat(swap.retired())
                .containsExactlyInAnyOrder(marked, loader.base().orElseThrow().database());
        assertThat(world.store.state()).isInstanceOf(Following.class);
        assertThat(world.store.record().cleanUp().orElseThrow().failure().orElseThrow())
                .satisfies(failure -> assertThat(failure.message()).contains("it is marked as a template"))
                .satisfies(failure -> assertThat(failure.hint()).contains("IS_TEMPLATE false"));

        promotion.promote(new Promotion.Request("a test", false, false, false));
        assertThat(world.store.state()).isInstanceOf(Promoted.class);

        String name = databases.name(marked).orElseThrow();
        server.psql("postgres", "ALTER DATABASE " + PostgresServer.quoted(name) + " IS_TEMPLATE false;");
        clearUpLater();
        assertThat(swap.retired()).isEmpty();
        assertThat(databases.name(original)).contains(names.aside(1));
        assertThat(databases.all().values()).contains(site, names.previous()).doesNotContain(name);
    }

    @Test
    void aCopyThatAnOperatorRenamedToKeepIsNotDropped() {
        Manifest manifest = snapshot("CREATE TABLE t (a int);");
        round(manifest, 1);
        server.psql("postgres", "ALTER DATABASE " + PostgresServer.quoted(site) + " IS_TEMPLATE true;");
        round(manifest, 2);
        round(manifest, 3);
        DatabaseIdentity marked = swap.retired().iterator().next();
        String kept = server.newName("kept");
        server.psql(
                "postgres",
                "ALTER DATABASE " + PostgresServer.quoted(databases.name(marked).orElseThrow()) + " RENAME TO "
                        + PostgresServer.quoted(kept) + "; ALTER DATABASE " + PostgresServer.quoted(kept)
                        + " IS_TEMPLATE false;");

        clearUpLater();

        assertThat(databases.name(marked)).contains(kept);
        assertThat(world.store.record().cleanUp()).isEmpty();
    }

    /** Our own DROP SUBSCRIPTION in an old copy is DDL. */
    @Test
    void aSubscriptionAndAnEventTriggerThatForbidsDdlHoldUpNoDrop() {
        Manifest manifest = snapshot("CREATE TABLE t (a int);"
                + " CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port=1' PUBLICATION p WITH (connect = false);"
                + " CREATE FUNCTION forbid() RETURNS event_trigger LANGUAGE plpgsql AS"
                + " $$ BEGIN RAISE EXCEPTION 'no DDL here'; END $$;"
                + " CREATE EVENT TRIGGER forbid ON ddl_command_start EXECUTE FUNCTION forbid();"
                + " ALTER EVENT TRIGGER forbid ENABLE ALWAYS;");
        for (int sequence = 1; sequence < 5; sequence++) {
            round(manifest, sequence);
        }

        assertThat(swap.retired()).containsExactly(loader.base().orElseThrow().database());
        assertThat(world.store.record().cleanUp()).isEmpty();
        promotion.promote(new Promotion.Request("a test", false, false, false));
        assertThat(world.store.state()).isInstanceOf(Promoted.class);
        clearUpLater();
        assertThat(swap.retired()).isEmpty();
    }

    @Tag("always")
    @Test
    void aSpareThatCannotBeDroppedGivesUpItsName() {
        Manifest manifest = snapshot("CREATE TABLE t (a int);");
        DatabaseIdentity first = load(manifest, 1).database();
        server.psql("postgres", "ALTER DATABASE " + PostgresServer.quoted(names.spare()) + " IS_TEMPLATE true;");

        round(manifest, 2);

        assertThat(swap.retired()).containsExactly(first);
        assertThat(world.store.state()).isInstanceOf(Following.class);
    }

    @Test
    void rollsBackThoughTheSpareAndWhatIsUndoneCannotBeDropped() {
        Manifest manifest = snapshot("CREATE TABLE t (a int);");
        round(manifest, 1);
        round(manifest, 2);
        DatabaseIdentity undone = databases.named(site).orElseThrow();
        server.psql("postgres", "ALTER DATABASE " + PostgresServer.quoted(site) + " IS_TEMPLATE true;");
        DatabaseIdentity spare = load(manifest, 3).database();
        server.psql("postgres", "ALTER DATABASE " + PostgresServer.quoted(names.spare()) + " IS_TEMPLATE true;");

        intents.rollback();
        applier.finish();
        cleanUp.run(() -> false);

        assertThat(world.store.record().live().orElseThrow().snapshot()).hasToString("Optional[00000001-00000001]");
        assertThat(swap.retired()).containsExactly(undone);
        round(manifest, 4);
        assertThat(swap.retired()).containsExactlyInAnyOrder(undone, spare);
    }

    private Manifest snapshot(String script) {
        String source = server.createDatabase("source");
        server.psql(source, script);
        return new RealSnapshot(server, blobs, state).of(source, 1);
    }

    private DatabaseVersion load(Manifest manifest, int sequence) {
        Manifest numbered = RealSnapshot.manifest(
                manifest.database(),
                sequence,
                manifest.versions().postgres(),
                manifest.versions().tools());
        DatabaseIdentity fresh = loader.load(numbered, blobs, Progress.none());
        world.store.change(record -> record.withOwned(fresh));
        return new DatabaseVersion(
                fresh,
                Optional.of(numbered.snapshot()),
                Optional.of(manifest.moment()),
                Optional.of(world.trees.prepare(numbered, blobs, Progress.none())));
    }

    /** The steps of a round that touch databases. */
    private void round(Manifest manifest, int sequence) {
        DatabaseVersion fresh = load(manifest, sequence);
        intents.forward(fresh);
        assertThat(applier.finish().undone()).isEmpty();
        cleanUp.run(() -> false);
        assertThat(databases.named(site)).contains(fresh.database());
        assertThat(databases.named(names.spare())).isEmpty();
        assertThat(databases.name(original)).isPresent();
    }

    private void clearUpLater() {
        world.time.advance(Duration.ofHours(2));
        cleanUp.run(() -> false);
        Map<DatabaseIdentity, String> all = databases.all();
        assertThat(all).containsKey(original);
        assertThat(all.values()).contains(site);
    }
}
