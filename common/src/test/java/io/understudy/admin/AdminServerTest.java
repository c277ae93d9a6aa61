package io.understudy.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.Uninterruptibles;
import io.understudy.audit.AuditLog;
import io.understudy.audit.AuditVerification;
import io.understudy.audit.Caller;
import io.understudy.events.CommonEvent;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.state.StateEntry;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.OtherUser;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets to the socket, and what becomes of the socket itself. */
@Timeout(120)
class AdminServerTest {
    record Answer(String text) {}

    private static final AdminCommand<AdminCommand.Nothing, Answer> PROMOTE =
            AdminCommand.of("promote", AdminCommand.Nothing.class, Answer.class);

    private static final AdminCommand<AdminCommand.Nothing, Answer> SYNC =
            AdminCommand.of("sync", AdminCommand.Nothing.class, Answer.class);

    @TempDir
    private Path folder;

    private final FakeTicker ticker = new FakeTicker();
    private final List<Event> reported = new CopyOnWriteArrayList<>();
    private final Events events = new Events(ticker.clock(), (event, at) -> reported.add(event));
    private final List<AdminServer> servers = new ArrayList<>();
    private final CountDownLatch blocked = new CountDownLatch(1);
    private final AtomicInteger done = new AtomicInteger();

    @AfterEach
    void stop() {
        blocked.countDown();
        servers.forEach(AdminServer::close);
    }

    private AdminServer server(Path state) {
        AuditLog audit = new AuditLog(state, "agent-test", ticker.clock(), ticker, events);
        AdminHandlers handlers = new AdminHandlers(audit).on(PROMOTE, (nothing, call) -> {
            done.incrementAndGet();
            for (int i = 0; i < 100_000 && blocked.getCount() > 0; i++) {
                call.progress().report("step " + i, i, -1);
            }
            return new Answer("promoted");
        });
        handlers.on(SYNC, (nothing, call) -> {
            done.incrementAndGet();
            Uninterruptibles.awaitUninterruptibly(blocked);
            return new Answer("synced");
        });
        AdminServer server =
                new AdminServer(socket(state), new AdminService("example", handlers, ticker), audit, events, ticker);
        servers.add(server);
        return server;
    }

    private static Path socket(Path state) {
        return StateEntry.REPLICA_SOCKET.in(state);
    }

    private static String ask(Path state) {
        return ask(state, PROMOTE);
    }

    private static String ask(Path state, AdminCommand<AdminCommand.Nothing, Answer> command) {
        return new AdminClient("example", socket(state))
                .call(command, new AdminCommand.Nothing(), Progress.none())
                .text();
    }

    @Test
    void aCallerLearnsThatAStoppedAgentDoesNotTakeItsCommand() throws Exception {
        Path state = Files.createDirectory(folder.resolve("state"));
        CompletableFuture<String> silence = new CompletableFuture<>();
        // The system accepts for a process that is stopped: as here, where no code does.
        try (ServerSocketChannel stopped = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            stopped.bind(UnixDomainSocketAddress.of(socket(state)));
            AdminClient client = new AdminClient("example", socket(state), (patience, note) -> note.run());
            CompletableFuture<Void> call = CompletableFuture.runAsync(() ->
                    client.call(PROMOTE, new AdminCommand.Nothing(), (step, done, total) -> silence.complete(step)));
            assertThat(silence.get()).contains("not taken the command", "stopped");
            stopped.accept().close();
            assertThatThrownBy(call::join).hasCauseInstanceOf(UnderstudyException.class);
        }
    }

    /** The longest that is taken as it is, and those that are reached through a link. */
    @ParameterizedTest
    @ValueSource(ints = {105, 106, 107, 108, 109, 200})
    void aPathOfAnyLengthServes(int length) throws Exception {
        int rest = length - socket(folder.resolve("x")).toString().length();
        Path state = folder.resolve("x".repeat(1 + Math.max(0, rest)));
        assertThat(socket(state).toString().length()).isEqualTo(length);
        Files.createDirectory(state);
        blocked.countDown();
        server(state).start();
        assertThat(ask(state)).isEqualTo("promoted");
    }

