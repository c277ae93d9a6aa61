package io.understudy.replica.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeKind;
import io.understudy.replica.fakes.Crash;
import io.understudy.replica.fakes.FakeDatabases;
import io.understudy.replica.state.ReplicaState.Seeding;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.Manifests;
import io.understudy.repository.SnapshotId;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PreparationTest extends StandbyInPreparation {
    @Test
    void anEmptyServerBecomesAStandbyWithoutAQuestion() {
        Preparation preparation = preparation(settings());

        assertThat(preparation.createKey()).contains(folder.resolve("standby.pub.pem"));
        assertThat(preparation.createKey()).isEmpty();
        preparation.requireReady();
        assertThat(preparation.atStake()).isEmpty();
        preparation.enter();

        assertThat(world.marker.on()).isTrue();
        assertThat(world.store.state()).isInstanceOf(Seeding.class);
    }

    @Test
    void saysWhatWillBeReplaced() throws IOException {
        world.databases.create(FakeDatabases.LIVE);
        Files.createDirectories(folder.resolve("media/photos"));
        epochs.hold(new EpochClaim(Optional.of(repository.id()), 1, "primary", NOW, "init", "nonce"));

        assertThat(preparation(settings()).atStake())
                .anySatisfy(each -> assertThat(each).contains("is the primary (epoch 1)"))
                .anySatisfy(each -> assertThat(each).contains("database \"site\" exists"))
                .anySatisfy(each -> assertThat(each).contains("media is not empty"));
    }

    @Test
    void aFormerPrimaryIsNotThePrimaryAnyMore() {
        epochs.hold(new EpochClaim(Optional.of(repository.id()), 1, "primary", NOW, "init", "nonce"));
        repository.epochs().claim(new EpochClaim(2, "other", NOW, "promoted", "another"), key);

        assertThat(preparation(settings()).atStake()).isEmpty();
    }

    @Test
    void refusesWithEveryFaultAtOnceAndWritesNothing() {
        world.databases.refusePreflight(
                new UnderstudyException(ErrorCode.MISSING_ROLE, "role \"editor\" does not exist", "create it"));
        repository.commit(Manifests.sample(new SnapshotId(1, 1)), key);
        Preparation preparation = preparation(settings("media", TreeKind.FILES, List.of("/no/such/program")));

        assertThatThrownBy(preparation::requireReady).isInstanceOfSatisfying(UnderstudyException.class, failure -> {
            assertThat(failure.code()).isEqualTo(ErrorCode.KEY_MISSING);
            assertThat(failure)
                    .hasMessageContaining("standby.pem")
                    .hasMessageContaining("role \"editor\" does not exist")
                    .hasMessageContaining("/no/such/program");
        });
        assertThat(world.marker.on()).isFalse();
        assertThat(world.store.read()).isEmpty();
    }

    @Test
    void aStandbyWhoseMarkerWasGoneBeginsAnewAndKeepsItsDatabase() {
        world.databases.create(FakeDatabases.LIVE);
        world.marker.putByHand(Optional.empty());
        world.source.commit(1, 1);
        world.sync();
        world.marker.removeByHand();

        preparation(settings()).enter();

        assertThat(world.store.state()).isInstanceOf(Seeding.class);
        assertThat(world.store.record().owned())
                .doesNotContain(world.databases.find(FakeDatabases.LIVE).orElseThrow());
    }

    @Test
    void refusesWhileAnApplyWhoseMarkerWasRemovedIsUnfinished() {
        world.databases.create(FakeDatabases.LIVE);
        world.marker.putByHand(Optional.empty());
        world.source.commit(1, 1);
        world.points.dieBefore("restart");
        assertThatThrownBy(world::sync).isInstanceOf(Crash.class);
        world.points.live();
        world.marker.removeByHand();

        assertThatThrownBy(() -> preparation(settings()).enter())
                .isInstanceOfSatisfying(UnderstudyException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(ErrorCode.LOCKED);
                    assertThat(failure.hint()).contains("agent-replica sync");
                });

        assertThat(world.marker.on()).isFalse();
        assertThatThrownBy(world::sync).hasMessageContaining("backup mode");
        preparation(settings()).enter();
        assertThat(world.store.state()).isInstanceOf(Seeding.class);
        assertThat(world.content()).isEqualTo("00000001-00000001");
        assertThat(world.store.record().owned())
                .doesNotContain(world.databases.find(FakeDatabases.LIVE).orElseThrow());
    }

    @Test
    void refusesWhileAPromotionIsUnfinished() {
        world.marker.putByHand(Optional.empty());
        world.source.commit(1, 1);
        world.sync();
        world.points.dieBefore("restart");
        assertThatThrownBy(() -> world.agent()
                        .promotion()
                        .promote(new io.understudy.replica.promote.Promotion.Request("test", false, false, false)))
                .isInstanceOf(Crash.class);

        assertThatThrownBy(() -> preparation(settings()).enter())
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        failure -> assertThat(failure.hint()).contains("agent-replica promote"));

        assertThat(world.marker.on()).isFalse();
    }

    @Test
    void aPromotedServerBecomesAStandbyAgain() {
        world.marker.putByHand(Optional.empty());
        world.source.commit(1, 1);
        world.sync();
        world.agent()
                .promotion()
                .promote(new io.understudy.replica.promote.Promotion.Request("test", false, false, false));

        preparation(settings()).enter();

        assertThat(world.store.state()).isInstanceOf(Seeding.class);
        assertThat(world.marker.on()).isTrue();
    }
}
