package io.understudy.postgres;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.testing.PostgresServer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CrewTest {
    private final PostgresServer server = PostgresServer.shared();

    @Test
    void returnsWhenAllHaveEnded() {
        AtomicInteger ended = new AtomicInteger();
        try (Crew crew = new Crew("count")) {
            for (int i = 0; i < 5; i++) {
                crew.start(ended::incrementAndGet);
            }
            crew.await();
            assertThat(ended).hasValue(5);
            assertThat(crew.<String>call(() -> "result")).isEqualTo("result");
        }
    }

    @Test
    void endsAllWhenOneFailsAndTellsItsFailure() {
        IllegalStateException failure = new IllegalStateException("first");
        AtomicBoolean interrupted = new AtomicBoolean();
        CountDownLatch waiting = new CountDownLatch(1);
        Crew crew = new Crew("fail");
        try (crew) {
            crew.start(() -> waitForInterrupt(waiting, interrupted));
            crew.start(() -> {
                awaitQuietly(waiting);
                throw failure;
            });
            assertThatThrownBy(crew::await).isSameAs(failure);
        }
        assertThat(interrupted).isTrue();
    }

    @Test
    void cancelsWhatItsSessionsWaitForOnTheServer() {
        String name = server.createDatabase("crew");
        Database database = new Database(server.settings(name));
        Crew crew = new Crew("fail");
        try (crew) {
            crew.start(() -> crew.session(database::open).execute("SELECT pg_sleep(600)"));
            await().until(() -> !sessions(name).isEmpty());
            crew.start(() -> {
                throw new IllegalStateException("enough");
            });
            assertThatThrownBy(crew::await).hasMessage("enough");
        }
        await().until(() -> sessions(name).isEmpty());
    }

    @Test
    void endsTheSessionsOfAGoodEndToo() {
        String name = server.createDatabase("crew");
        try (Crew crew = new Crew("look")) {
            Session session = crew.call(() -> crew.session(new Database(server.settings(name))::open));
            assertThat(session.number("SELECT 1")).isEqualTo(1);
        }
        await().until(() -> sessions(name).isEmpty());
    }

    @Test
    void isCancelledWhenItsOwnerIsInterrupted() throws Exception {
        AtomicBoolean interrupted = new AtomicBoolean();
        CountDownLatch waiting = new CountDownLatch(1);
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        Thread owner = new Thread(() -> {
            try (Crew crew = new Crew("wait")) {
                crew.start(() -> waitForInterrupt(waiting, interrupted));
                crew.await();
            } catch (UnderstudyException e) {
                failure.complete(Thread.currentThread().isInterrupted() ? e : new AssertionError("flag lost", e));
            }
        });
        owner.start();
        waiting.await();
        owner.interrupt();
        assertFails(ErrorCode.CANCELLED, () -> {
            throw failure.get();
        });
        assertThat(interrupted).isTrue();
    }

    private String sessions(String name) {
        return server.psql(
                "postgres",
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'understudy' AND datname = "
                        + PostgresServer.literal(name));
    }

    private static void waitForInterrupt(CountDownLatch waiting, AtomicBoolean interrupted) {
        waiting.countDown();
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            interrupted.set(true);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