    @Test
    void aCommandThatIsTakenIsNotCalledStalled() throws Exception {
        Path state = folder.resolve("state");
        server(state).start();
        List<String> steps = new CopyOnWriteArrayList<>();
        CompletableFuture<Runnable> patienceEnds = new CompletableFuture<>();
        AdminClient client = new AdminClient("example", socket(state), (patience, note) -> patienceEnds.complete(note));
        CompletableFuture<Void> call = CompletableFuture.runAsync(
                () -> client.call(SYNC, new AdminCommand.Nothing(), (step, done, total) -> steps.add(step)));
        Runnable note = patienceEnds.join();

        // The handler waits: only the word that the command is taken ends the notes, once the caller has read it.
        Awaitility.await().until(() -> {
            int before = steps.size();
            note.run();
            return steps.size() == before;
        });

        blocked.countDown();
        call.join();
    }

    @Test
    void theSocketIsItsOwnersAlone() throws IOException {
        blocked.countDown();
        Path state = folder.resolve("state");
        server(state).start();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket(state))))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state)))
                .isEqualTo("rwx------");
        assertThat(ask(state)).isEqualTo("promoted");
        assertThat(Files.readString(StateEntry.AUDIT.in(state)))
                .contains("\"who\":\"" + Caller.ofThisProcess().who() + "\"");
    }

    /** The modes are opened here, so that only the kernel's word on the caller is left. */
    @Test
    @Tag("slow")
    void anotherUserIsRefusedWhateverTheModesAre() throws IOException {
        OtherUser.required();
        blocked.countDown();
        Path state = folder.resolve("state");
        server(state).start();
        String request = "\u0012\n\u0007example\u0012\u0007promote";
        assertThat(stranger(state, request)).isEqualTo("no answer: Permission denied");

        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.setPosixFilePermissions(socket(state), PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThat(stranger(state, request)).contains("file_denied", "takes no commands of user nobody");
        assertThat(stranger(state, request)).contains("file_denied");

        assertThat(done.get()).isZero();
        assertThat(reported)
                .filteredOn(CommonEvent.CallerRefused.class::isInstance)
                .hasSize(1);
        assertThat(Files.readString(StateEntry.AUDIT.in(state)))
                .contains("\"who\":\"nobody\"", "refused: neither root");
        assertThat(ask(state)).isEqualTo("promoted");
    }

    /** It would take a promotion, and answer that it is done. */
    @Test
    @Tag("slow")
    void aCommandSaysNothingToAProcessOfAnotherUserThatListensThere() throws IOException {
        OtherUser.required();
        Path open = Files.createDirectory(folder.resolve("open"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        CompletableFuture<String> impostor = CompletableFuture.supplyAsync(() -> OtherUser.java(
                AdminServerTest.class, "Impostor.txt", List.of(socket(open).toString())));
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(socket(open)));

        // Its own mode lets root in alone of all others.
        assertThatThrownBy(() -> ask(open)).hasMessageContaining("a process of user nobody listens there");

        assertThat(impostor.join()).isEqualTo("received -1");
    }

    private static String stranger(Path state, String request) {
        return OtherUser.java(
                AdminServerTest.class, "Stranger.txt", List.of(socket(state).toString(), request));
    }

    /** As after kill -9: the file is there, and no process listens. */
    @Test
    void aSocketThatAKilledDaemonLeftIsReplaced() throws IOException {
        blocked.countDown();
        leave(socket(folder));
        leave(folder.resolve("replica.sock~"));
        AdminClient client = new AdminClient("example", socket(folder));
        assertThat(client.daemonRuns()).isFalse();
        fails(ErrorCode.AGENT_UNREACHABLE, () -> ask(folder));

        server(folder).start();

        assertThat(client.daemonRuns()).isTrue();
        assertThat(ask(folder)).isEqualTo("promoted");
    }

    private static void leave(Path socket) throws IOException {
        try (ServerSocketChannel left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            left.bind(UnixDomainSocketAddress.of(socket));
        }
    }

    @Test
    void aSecondAgentDoesNotTakeTheSocketOfTheFirst() {
        blocked.countDown();
        server(folder).start();

        fails(ErrorCode.LOCKED, () -> server(folder).start());

        assertThat(ask(folder)).as("the first one still answers").isEqualTo("promoted");
    }

    @Test
    void aFileThatIsNoSocketIsLeftAlone() throws IOException {
        Files.writeString(socket(folder), "mine");

        fails(ErrorCode.FILE_FAILED, () -> server(folder).start());

        assertThat(socket(folder)).hasContent("mine");
    }

    @Test
    void theSocketIsGoneWithTheAgent() {
        AdminServer server = server(folder).start();
        server.close();

        assertThat(socket(folder)).doesNotExist();
        assertThatThrownBy(() -> ask(folder))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.AGENT_UNREACHABLE))
                .hasMessageContaining("it is not there");
    }

    /** The kernel takes 107 bytes. */
    @Test
    void aStateFolderMayLieDeep() {
        blocked.countDown();
        Path deep = folder.resolve("d".repeat(90)).resolve("e".repeat(90)).resolve("ü".repeat(60));
        server(deep).start();

        assertThat(ask(deep)).isEqualTo("promoted");
        assertThat(new AdminClient("example", socket(deep)).daemonRuns()).isTrue();
    }

    /** A terminal that was stopped, or a pager: a promotion must not wait for it. */
    @Test
    void aCallerThatDoesNotReadHoldsUpNoCommand() throws IOException {
        server(folder).start();
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket(folder)))) {
            OutputStream out = Channels.newOutputStream(channel);
            io.understudy.v1.AdminRequest.newBuilder()
                    .setSite("example")
                    .setCommand("promote")
                    .setArguments("{}")
                    .build()
                    .writeDelimitedTo(out);
            Awaitility.await()
                    .ignoreExceptions()
                    .until(() -> Files.readString(StateEntry.AUDIT.in(folder)).contains("\"outcome\":\"done\""));
        }
    }

    @Test
    void whatIsNoRequestEndsTheConnectionAlone() throws IOException {
        blocked.countDown();
        server(folder).start();
        for (byte[] junk :
                new byte[][] {{}, {1}, {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f}, {3, 1, 2, 3}}) {
            try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket(folder)))) {
                Channels.newOutputStream(channel).write(junk);
                channel.shutdownOutput();
                assertThat(ended(channel)).isTrue();
            }
        }
        assertThat(ask(folder)).isEqualTo("promoted");
        assertThat(done.get()).isEqualTo(1);
    }

    /** Each keeps a thread and a place, and sends nothing or half a request. */
    @Test
    void callersThatAskForNothingKeepNoOtherOut() throws IOException {
        blocked.countDown();
        server(folder).start();
        List<SocketChannel> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 300; i++) {
                SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket(folder)));
                idle.add(channel);
                Channels.newOutputStream(channel).write(9);
            }
            assertThat(ask(folder)).isEqualTo("promoted");
            assertThat(idle).allSatisfy(each -> assertThat(ended(each)).isTrue());
        } finally {
            for (SocketChannel each : idle) {
                each.close();
            }
        }
    }

    /** Commands that run keep their places, and the next one receives the reason. */
    @Test
    void oneCommandTooManyIsRefusedWithTheReason() throws IOException {
        server(folder).start();
        List<CompletableFuture<String>> all = new ArrayList<>();
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            for (int i = 0; i < 64; i++) {
                all.add(CompletableFuture.supplyAsync(() -> ask(folder, SYNC), threads));
            }
            Awaitility.await().until(() -> done.get() == 64);
            fails(ErrorCode.LOCKED, () -> ask(folder));
            blocked.countDown();
            assertThat(all).allSatisfy(each -> assertThat(each.join()).isEqualTo("synced"));
        } finally {
            threads.shutdownNow();
        }
    }

    private static boolean ended(SocketChannel channel) {
        try {
            return Channels.newInputStream(channel).read() < 0;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void manyCallersAtOnceAreServedOrRefusedInOrder() {
        blocked.countDown();
        server(folder).start();
        List<CompletableFuture<String>> all = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            all.add(CompletableFuture.supplyAsync(() -> ask(folder)));
        }
        assertThat(all).allSatisfy(each -> assertThat(each.join()).isEqualTo("promoted"));
        assertThat(AuditVerification.verify(folder, Ticker.system()).entries()).isEqualTo(60);
    }

    private static void fails(ErrorCode code, Runnable work) {
        assertThatThrownBy(work::run)
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
