package io.understudy.notify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.understudy.config.NotifySettings.Preset;
import io.understudy.config.NotifySettings.Webhook;
import io.understudy.config.Occasion;
import io.understudy.config.Secret;
import io.understudy.config.TlsSettings;
import io.understudy.notify.Receiver.Answer;
import io.understudy.notify.Sender.Refusal;
import io.understudy.testing.ClosedPort;
import io.understudy.testing.TestCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookSenderTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration DAY = Duration.ofHours(24);
    private static final Notice FAILURE = Notices.notice(Occasion.FAILURE);

    private Receiver receiver;

    @BeforeEach
    void listen() throws IOException {
        receiver = new Receiver();
    }

    @AfterEach
    void stop() {
        receiver.close();
    }

    private Optional<Refusal> send(Preset preset, String path, Notice notice) {
        return sender(preset, receiver.url(path), Secret.none(), Secret.none()).send(notice);
    }

    private static WebhookSender sender(Preset preset, String url, Secret secret, Secret token) {
        return new WebhookSender(new Webhook(Secret.of(url), preset, secret, token), DAY, LIMIT);
    }

    private JsonNode body() throws IOException {
        return new ObjectMapper()
                .readTree(receiver.requests.get(receiver.requests.size() - 1).body());
    }

    @Test
    void aNoticeIsPostedAsJson() throws IOException {
        assertThat(send(Preset.NONE, "/hook?key=1", FAILURE)).isEmpty();

        Receiver.Request request = receiver.requests.get(0);
        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.path()).isEqualTo("/hook?key=1");
        assertThat(request.header("Content-Type")).contains("application/json");
        assertThat(request.header("X-Understudy-Notice")).contains("id-1");
        assertThat(request.header("X-Understudy-Signature")).isEmpty();
        assertThat(request.header("Authorization")).isEmpty();
        assertThat(request.body())
                .isEqualTo("{\"format\":1,\"id\":\"id-1\",\"kind\":\"failure\",\"reminder\":false,\"site\":\"shop\","
                        + "\"server\":\"a.example.net\",\"role\":\"primary\",\"event\":\"snapshot_failed\","
                        + "\"message\":\"cannot do it: <because> of \\\"filestore_failed\\\" & more\","
                        + "\"code\":\"filestore_failed\",\"hint\":\"do something\","
                        + "\"snapshot\":\"00000001-00000042\",\"moment\":\"2026-11-20T12:00:00Z\","
                        + "\"since\":null,\"repeats\":0}");
    }

    /** The first case of RFC 4231 that is text. */
    @Test
    void aSignatureIsTheHmacOfTheBody() {
        assertThat(WebhookSender.signature("Jefe", "what do ya want for nothing?"))
                .isEqualTo("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    @Test
    void withASecretTheBodyIsSignedAndATokenIsSent() {
        assertThat(sender(Preset.NONE, receiver.url("/hook"), Secret.of("s3cret"), Secret.of("t0ken"))
                        .send(FAILURE))
                .isEmpty();

        Receiver.Request request = receiver.requests.get(0);
        assertThat(request.header("X-Understudy-Signature"))
                .contains("sha256=" + WebhookSender.signature("s3cret", request.body()));
        assertThat(request.header("Authorization")).contains("Bearer t0ken");
        assertThat(request.body()).doesNotContain("s3cret").doesNotContain("t0ken");
    }

    @Test
    void slackGetsTextInWhichNothingCallsAnyone() throws IOException {
        send(Preset.SLACK, "/services/T0/B0/x", FAILURE);

        assertThat(body().path("text").asText())
                .startsWith("understudy failure: site shop, primary a.example.net: snapshot_failed\n")
                .contains("&lt;because&gt; of \"filestore_failed\" &amp; more")
                .contains("hint: do something")
                .doesNotContain("<");
        assertThat(body()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"FAILURE, 4, rotating_light", "RECOVERY, 3, white_check_mark", "PROMOTION, 5, loudspeaker"})
    void ntfyGetsItsTopicInTheBodyAtTheRoot(Occasion occasion, int priority, String tag) throws IOException {
        send(Preset.NTFY, "/ops-topic", Notices.notice(occasion));

        assertThat(receiver.requests.get(0).path()).isEqualTo("/");
        assertThat(body().path("topic").asText()).isEqualTo("ops-topic");
        assertThat(body().path("title").asText()).contains("site shop");
        assertThat(body().path("message").asText()).contains("cannot do it");
        assertThat(body().path("priority").asInt()).isEqualTo(priority);
        assertThat(body().path("tags").get(0).asText()).isEqualTo(tag);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/api/v2/alerts"})
    void alertmanagerGetsAnAlertThatItsRecoveryEnds(String path) throws IOException {
        send(Preset.ALERTMANAGER, path, FAILURE);
        JsonNode burning = body().get(0);
        send(Preset.ALERTMANAGER, path, Notices.notice(Occasion.RECOVERY));
        JsonNode over = body().get(0);

        assertThat(receiver.requests).extracting(Receiver.Request::path).containsOnly("/api/v2/alerts");
        assertThat(burning.path("labels").path("alertname").asText()).isEqualTo("UnderstudyNotice");
        assertThat(over.path("labels")).isEqualTo(burning.path("labels"));
        assertThat(burning.path("startsAt").asText()).isEqualTo("2026-11-20T12:00:00Z");
        assertThat(Instant.parse(burning.path("endsAt").asText()))
                .as("a reminder comes before its end")
                .isAfter(Notices.NOON.plus(DAY));
        assertThat(over.path("startsAt").asText()).isEqualTo("2026-11-20T11:00:00Z");
        assertThat(over.path("endsAt").asText()).isEqualTo("2026-11-20T12:00:00Z");
        assertThat(burning.path("annotations").path("description").asText()).contains("cannot do it");
    }

    @Test
    void aPathInFrontOfAlertmanagersStays() {
        send(Preset.ALERTMANAGER, "/alertmanager/", FAILURE);

        assertThat(receiver.requests.get(0).path()).isEqualTo("/alertmanager/api/v2/alerts");
    }

    @ParameterizedTest
    @CsvSource({"400", "403", "404", "500"})
    void anErrorIsARefusalWithWhatTheReceiverSays(int status) {
        receiver.answer = Answer.of(status, "invalid_token\nfor you");

        Refusal refusal = send(Preset.NONE, "/hook", FAILURE).orElseThrow();

        assertThat(refusal.why())
                .isEqualTo("http://127.0.0.1:" + receiver.port() + " answers " + status + ": invalid_token for you");
        assertThat(refusal.retryAfter()).isEmpty();
        assertThat(refusal.hint()).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "400, true",
        "413, true",
        "422, true",
        "401, false",
        "403, false",
        "404, false",
        "429, false",
        "503, false"
    })
    void whatIsWrongWithTheNoticeAloneIsRefusedForGood(int status, boolean permanent) {
        receiver.answer = Answer.of(status, "no");

        assertThat(send(Preset.NONE, "/hook", FAILURE).orElseThrow().permanent())
                .isEqualTo(permanent);
    }

    @ParameterizedTest
    @CsvSource({"429, 120, 120", "503, 7, 7", "429, 999999, 3600"})
    void aReceiverThatWantsAPauseIsGivenIt(int status, String after, int seconds) {
        receiver.answer = new Answer(status, Map.of("Retry-After", after), "", false);

        assertThat(send(Preset.NONE, "/hook", FAILURE).orElseThrow().retryAfter())
                .contains(Duration.ofSeconds(seconds));
    }

    @Test
    void aPauseThatIsNoNumberIsPassedOver() {
        receiver.answer = new Answer(429, Map.of("Retry-After", "Fri, 20 Nov 2026 12:00:00 GMT"), "", false);

        assertThat(send(Preset.NONE, "/hook", FAILURE).orElseThrow().retryAfter())
                .isEmpty();
    }

    @Test
    void aRedirectionIsNotFollowed() throws IOException {
        try (Receiver other = new Receiver()) {
            receiver.answer = new Answer(307, Map.of("Location", other.url("/elsewhere")), "", false);

            assertThat(send(Preset.NONE, "/hook", FAILURE).orElseThrow().why()).contains("a redirection");
            assertThat(other.requests).isEmpty();
        }
    }

    @Test
    void aReceiverThatDoesNotAnswerIsNotWaitedForLonger() {
        receiver.answer = new Answer(200, Map.of(), "late", true);
        WebhookSender sender = new WebhookSender(
                new Webhook(Secret.of(receiver.url("/hook")), Preset.NONE, Secret.none(), Secret.none()),
                DAY,
                Duration.ofMillis(200));

        assertThat(sender.send(FAILURE).orElseThrow().why()).endsWith(" does not answer within 200 ms");
    }

    @Test
    void aReceiverThatDoesNotListenIsARefusal() throws IOException {
        try (ClosedPort closed = new ClosedPort()) {
            String receiver = "http://127.0.0.1:" + closed.number();
            assertThat(sender(Preset.NONE, receiver + "/hook", Secret.none(), Secret.none())
                            .send(FAILURE)
                            .orElseThrow()
                            .why())
                    .isEqualTo(receiver + " cannot be reached");
        }
    }

    @Test
    void noMessageShowsASecretThoughTheReceiverRepeatsIt() {
        String path = "/services/canary-path-1/canary-path-2";
        receiver.answer = Answer.of(
                500, "no service at " + path + "?key=canary-query for Bearer canary-token, signed with canary-secret");

        Refusal refusal = sender(
                        Preset.NONE,
                        receiver.url(path + "?key=canary-query"),
                        Secret.of("canary-secret"),
                        Secret.of("canary-token"))
                .send(FAILURE)
                .orElseThrow();

        assertThat(refusal.toString()).doesNotContain("canary").contains("••••");
    }

    @Test
    void aCertificateThatIsNotTrustedEndsTheConnection(@TempDir Path folder) throws Exception {
        TlsSettings tls = new TestCertificates(folder, "stranger").issue("hook", "IP:127.0.0.1");
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(TestTls.server(tls, folder)));
        try (Receiver secure = new Receiver(server)) {
            Refusal refusal = sender(
                            Preset.NONE, "https://127.0.0.1:" + secure.port() + "/hook", Secret.none(), Secret.none())
                    .send(FAILURE)
                    .orElseThrow();

            assertThat(refusal.why()).contains("has no certificate that this server trusts");
            assertThat(secure.requests).isEmpty();
        }
    }
}
