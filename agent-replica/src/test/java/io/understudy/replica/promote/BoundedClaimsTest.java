package io.understudy.replica.promote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.promote.Promotion.Report;
import io.understudy.replica.promote.Promotion.Request;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.repository.EpochClaim;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Of a filestore that takes a request and never answers, as a network file system that is gone. */
@Timeout(120)
class BoundedClaimsTest extends FollowingStandby {
    private static final Set<String> LOCAL = Set.of("requireKey", "held", "server");

    private static final Duration SHORT = Duration.ofMillis(100);
    private static final Duration LONG = Duration.ofMinutes(1);

    private final CountDownLatch back = new CountDownLatch(1);

    @BeforeEach
    void hang() {
        world.fence = bounded(SHORT);
    }

    private BoundedClaims bounded(Duration limit) {
        EpochClaims hanging = (EpochClaims) Proxy.newProxyInstance(
                EpochClaims.class.getClassLoader(), new Class<?>[] {EpochClaims.class}, (proxy, method, arguments) -> {
                    if (!LOCAL.contains(method.getName())) {
                        awaitWhateverInterrupts();
                    }
                    try {
                        return method.invoke(world.claims, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        return new BoundedClaims(hanging, limit);
    }

    private void awaitWhateverInterrupts() {
        boolean open = false;
        while (!open) {
            try {
                open = back.await(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                // As a process that waits for a disk does.
                open = false;
            }
        }
    }

    @AfterEach
    void comeBack() {
        back.countDown();
    }

    @Test
    void aPromotionEndsAndSaysHowToGoOn() {
        assertThatThrownBy(() -> promote(PLAIN)).isInstanceOfSatisfying(UnderstudyException.class, failure -> {
            assertThat(failure.code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
            assertThat(failure).hasMessageContaining("the filestore took longer than");
            assertThat(failure.hint()).contains("--unfenced");
        });
        assertThat(world.store.state()).isInstanceOf(Following.class);
        assertThat(world.marker.on()).isTrue();
    }

    @Test
    void anUnfencedPromotionNeedsNothingOfTheFilestore() {
        for (Request request : new Request[] {UNFENCED, new Request("a test", true, true, false)}) {
            world = following();
            hang();

            Report report = promote(request);

            assertThat(report.claimed()).isFalse();
            assertThat(report.warnings())
                    .extracting(UnderstudyException::code)
                    .contains(ErrorCode.FILESTORE_UNREACHABLE);
            assertThat(world.marker.on()).isFalse();
            assertThat(world.store.state()).isInstanceOf(Promoted.class);
        }
        back.countDown();
        world.fence = bounded(LONG);
        // Calls that were left behind end a moment later, and until then count as calls that wait.
        await().until(() -> {
            world.time.advance(Duration.ofHours(1));
            world.agent().promotion().lead();
            return ((Promoted) world.store.state()).claimed();
        });
    }

    @Test
    void aRemovedMarkerIsAcceptedWithoutIt() {
        world.marker.removeByHand();
        world.agent().promotion().lead();
        assertThat(world.store.state()).isInstanceOf(Promoted.class);
    }

    @Test
    void whatTheClaimsThrowIsThrown() {
        back.countDown();
        world.fence = bounded(LONG);
        world.claims.takenByAnother(2);
        EpochClaim claim = new EpochClaim(2, "standby", Instant.EPOCH, "a test", "a nonce");
        refused(() -> world.fence.requireFree(claim), ErrorCode.EPOCH_TAKEN);
        assertThat(world.fence.next(1)).isEqualTo(3);
    }
}
