package io.understudy.replica.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.admin.AdminClient;
import io.understudy.dns.DnsSwitched;
import io.understudy.dns.FakeNameServer;
import io.understudy.events.Events;
import io.understudy.metrics.Monitoring;
import io.understudy.progress.Progress;
import io.understudy.replica.app.ReplicaCommands.DnsRequest;
import io.understudy.replica.fakes.AgentSettings;
import io.understudy.replica.fakes.Crash;
import io.understudy.replica.fakes.FakeSource;
import io.understudy.replica.fakes.World;
import io.understudy.replica.promote.Promotion;
import io.understudy.replica.round.RoundControl;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.state.StateEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole daemon on fakes, and a name server: it points the names that a promotion left due. */
@Timeout(120)
class PromotedNamesTest {
    private static final Promotion.Request PLAIN = new Promotion.Request("a test", false, false, false);

    @TempDir
    Path folder;

    private final FakeNameServer names = new FakeNameServer();
    private final World world = World.standby();
    private ReplicaAgent agent;

    @BeforeEach
    void follow() {
        world.state = folder;
        world.nameServer = Optional.of(names.address());
        names.set(AgentSettings.NAME, AgentSettings.PRIMARY);
        names.whenUpdated(() -> names.set(AgentSettings.NAME, AgentSettings.STANDBY));
        world.source.commit(1, 1);
        world.sync();
    }

    @AfterEach
    void stop() {
        if (agent != null) {
            agent.close();
        }
        names.close();
    }

    private ReplicaWiring wiring() {
        return world.wiring(world.settings());
    }

    private void start() {
        agent = wiring().daemon(new Monitoring("site", "replica", "test", "memory"));
        agent.start();
    }

    private AdminClient daemon() {
        return new AdminClient(
                "site", StateEntry.REPLICA_SOCKET.in(world.settings().state()));
    }

    private boolean isNoted() {
        return Files.exists(StateEntry.NAMES_DUE.in(world.settings().state()));
    }

    private static void await(Callable<Boolean> condition) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(condition);
    }

    /** The terminal was closed: no process is left that would ask for the names. */
    @Test
    void aPromotionWhoseCommandIsGoneMovesTheNames() {
        start();
        daemon().call(ReplicaCommands.PROMOTE, PLAIN, Progress.none());

        await(() -> names.updated() == 1 && !isNoted());
    }

    @Test
    void aPromotionThatIsKilledWhenItIsNotedMovesTheNamesAfterTheNextStart() {
        world.points.dieBefore("restart");
        assertThatThrownBy(() -> wiring().replica(Events.none()).promote(PLAIN, new RoundControl()))
                .isInstanceOf(Crash.class);
        world.points.live();
        assertThat(names.updated()).isZero();

        start();

        await(() -> names.updated() == 1 && !isNoted());
        assertThat(world.store.state()).isInstanceOf(Promoted.class);
    }

    @Test
    void anAgentThatIsKilledBeforeItSwitchesThemDoesSoAfterTheNextStart() {
        wiring().replica(Events.none()).promote(PLAIN, new RoundControl());

        start();

        await(() -> names.updated() == 1 && !isNoted());
    }

    @Test
    void theCommandGetsWhatCameOfIt() {
        start();
        PromoteResult promoted = daemon().call(ReplicaCommands.PROMOTE, PLAIN, Progress.none());
        DnsSwitched result = daemon().call(
                        ReplicaCommands.DNS_SWITCH,
                        new DnsRequest(false, Optional.of(promoted.epoch())),
                        Progress.none());

        assertThat(result.agrees()).isTrue();
        assertThat(result.changed()).as("whichever of the two was first").isTrue();
        assertThat(names.updated()).isOne();
        assertThat(isNoted()).isFalse();
    }

    @Test
    void aNameServerThatRefusesIsAskedAgain() {
        names.code = 5;
        wiring().replica(Events.none()).promote(PLAIN, new RoundControl());
        start();
        await(() -> names.updated() > 0);
        assertThat(isNoted()).isTrue();

        names.code = 0;
        await(() -> {
            world.time.advance(NamesAfterPromotion.LONGEST);
            return !isNoted();
        });
    }

    /** The marker was written in between: the names are not this server's any more. */
    @Test
    void aServerThatIsAStandbyByThenMovesNoNames() {
        wiring().replica(Events.none()).promote(PLAIN, new RoundControl());
        world.marker.putByHand(Optional.of(FakeSource.id(1, 1)));

        start();

        await(() -> !isNoted());
        assertThat(names.updated()).isZero();
    }
}
