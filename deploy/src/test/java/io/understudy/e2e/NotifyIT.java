package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.subethamail.smtp.server.SMTPServer;

/** People are notified of what happens on two servers, while one of the channels hangs. */
@Tag("slow")
class NotifyIT extends Scenario {
    private final List<JsonNode> notices = new CopyOnWriteArrayList<>();
    private final List<String> pings = new CopyOnWriteArrayList<>();
    private HttpServer hooks;
    private ServerSocket silent;
    private final List<String> mails = new CopyOnWriteArrayList<>();
    private SMTPServer mailServer;

    @BeforeEach
    void listen() throws IOException {
        hooks = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hooks.createContext("/hook", exchange -> notices.add(new ObjectMapper().readTree(body(exchange))));
        hooks.createContext("/ping", exchange -> {
            String path = exchange.getRequestURI().getPath();
            body(exchange);
            pings.add(path);
        });
        hooks.start();
        mailServer = SMTPServer.port(0)
                .bindAddress(InetAddress.getLoopbackAddress())
                .messageHandler((context, from, to, data) -> mails.add(new String(data, StandardCharsets.UTF_8)))
                .build();
        mailServer.start();
        // Connections are made by the system, and no one answers.
        silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        hooks.stop(0);
        mailServer.stop();
        silent.close();
    }

    private static String body(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(204, -1);
            return body;
        }
    }

    private void configure(Server server) {
        String base = "http://127.0.0.1:" + hooks.getAddress().getPort();
        server.configure(config -> config
                + """
                notify:
                  - {name: hangs, kind: webhook, url: "http://127.0.0.1:%d/canary", timeout: 2s, events: [success, failure]}
                  - {name: ops, kind: webhook, url: "%s/hook", events: [success, failure, recovery, promotion]}
                  - {name: post, kind: mail, server: "127.0.0.1:%d", tls: none, from: a@example.net, to: [ops@example.net], events: [failure, recovery, promotion]}
                  - {name: dead-man, kind: ping, url: "%s/ping/%s"}
                  - {name: note, kind: command, command: [sh, -c, "cat >>$0", "%s"], events: [promotion]}
                """.formatted(
                                silent.getLocalPort(),
                                base,
                                mailServer.getPortAllocated(),
                                base,
                                server.layout().home().getFileName(),
                                noted(server)));
    }

    private static Path noted(Server server) {
        return server.layout().home().resolve("noted");
    }

    private static String text(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void successFailureRecoveryAndPromotionAreReportedWhileAChannelHangs() throws Exception {
        ServerPair pair = following(false);
        configure(pair.primary());
        configure(pair.standby());
        tries(pair.primary());
        await("a snapshot without a daemon is reported", success(pair.primary()));
        pair.primary().startPrimary();
        pair.standby().startReplica();

        await("the daemon's snapshot is reported", success(pair.primary()));
        await("its import too", Map.of("kind", "success", "role", "replica", "event", "snapshot_applied"));

        Path key = pair.primary().layout().privateKey();
        Path away = Files.move(key, key.resolveSibling("away.pem"));
        for (int i = 0; i < 2; i++) {
            assertThat(pair.primary().primary("snapshot").exitCode()).isEqualTo(ErrorCode.KEY_MISSING.exitCode());
        }
        JsonNode failure = await("the failure is reported", Map.of("kind", "failure", "code", "key_missing"));
        assertThat(failure.path("message").asText()).startsWith("snapshot failed, ");
        assertThat(failure.path("hint").asText()).isNotEmpty();
        Files.move(away, key);
        pair.primary().primary("snapshot").successful();
        JsonNode recovery = await("and its end", Map.of("kind", "recovery", "role", "primary"));
        assertThat(recovery.path("repeats").asInt()).isOne();
        assertThat(notices.stream().filter(each -> is(each, Map.of("kind", "failure"))))
                .as("the same failure is reported once")
                .hasSize(1);

        pair.standby().replica("promote", "--yes").successful();
        await("the promotion is reported", Map.of("kind", "promotion", "role", "replica", "event", "server_promoted"));
        Deadline.await(
                "by a command too",
                ANSWERS,
                () -> text(noted(pair.standby())).contains("\"event\":\"server_promoted\""));

        Deadline.await(
                "and by mail",
                ANSWERS,
                () ->
                        List.of(
                                        "failure: snapshot_failed",
                                        "recovery: snapshot_committed",
                                        "promotion: server_promoted")
                                .stream()
                                .allMatch(
                                        what -> mails.stream().anyMatch(mail -> mail.contains("] " + what + " on "))));

        String primary = "/ping/" + pair.primary().layout().home().getFileName();
        Deadline.await("a ping after each", ANSWERS, () -> pings.contains(primary + "/fail"));
        assertThat(pings).contains(primary + "/start", primary);
        hangsInPeace(pair.primary());
    }

    /** Takes a snapshot. @return its notice */
    private static Map<String, String> success(Server primary) {
        String snapshot = primary.primary("snapshot", "--json")
                .successful()
                .json()
                .path("snapshot")
                .asText();
        return Map.of("kind", "success", "role", "primary", "event", "snapshot_committed", "snapshot", snapshot);
    }

    /** One is shown to work, one not to. */
    private void tries(Server server) {
        Outcome tried = server.primary("notify", "--test", "--json");
        assertThat(tried.exitCode()).isEqualTo(ErrorCode.NOTICE_REFUSED.exitCode());
        JsonNode channels = tried.json().path("channels");
        assertThat(channels.findValuesAsText("name")).containsExactly("hangs", "ops", "post", "dead-man", "note");
        assertThat(channels.findValuesAsText("ok")).containsExactly("false", "true", "true", "true", "true");
        assertThat(tried.output() + tried.errors()).doesNotContain("canary");
        assertThat(server.primary("notify", "--test", "--channel", "ops")
                        .successful()
                        .output())
                .startsWith("ok ");
        assertThat(server.primary("notify", "--test", "--channel", "opps").errors())
                .contains("did you mean ops?");
        await("the trial came", Map.of("kind", "test"));
    }

    /** It is shown by check and by a metric, and nothing else noticed it. */
    private static void hangsInPeace(Server server) {
        JsonNode check = server.primary("check", "--json").json();
        assertThat(check.path("checks"))
                .filteredOn(each -> each.path("check").asText().equals("notify hangs"))
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.path("state").asText()).isEqualTo("warning");
                    assertThat(each.path("message").asText())
                            .contains("does not answer")
                            .doesNotContain("canary");
                });
        assertThat(server.primary("notify").successful().output())
                .contains("hangs (webhook, http://127.0.0.1:")
                .contains("waiting")
                .contains("ops (webhook, http://127.0.0.1:");
        assertThat(server.primaryAgent().orElseThrow().logText())
                .contains("notice_failed: channel hangs did not take the notice")
                .doesNotContain("canary");
    }

    private JsonNode await(String what, Map<String, String> fields) {
        Deadline.await(what, FOLLOWS, () -> notices.stream().anyMatch(each -> is(each, fields)));
        return notices.stream().filter(each -> is(each, fields)).findFirst().orElseThrow();
    }

    private static boolean is(JsonNode notice, Map<String, String> fields) {
        return fields.entrySet().stream()
                .allMatch(each -> notice.path(each.getKey()).asText().equals(each.getValue()));
    }
}
