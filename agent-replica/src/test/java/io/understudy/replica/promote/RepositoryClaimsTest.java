package io.understudy.replica.promote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.Settings.CommitRule;
import io.understudy.config.Settings.SigningSettings;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.replica.fakes.World;
import io.understudy.replica.promote.Promotion.Report;
import io.understudy.replica.promote.Promotion.Request;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Repository;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.FastSignatures;
import io.understudy.testing.Faults;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.testing.SeveralInMemory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RepositoryClaimsTest {
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    @TempDir
    Path folder;

    private final InMemoryFilestore filestore = new InMemoryFilestore();
    private Path key;
    private Repository repository;
    private EpochStore epochs;

    @BeforeEach
    void create() {
        key = folder.resolve("signing.pem");
        TrustedKeys trusted = TrustedKeys.of(FastSignatures.key(key).publicKey());
        Repository.create(filestore, UUID.randomUUID(), "example", TrustedKeys.of(), Clock.systemUTC());
        repository = Repository.open(filestore, "example", trusted);
        epochs = new EpochStore(folder.resolve("state"));
    }

    private RepositoryClaims claims(String server, Optional<Path> privateKey) {
        return new RepositoryClaims(() -> repository, new SigningSettings(privateKey, List.of()), epochs, server);
    }

    @Test
    void claimsForThePrimarysAgentOfThisHost() {
        EpochClaim claim = new EpochClaim(1, "standby", NOW, "a test", "a nonce");

        claims("standby", Optional.of(key)).claim(claim);
        assertThat(claims("standby", Optional.of(key)).held()).isZero();
        claims("standby", Optional.of(key)).hold(claim);

        assertThat(repository.epochs().highest()).isEqualTo(1);
        assertThat(epochs.require(repository)).isEqualTo(1);
        assertThat(claims("standby", Optional.of(key)).held()).isEqualTo(1);
        assertThat(claims("standby", Optional.of(key)).stands(claim)).isTrue();
        assertThat(claims("standby", Optional.of(key)).highest(0)).isEqualTo(1);
    }

    @Test
    void repeatsItsOwnClaimButNotAnothers() {
        EpochClaim mine = new EpochClaim(1, "standby", NOW, "a test", "mine");
        EpochClaim other = new EpochClaim(1, "standby", NOW, "a test", "other");
        claims("standby", Optional.of(key)).claim(mine);
        claims("standby", Optional.of(key)).claim(mine);

        refused(() -> claims("another", Optional.of(key)).claim(other), ErrorCode.EPOCH_TAKEN);
        assertThat(claims("another", Optional.of(key)).stands(other)).isFalse();
    }

    @Test
    void whatNobodyHereCanBelieveIsAnothers() {
        EpochClaim mine = new EpochClaim(2, "standby", NOW, "a test", "mine");
        filestore.put("epochs/00000002.json", Content.of("garbage\n".getBytes(StandardCharsets.UTF_8)));
        assertThat(claims("standby", Optional.of(key)).stands(mine)).isFalse();

        filestore.delete("epochs/00000002.json");
        Path stranger = folder.resolve("stranger.pem");
        SigningKey.generate(stranger);
        claims("stranger", Optional.of(stranger)).claim(mine);
        assertThat(claims("standby", Optional.of(key)).stands(mine)).isFalse();
    }

    /** It may be another server's: that this one may go unfenced is no word on it, only force goes past it. */
    @ParameterizedTest
    @ValueSource(strings = {"garbage\n", "{\"epoch\":2}\n", ""})
    void aDamagedClaimStopsAPromotionUnlessItIsForced(String damage) {
        World world = FollowingStandby.following();
        world.fence = claims("standby", Optional.of(key));
        filestore.put("epochs/00000002.json", Content.of(damage.getBytes(StandardCharsets.UTF_8)));

        for (Request request : List.of(FollowingStandby.PLAIN, FollowingStandby.UNFENCED)) {
            assertThatThrownBy(() -> world.agent().promotion().promote(request))
                    .isInstanceOfSatisfying(UnderstudyException.class, failure -> {
                        assertThat(failure.code()).isEqualTo(ErrorCode.EPOCH_TAKEN);
                        assertThat(failure)
                                .hasMessageContaining("it stays in backup mode")
                                .hasMessageContaining("without a trusted signature");
                        assertThat(failure.hint()).contains("agent-replica promote --force");
                    });
            assertThat(world.marker.on()).isTrue();
            assertThat(world.store.state()).isInstanceOf(Following.class);
        }

        Report report = world.agent().promotion().promote(FollowingStandby.FORCED);

        assertThat(report.claimed()).isTrue();
        assertThat(report.epoch()).isEqualTo(3);
        assertThat(report.warnings()).extracting(UnderstudyException::code).containsExactly(ErrorCode.REPOSITORY_OLDER);
        assertThat(world.marker.on()).isFalse();
        assertThat(epochs.require(repository)).isEqualTo(3);
    }

    /** No agent gives this number, so no server holds that epoch: nothing has to be forced. */
    @ParameterizedTest
    @ValueSource(strings = {"epochs/99999999.json", "epochs/99999998.json", "epochs/00001500.json"})
    void junkFarOffStopsNoPromotionAndIsReported(String junk) {
        World world = FollowingStandby.following();
        world.fence = claims("standby", Optional.of(key));
        filestore.put(junk, Content.of("junk\n".getBytes(StandardCharsets.UTF_8)));

        Report report = world.agent().promotion().promote(FollowingStandby.PLAIN);

        assertThat(report.epoch()).isEqualTo(2);
        assertThat(report.claimed()).isTrue();
        assertThat(report.warnings())
                .anySatisfy(each -> assertThat(each).hasMessageContaining(junk + " is junk and is passed over"));
        assertThat(epochs.require(repository)).isEqualTo(2);
        assertThat(world.agent().promotion().promote(FollowingStandby.FORCED).already())
                .isTrue();
    }

    /** Each in a filestore that the other did not reach: the one that is to stay may have written either claim. */
    @ParameterizedTest
    @ValueSource(strings = {"main", "second"})
    void forceGoesPastAnEpochThatTwoServersClaimed(String own) {
        InMemoryFilestore second = new InMemoryFilestore();
        FakeTicker time = new FakeTicker();
        TrustedKeys trusted = TrustedKeys.of(SigningKey.load(key).publicKey());
        Supplier<Repository> both = () -> Repository.create(
                SeveralInMemory.of(CommitRule.ALL, time, Map.of(), filestore, second),
                repository.id(),
                "example",
                trusted,
                time.clock());
        Repository.create(second, repository.id(), "example", trusted, time.clock());
        both.get().epochs().claim(new EpochClaim(1, "primary", NOW, "init", "first"), SigningKey.load(key));
        EpochClaim mine = new EpochClaim(2, "standby", NOW, "promote", "mine");
        EpochClaim other = new EpochClaim(2, "another", NOW, "promote", "other");
        claimIn(filestore, own.equals("main") ? mine : other);
        claimIn(second, own.equals("main") ? other : mine);

        EpochClaiming claiming = new EpochClaiming(
                new RepositoryClaims(both, new SigningSettings(Optional.of(key), List.of()), epochs, "standby"),
                Events.none(),
                () -> "a new one",
                time.clock());
        EpochClaim next = claiming.next(Optional.of(mine), 1, FollowingStandby.FORCED);

        assertThat(next.epoch()).isEqualTo(3);
        claiming.requireFree(next, FollowingStandby.FORCED);
        assertThat(claiming.claim(next, false)).isEmpty();
        assertThat(both.get().epochs().stands(next)).isTrue();
    }

    private void claimIn(InMemoryFilestore store, EpochClaim claim) {
        Repository.open(store, "example", TrustedKeys.of(SigningKey.load(key).publicKey()))
                .epochs()
                .claim(claim, SigningKey.load(key));
    }

    /** A number is left for each promotion, however many objects lie there. */
    @Test
    void forceGoesPastWhatIsInReachAndNoFurther() {
        World world = FollowingStandby.following();
        world.fence = claims("standby", Optional.of(key));
        for (int epoch : List.of(2, 900, 1_800, 99_999_999)) {
            filestore.put(
                    String.format("epochs/%08d.json", epoch), Content.of("junk\n".getBytes(StandardCharsets.UTF_8)));
        }

        assertThatThrownBy(() -> world.agent().promotion().promote(FollowingStandby.PLAIN))
                .isInstanceOfSatisfying(UnderstudyException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(ErrorCode.EPOCH_TAKEN);
                    assertThat(failure.hint())
                            .contains("signed epochs/00000002.json")
                            .contains("--force");
                });
        assertThat(world.store.state()).isInstanceOf(Following.class);
        assertThat(world.store.record().claim()).isEmpty();

        Report report = world.agent().promotion().promote(FollowingStandby.FORCED);

        assertThat(report.epoch()).isEqualTo(1_801);
        assertThat(epochs.require(repository)).isEqualTo(1_801);
    }

    @Test
    void aDamagedRepositoryIsPassedUnfencedAndClaimedWhenItIsMended() throws IOException {
        World world = FollowingStandby.following();
        TrustedKeys trusted = TrustedKeys.of(SigningKey.load(key).publicKey());
        world.fence = new RepositoryClaims(
                () -> Repository.open(filestore, "example", trusted),
                new SigningSettings(Optional.of(key), List.of()),
                epochs,
                "standby");
        byte[] sound = filestore.open("understudy.json", 0).readAllBytes();
        filestore.put("understudy.json", Content.of("garbage\n".getBytes(StandardCharsets.UTF_8)));

        assertThatThrownBy(() -> world.agent().promotion().promote(FollowingStandby.PLAIN))
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        failure -> assertThat(failure.hint()).contains("agent-replica promote --unfenced"));
        assertThat(world.marker.on()).isTrue();

        Report report = world.agent().promotion().promote(FollowingStandby.UNFENCED);

        assertThat(report.claimed()).isFalse();
        assertThat(report.warnings()).hasSize(1);
        assertThat(world.marker.on()).isFalse();
        filestore.put("understudy.json", Content.of(sound));
        world.time.advance(Duration.ofHours(1));
        assertThat(world.agent().promotion().repeatClaim()).isTrue();
        assertThat(repository.epochs().highest()).isEqualTo(2);
    }

    /** A server that knows the repository needs nothing of an object that nobody signs; with the fence. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "garbage\n",
                "",
                "{\"format\":2,\"repository\":\"00000000-0000-0007-0000-000000000008\",\"site\":\"example\"}"
            })
    void aJunkIdentityStopsNoPromotion(String junk) {
        World world = FollowingStandby.following();
        TrustedKeys trusted = TrustedKeys.of(SigningKey.load(key).publicKey());
        repository.epochs().claim(new EpochClaim(1, "primary", NOW, "init", "first"), SigningKey.load(key));
        filestore.put("understudy.json", Content.of(junk.getBytes(StandardCharsets.UTF_8)));
        world.fence = new RepositoryClaims(
                () -> Repository.open(filestore, "example", trusted, Clock.systemUTC(), Optional.of(repository.id())),
                new SigningSettings(Optional.of(key), List.of()),
                epochs,
                "standby");

        Report report = world.agent().promotion().promote(FollowingStandby.PLAIN);

        assertThat(report.claimed()).isTrue();
        assertThat(repository.epochs().highest()).isEqualTo(2);
        assertThat(report.warnings())
                .anySatisfy(each -> assertThat(each.hint()).contains("agent-primary init --repair"));
    }

    @Test
    void aFilestoreThatIsAwaySaysNothingOfAClaim() {
        EpochClaim mine = new EpochClaim(2, "standby", NOW, "a test", "mine");
        filestore.inject(Faults.always(new Faults.Fail(ErrorCode.FILESTORE_UNREACHABLE)));

        refused(() -> claims("standby", Optional.of(key)).stands(mine), ErrorCode.FILESTORE_UNREACHABLE);
    }

    @Test
    void needsAKey() {
        refused(() -> claims("standby", Optional.empty()).requireKey(), ErrorCode.KEY_MISSING);
        refused(() -> claims("standby", Optional.of(folder.resolve("none.pem"))).requireKey(), ErrorCode.KEY_MISSING);
    }

    private static void refused(ThrowingCallable work, ErrorCode code) {
        assertThatThrownBy(work)
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        failure -> assertThat(failure.code()).isEqualTo(code));
    }
}
