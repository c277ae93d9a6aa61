package io.understudy.replica.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.dns.DnsSwitched;
import io.understudy.dns.FakeNameServer;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.replica.app.ReplicaCommands.DnsRequest;
import io.understudy.replica.fakes.AgentSettings;
import io.understudy.replica.fakes.FakeDatabases;
import io.understudy.replica.fakes.World;
import io.understudy.replica.promote.Promotion;
import io.understudy.replica.state.FailedAttempt;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Repository;
import io.understudy.repository.SampleSite;
import io.understudy.testing.InMemoryFilestore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where the names may be pointed to this server, and what is left to be done after that. */
@Timeout(60)
class NamesSwitchTest {
    @TempDir
    Path folder;

    private final FakeNameServer names = new FakeNameServer();
    private final World world = World.standby();

    @BeforeEach
    void pointToThePrimary() {
        world.state = folder;
        world.nameServer = Optional.of(names.address());
        names.set(AgentSettings.NAME, AgentSettings.PRIMARY);
        names.whenUpdated(() -> names.set(AgentSettings.NAME, AgentSettings.STANDBY));
    }

    @AfterEach
    void stop() {
        names.close();
    }

    private DnsSwitched switched() {
        return NamesSwitch.of(world.wiring(world.settings())).run(new DnsRequest(false), Progress.none());
    }

    /** As a daemon that is started now sees it. */
    private Optional<Integer> due() {
        return world.wiring(world.settings()).names().due(world.store::state);
    }

    private void promote(boolean unfenced) {
        world.source.commit(1, 1);
        world.sync();
        world.agent().promotion().promote(new Promotion.Request("a test", unfenced, false, false));
    }

    /** What its epoch.json says after another server was promoted, whether or not a filestore answers. */
    private void overtaken() {
        SampleSite site = claimedByAnother();
        assertThatThrownBy(() -> epochs().require(site.repository())).hasMessageContaining("epoch 2");
        assertThat(epochs().isKnownOvertaken()).isTrue();
    }

    /** This server holds epoch 1, and did not see that of the other one yet. */
    private SampleSite claimedByAnother() {
        SampleSite site = new SampleSite(new InMemoryFilestore(world.time), world.time.clock());
        epochs().hold(claim(1).of(Optional.of(site.repository().id())));
        site.repository().epochs().claim(claim(2), site.key());
        return site;
    }

    private EpochStore epochs() {
        return new EpochStore(world.settings().state());
    }

    private EpochClaim claim(int epoch) {
        return new EpochClaim(epoch, "server-" + epoch, world.time.now(), "a test", "nonce-" + epoch);
    }

