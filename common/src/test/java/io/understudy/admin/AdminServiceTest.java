package io.understudy.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.audit.AuditLog;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.state.StateEntry;
import io.understudy.testing.FakeTicker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands of records, over a real socket. */
@Timeout(120)
class AdminServiceTest {
    record Question(String text, int times) {}

    record Reply(String text, Optional<Instant> when, List<String> parts) {}

    private static final AdminCommand<Question, Reply> REPEAT = AdminCommand.of("repeat", Question.class, Reply.class);
    private static final AdminCommand<AdminCommand.Nothing, Reply> WAIT =
            AdminCommand.of("wait", AdminCommand.Nothing.class, Reply.class);
    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00.123456789Z");

    @TempDir
    private Path state;

    private final CountDownLatch waiting = new CountDownLatch(1);
    private final CountDownLatch left = new CountDownLatch(1);
    private AdminServer server;
    private AdminClient client;

    @BeforeEach
    void start() {
        FakeTicker ticker = new FakeTicker();
        AuditLog audit = new AuditLog(state, "agent-test", ticker.clock(), ticker, Events.none());
        AdminHandlers handlers = new AdminHandlers(audit)
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
        AdminService service = new AdminService("example", handlers, ticker);
        server = new AdminServer(socket(), service, audit, Events.none(), ticker).start();
        client = client("example");
    }

    @AfterEach
    void stop() {
        left.countDown();
        server.close();
    }

    private AdminClient client(String site) {
        return new AdminClient(site, socket());
    }

    private Path socket() {
        return StateEntry.REPLICA_SOCKET.in(state);
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
    void whatChangesSomethingIsAuditedWithItsEnd() throws IOException {
        AdminCommand<Question, Reply> looks =
                AdminCommand.quick("look", Question.class, Reply.class, Duration.ofSeconds(9));
        client.call(REPEAT, new Question("x", 1), Progress.none());
        fails(ErrorCode.USAGE, () -> client.call(REPEAT, new Question("x", -1), Progress.none()));
        fails(ErrorCode.USAGE, () -> client.call(looks, new Question("x", 1), Progress.none()));

        List<String> lines = Files.readAllLines(StateEntry.AUDIT.in(state));
        assertThat(lines).hasSize(4);
        assertThat(lines.get(0))
                .contains(
                        "\"what\":\"repeat\"",
                        "\"outcome\":\"asked\"",
                        "\\\"times\\\":1",
                        "(uid ",
                        socket().toString());
        assertThat(lines.get(1)).contains("\"outcome\":\"done\"");
        assertThat(lines.get(3)).contains("\"outcome\":\"failed: usage\"");
    }

    @Test
    void aDaemonThatDoesNotAnswerIsNotAwaitedLongerThanACommandAllows() {
        AdminCommand<AdminCommand.Nothing, Reply> hasty =
                AdminCommand.quick("wait", AdminCommand.Nothing.class, Reply.class, Duration.ofMillis(50));
        assertThatThrownBy(() -> client.call(hasty, new AdminCommand.Nothing(), Progress.none()))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.AGENT_UNREACHABLE))
                .hasMessageContaining("no answer to wait within");
    }

    @Test
    void aCommandHasOneHandler() {
        AdminHandlers handlers = new AdminHandlers(null).on(REPEAT, (question, call) -> null);
        assertThatThrownBy(() -> handlers.on(REPEAT, (question, call) -> null))
                .isInstanceOf(IllegalStateException.class);
    }
}
