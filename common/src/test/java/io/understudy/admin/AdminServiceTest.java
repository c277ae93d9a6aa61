package io.understudy.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.HostPort;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.testing.FakeTicker;
import io.understudy.transport.RpcServer;
import io.understudy.transport.Transport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Commands of records, over real gRPC. */
@Timeout(60)
class AdminServiceTest {
    record Question(String text, int times) {}

    record Reply(String text, Optional<Instant> when, List<String> parts) {}

    private static final AdminCommand<Question, Reply> REPEAT = AdminCommand.of("repeat", Question.class, Reply.class);
    private static final AdminCommand<AdminCommand.Nothing, Reply> WAIT =
            AdminCommand.of("wait", AdminCommand.Nothing.class, Reply.class);
    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00.123456789Z");

    private final Transport transport = new Transport(Optional.empty());
    private final CountDownLatch waiting = new CountDownLatch(1);
    private final CountDownLatch left = new CountDownLatch(1);
    private RpcServer server;
    private AdminClient client;

    @BeforeEach
    void start() {
        AdminHandlers handlers = new AdminHandlers()
                .on(REPEAT, (question, call) -> {
                    call.progress().report("repeating", 1, question.times());
                    if (question.times() < 0) {
                        throw new UnderstudyException(ErrorCode.USAGE, "cannot repeat less than never", "say a number");
                    }
                    return new Reply(question.text().repeat(question.times()), Optional.of(NOON), List.of("a"));
                })
                .on(WAIT, (nothing, call) -> {
                    call.onCancel(left::countDown);
                    waiting.countDown();
                    await(left);
                    throw new UnderstudyException(ErrorCode.CANCELLED, "cancelled", "again");
                });
        server = transport
                .server(
                        new HostPort("127.0.0.1", 0),
                        List.of(),
                        List.of(new AdminService("example", handlers, new FakeTicker())))
                .start();
        client = client("example");
    }

    @AfterEach
    void stop() {
        left.countDown();
        server.close();
    }

    private AdminClient client(String site) {
        return new AdminClient(site, new HostPort("127.0.0.1", server.port()), transport);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void fails(ErrorCode code, Runnable work) {
        assertThatThrownBy(work::run)
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void carriesRecordsThereAndBackWithProgressBetween() {
        List<String> steps = new ArrayList<>();
        Reply reply = client.call(REPEAT, new Question("é\n", 2), (step, done, total) -> steps.add(step + total));

        assertThat(reply).isEqualTo(new Reply("é\né\n", Optional.of(NOON), List.of("a")));
        assertThat(steps).containsExactly("repeating2");
    }

    @Test
    void failsAsTheHandlerFailed() {
        assertThatThrownBy(() -> client.call(REPEAT, new Question("x", -1), Progress.none()))
                .isInstanceOfSatisfying(UnderstudyException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.USAGE);
                    assertThat(e).hasMessage("cannot repeat less than never");
                    assertThat(e.hint()).isEqualTo("say a number");
                });
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        AdminCommand<Question, Reply> unknown = AdminCommand.of("dance", Question.class, Reply.class);
        AdminCommand<List<?>, Reply> malformed = raw();
        fails(ErrorCode.USAGE, () -> client.call(unknown, new Question("x", 1), Progress.none()));
        fails(ErrorCode.USAGE, () -> client.call(malformed, List.of(1), Progress.none()));
        fails(ErrorCode.WRONG_SITE, () -> client("other").call(REPEAT, new Question("x", 1), Progress.none()));
    }

    @SuppressWarnings("unchecked")
    private static AdminCommand<List<?>, Reply> raw() {
        return new AdminCommand<>("repeat", (Class<List<?>>) (Class<?>) List.class, Reply.class, Optional.empty());
    }

    @Test
    void anAnswerOfAnotherVersionIsToldApart() {
        AdminCommand<Question, Integer> other = AdminCommand.of("repeat", Question.class, Integer.class);
        fails(ErrorCode.AGENT_UNREACHABLE, () -> client.call(other, new Question("x", 1), Progress.none()));
    }

    @Test
    void limitsRequestAndResult() {
        fails(ErrorCode.INTERNAL, () -> client.call(REPEAT, new Question("x".repeat(70_000), 1), Progress.none()));
        fails(ErrorCode.INTERNAL, () -> client.call(REPEAT, new Question("é", 1 << 20), Progress.none()));
        assertThat(client.call(REPEAT, new Question("x", 1_000_000), Progress.none())
                        .text())
                .hasSize(1_000_000);
    }

    /** The handler keeps the thread of its call: the end of the call must reach it all the same. */
    @Test
    void whoLeavesIsNoticedWhileTheHandlerWorks() {
        Thread caller = new Thread(
                () -> fails(ErrorCode.CANCELLED, () -> client.call(WAIT, new AdminCommand.Nothing(), Progress.none())));
        caller.start();
        await(waiting);
        caller.interrupt();

        await(left);
        assertThat(left.getCount()).isZero();
    }

    @Test
    void aCommandHasOneHandler() {
        AdminHandlers handlers = new AdminHandlers().on(REPEAT, (question, call) -> null);
        assertThatThrownBy(() -> handlers.on(REPEAT, (question, call) -> null))
                .isInstanceOf(IllegalStateException.class);
    }
}
