package io.understudy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.understudy.audit.AuditLog;
import io.understudy.events.Events;
import io.understudy.files.FolderDeletion;
import io.understudy.fuzz.FuzzTarget;
import io.understudy.fuzz.FuzzTarget.Form;
import io.understudy.fuzz.FuzzTarget.Named;
import io.understudy.progress.Progress;
import io.understudy.testing.FakeTicker;
import io.understudy.transport.RpcFailures;
import io.understudy.v1.AdminReply;
import io.understudy.v1.AdminRequest;
import io.understudy.v1.Failure;
import io.understudy.v1.StepProgress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Requests and replies on the socket of an agent, and the arguments of a command. */
public final class AdminFuzz {
    record Question(String text, int times, List<String> parts, Optional<Instant> when) {}

    private AdminFuzz() {}

    public static List<Named> targets() {
        return List.of(
                new Named("admin-request", AdminFuzz::request),
                new Named("admin-reply", AdminFuzz::reply),
                new Named("admin-arguments", AdminFuzz::arguments));
    }

    private static byte[] bytes(MessageLite message) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        message.writeDelimitedTo(bytes);
        return bytes.toByteArray();
    }

    private static FuzzTarget request() throws IOException {
        AdminRequest real = AdminRequest.newBuilder()
                .setSite("example")
                .setCommand("snapshot")
                .setArguments("{\"periods\":[\"manual\"]}")
                .build();
        return overSocket(List.of(bytes(real)), AdminRequest.parser(), AdminMessages.LARGEST_REQUEST, message -> {});
    }

    private static FuzzTarget reply() throws IOException {
        AdminReply failure = AdminReply.newBuilder()
                .setFailure(Failure.newBuilder()
                        .setCode("fenced")
                        .setMessage("cannot x")
                        .setHint("y"))
                .build();
        AdminReply progress = AdminReply.newBuilder()
                .setProgress(StepProgress.newBuilder()
                        .setStep("load")
                        .setDoneBytes(1)
                        .setTotalBytes(-1))
                .build();
        AdminReply result =
                AdminReply.newBuilder().setResult("{\"applied\":null}").build();
        return overSocket(
                List.of(bytes(failure), bytes(progress), bytes(result), bytes(AdminReply.getDefaultInstance())),
                AdminReply.parser(),
                AdminMessages.LARGEST_REPLY,
                message -> assertThat(
                                RpcFailures.exception(message.getFailure()).code())
                        .isNotNull());
    }

    private interface Use<T> {
        void of(T message);
    }

    /** What is read is written and read again as the same. */
    private static <T extends MessageLite> FuzzTarget overSocket(
            List<byte[]> corpus, Parser<T> parser, int largest, Use<T> use) throws IOException {
        Path folder = Files.createTempDirectory("understudy-fuzz");
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(folder.resolve("s")));
        return FuzzTarget.of(Form.BYTES, corpus, input -> {
                    T read = read(server, input, parser, largest);
                    if (read != null) {
                        use.of(read);
                        assertThat(read(server, bytes(read), parser, largest)).isEqualTo(read);
                    }
                })
                .documenting(IOException.class)
                .closing(() -> {
                    server.close();
                    FolderDeletion.delete(folder);
                });
    }

    private static <T> T read(ServerSocketChannel server, byte[] input, Parser<T> parser, int largest)
            throws IOException {
        try (SocketChannel writer = SocketChannel.open(server.getLocalAddress());
                SocketChannel reader = server.accept()) {
            // The kernel takes so much before anyone reads; a length is at the beginning.
            writer.write(ByteBuffer.wrap(input, 0, Math.min(input.length, 64 << 10)));
            writer.shutdownOutput();
            return AdminMessages.read(reader, parser, largest);
        }
    }

    private static FuzzTarget arguments() throws IOException {
        Path state = Files.createTempDirectory("understudy-fuzz");
        FakeTicker ticker = new FakeTicker();
        AuditLog audit = new AuditLog(state, "agent-test", ticker.clock(), ticker, Events.none());
        AdminHandlers handlers = new AdminHandlers(audit)
                .on(
                        AdminCommand.quick("ask", Question.class, Question.class, java.time.Duration.ofSeconds(1)),
                        (question, call) -> question);
        AdminService service = new AdminService("example", handlers, ticker);
        return FuzzTarget.json(
                        List.of("{\"text\":\"é\",\"times\":2,\"parts\":[\"a\"],\"when\":\"2026-11-20T12:00:00Z\"}"),
                        input -> {
                            AdminReply reply = service.answer(
                                    AdminRequest.newBuilder()
                                            .setSite("example")
                                            .setCommand("ask")
                                            .setArguments(new String(input, StandardCharsets.UTF_8))
                                            .build(),
                                    AdminCall.here(Progress.none()));
                            // What is no UTF-8 takes more bytes as text.
                            boolean tooLong = 3 * input.length > 64 << 10;
                            assertThat(reply.getFailure().getCode()).isIn("", "usage", tooLong ? "internal" : "usage");
                        })
                .closing(() -> FolderDeletion.delete(state));
    }
}
