package io.understudy.replica.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.filestore.Filestore;
import io.understudy.metrics.Probe;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.replica.fakes.World;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaState;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Repository;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.FastSignatures;
import io.understudy.testing.InMemoryFilestore;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server without a marker, which is ready where the primary's agent there is. */
class ReadinessTest {
    private static final DatabaseVersion LIVE = DatabaseVersion.foreign(new DatabaseIdentity(1, 1));

    @TempDir
    Path state;

    private final World world = World.standby();
    private final SigningKey key = FastSignatures.key();
    private final Filestore filestore = new InMemoryFilestore();
    private Repository repository;
    private EpochStore epochs;
    private Readiness readiness;

    @BeforeEach
    void withoutAMarker() {
        repository = Repository.create(
                filestore, UUID.randomUUID(), "example", TrustedKeys.of(key.publicKey()), world.time.clock());
        epochs = new EpochStore(state);
        readiness = new Readiness(world.marker, world.store, world.inspection(), epochs, new DaemonStatus("memory:"));
        world.marker.removeByHand();
    }

    @Test
    void oneThatWasNeverInitialisedIsNotReady() {
        assertThat(readiness.probe())
                .isEqualTo(new Probe(false, "no epoch: this server was neither initialised nor promoted"));
    }

    @Test
    void thePrimaryIsReadyUntilItsEpochIsOver() {
        holds(1);
        assertThat(readiness.probe().ok()).isTrue();

        anotherIsPromoted(2);

        assertThat(readiness.probe()).isEqualTo(new Probe(false, "fenced: epoch 2 of another server was seen"));
    }

    @Test
    void oneThatWasPromotedIsReadyUntilItsEpochIsOver() {
        holds(2);
        is(new Promoted(LIVE, 2, true, false, world.time.now()));
        assertThat(readiness.probe().ok()).isTrue();

        anotherIsPromoted(3);

        assertThat(readiness.probe().text()).startsWith("fenced: epoch 3");
    }

    @Test
    void oneWhoseClaimIsAnotherServersIsFenced() {
        is(new Promoted(LIVE, 2, false, false, world.time.now()));
        assertThat(readiness.probe().text()).isEqualTo("promoted, but epoch 2 is yet to be claimed");

        is(world.store.state().overruled());

        assertThat(readiness.probe())
                .isEqualTo(new Probe(false, "fenced: epoch 2, which it was promoted to, is another server's"));
    }

    /** As where it held that epoch once, and its note of it is lost, or is of a former one. */
    @Test
    void soIsOneThatHeldItAndWhileItIsMadeThePrimaryOnceMore() {
        holds(1);
        Promoted overruled = new Promoted(LIVE, 2, true, false, world.time.now(), Optional.of(true));
        is(overruled);
        assertThat(readiness.probe().text()).startsWith("fenced: epoch 2");

        is(overruled.reclaim(4, false, LIVE));
        assertThat(readiness.probe().text()).startsWith("fenced: epoch 2");
    }

    /** It is a promotion, and the epoch that was over is one of an earlier time. */
    @Test
    void aStandbyWhoseMarkerWasJustRemovedIsNotFenced() {
        holds(1);
        anotherIsPromoted(2);

        is(new Following(LIVE, true, world.time.now(), Optional.empty()));

        assertThat(readiness.probe().ok()).isTrue();
    }

    private void holds(int epoch) {
        EpochClaim own = new EpochClaim(Optional.of(repository.id()), epoch, "a", world.time.now(), "init", "nonce");
        repository.epochs().claim(own, key);
        epochs.hold(own);
    }

    /** The primary's agent here has seen it. */
    private void anotherIsPromoted(int epoch) {
        repository.epochs().claim(new EpochClaim(epoch, "b", world.time.now(), "promote", "theirs"), key);
        assertThatThrownBy(() -> epochs.require(repository)).hasMessageContaining("epoch " + epoch);
    }

    private void is(ReplicaState next) {
        world.store.change(record -> record.with(next));
    }
}