    private void assertRefused(ErrorCode code) {
        assertThatThrownBy(this::switched)
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        failure -> assertThat(failure.code()).isEqualTo(code));
        assertThat(names.updated()).isZero();
    }

    @Test
    void aPromotedServerGetsTheNamesAndNoneAreDueAnyMore() {
        promote(false);
        assertThat(due()).contains(2);

        DnsSwitched result = switched();

        assertThat(result.agrees()).isTrue();
        assertThat(result.changed()).isTrue();
        assertThat(due()).isEmpty();
    }

    @Test
    void whatFailsStaysDue() {
        promote(false);
        names.code = 5;
        assertThat(switched().error()).isPresent();
        assertThat(due()).contains(2);

        names.code = 0;
        switched();
        assertThat(due()).isEmpty();
    }

    /** Resolvers that are slow to agree need time, no second change of the zone. */
    @Test
    void whatWasChangedIsNotDueThoughResolversDoNotAgree() {
        promote(false);
        names.whenUpdated(() -> {});

        DnsSwitched result = switched();

        assertThat(result.agrees()).isFalse();
        assertThat(result.changed()).isTrue();
        assertThat(due()).isEmpty();
    }

    @Test
    void aStandbyGetsNoNames() {
        world.source.commit(1, 1);
        world.sync();

        assertRefused(ErrorCode.BACKUP_MODE);
    }

    /** DNS says there what the other server has, as it is to be: its update would be accepted. */
    @Test
    void anOldPrimaryThatIsFencedGetsNoNames() {
        World old = new World();
        old.databases.create(FakeDatabases.LIVE);
        old.state = world.state;
        old.nameServer = world.nameServer;
        overtaken();

        assertThatThrownBy(() -> NamesSwitch.of(old.wiring(old.settings())).run(new DnsRequest(true), Progress.none()))
                .isInstanceOfSatisfying(UnderstudyException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(ErrorCode.FENCED);
                    assertThat(failure.hint()).contains("agent-replica rejoin");
                });
        assertThat(names.updated()).isZero();
    }

    @Test
    void aPromotedServerThatWasOvertakenSinceGetsNoNames() {
        promote(false);
        overtaken();

        assertRefused(ErrorCode.FENCED);
        assertThat(due()).as("nor does its daemon try again").isEmpty();
    }

    /** It removed its marker, or was promoted while the filestore was away, and another one has the epoch. */
    @Test
    void aServerWhoseClaimWasRefusedGetsNoNames() {
        world.claims.goDown();
        promote(true);
        world.claims.comeBack();
        world.claims.takenByAnother(2);
        world.time.advance(Duration.ofHours(1));
        assertThat(world.agent().promotion().repeatClaim()).isFalse();
        assertRefused(ErrorCode.FENCED);

        world.claims.goDown();
        world.time.advance(Duration.ofHours(1));
        assertThat(world.agent().promotion().repeatClaim()).isFalse();
        assertThat(world.store.record().lastError().map(FailedAttempt::code)).contains(ErrorCode.FILESTORE_UNREACHABLE);
        assertRefused(ErrorCode.FENCED);
    }

    /** As where it could reach neither the filestore nor the name server for a while. */
    @Test
    void thatItWasOvertakenIsFoundInTheFilestoreToo() {
        SampleSite site = claimedByAnother();

        assertThat(new Overtaken(world.store, epochs(), site::repository).getAsBoolean())
                .isTrue();
        epochs().hold(claim(2).of(Optional.of(site.repository().id())));
        assertThat(new Overtaken(world.store, epochs(), site::repository).getAsBoolean())
                .isFalse();
    }

    /** What it was promoted to says it, where the note of the epoch is lost. */
    @Test
    void aPromotedServerWhoseEpochIsLostIsFoundOvertakenToo() {
        promote(false);
        SampleSite site = new SampleSite(new InMemoryFilestore(world.time), world.time.clock());
        site.repository().epochs().claim(claim(2), site.key());
        assertThat(new Overtaken(world.store, epochs(), site::repository).getAsBoolean())
                .isFalse();
        site.repository().epochs().claim(claim(3), site.key());

        assertThat(epochs().known()).isEmpty();
        assertThat(new Overtaken(world.store, epochs(), site::repository).getAsBoolean())
                .isTrue();
    }

    /** It held its epoch once, and its record says that another server's claim stands; forced again, too. */
    @Test
    void aServerThatIsClaimedAndOverruledIsOvertakenWhileItIsMadeThePrimaryOnceMore() {
        promote(false);
        Supplier<Repository> away = () -> {
            throw new UnderstudyException(ErrorCode.FILESTORE_UNREACHABLE, "cannot read", "start it");
        };
        Overtaken overtaken = new Overtaken(world.store, epochs(), away);
        assertThat(overtaken.getAsBoolean()).isFalse();

        world.store.change(record -> record.with(record.state().overruled()));
        assertThat(overtaken.getAsBoolean()).isTrue();
        world.store.change(record ->
                record.with(record.state().reclaim(4, false, record.live().orElseThrow())));
        assertThat(overtaken.getAsBoolean()).isTrue();
    }

    @Test
    void aFilestoreThatIsAwayKeepsNoNamesFromThePrimary() {
        claimedByAnother();
        Supplier<Repository> away = () -> {
            throw new UnderstudyException(ErrorCode.FILESTORE_UNREACHABLE, "cannot read", "start it");
        };

        assertThat(new Overtaken(world.store, epochs(), away).getAsBoolean()).isFalse();
    }

    /** What it noted when it was fenced is of an earlier time as the primary. */
    @Test
    void aServerThatIsPromotedAgainWhileTheFilestoreIsAwayGetsTheNames() {
        overtaken();
        world.claims.goDown();
        promote(true);

        assertThat(switched().agrees()).isTrue();
        assertThat(due()).isEmpty();
    }
}
