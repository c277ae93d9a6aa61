package io.understudy.filestore.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.understudy.config.S3Options.Credentials;
import io.understudy.config.S3Options.Endpoint;
import io.understudy.config.S3Options.Keys;
import io.understudy.config.Secret;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.RetryPolicy;
import io.understudy.filestore.RetryingFilestore;
import io.understudy.testing.ClosedPort;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.S3Server;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a store answers in bad hours, from a server that gives scripted answers. */
class S3FailuresTest {
    private static final String XML =
            "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>in the test.</Message><RequestId>1</RequestId></Error>";
    private static final String SECRETS = "wJalrXUtnFEMI|session-secret";

    private interface Reply {
        void to(HttpExchange exchange) throws IOException;
    }

    private final List<String> tokens = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private Filestore store;
    private volatile Reply reply;

    static {
        ScriptedStore.answerAtOnce();
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                tokens.add(String.valueOf(exchange.getRequestHeaders().getFirst("X-Amz-Security-Token")));
                reply.to(exchange);
            }
        });
        server.start();
        store = open(URI.create("http://127.0.0.1:" + server.getAddress().getPort()), Duration.ofSeconds(5));
    }

    @AfterEach
    void stop() {
        store.close();
        server.stop(0);
    }

    private static Filestore open(URI endpoint, Duration timeout) {
        FilestoreSettings settings = S3Server.settings(
                URI.create("s3://backups/example"),
                timeout,
                new Endpoint(Optional.of(endpoint), Optional.of("us-east-1"), true),
                new Keys(
                        Credentials.SETTINGS,
                        Secret.of("AKIAEXAMPLE"),
                        Secret.of("wJalrXUtnFEMI"),
                        Secret.of("session-secret")));
        return new S3Filestore(settings, new FakeTicker());
    }

    @ParameterizedTest
    @CsvSource({
        "503, SlowDown, FILESTORE_FAILED",
        "503, ServiceUnavailable, FILESTORE_FAILED",
        "500, InternalError, FILESTORE_FAILED",
        "429, TooManyRequests, FILESTORE_FAILED",
        "400, RequestTimeout, FILESTORE_FAILED",
        "409, OperationAborted, FILESTORE_FAILED",
        "403, AccessDenied, FILESTORE_DENIED",
        "403, SignatureDoesNotMatch, FILESTORE_DENIED",
        "403, InvalidAccessKeyId, FILESTORE_DENIED",
        "400, ExpiredToken, FILESTORE_DENIED",
        "403, RequestTimeTooSkewed, FILESTORE_FAILED",
        "400, AuthorizationHeaderMalformed, FILESTORE_DENIED",
        "301, PermanentRedirect, FILESTORE_DENIED",
        "307, TemporaryRedirect, FILESTORE_FAILED",
        "400, InvalidToken, FILESTORE_DENIED",
        "400, IllegalLocationConstraintException, FILESTORE_DENIED",
        "503, RequestThrottled, FILESTORE_FAILED",
        "403, InvalidObjectState, FILESTORE_DENIED",
        "404, NoSuchBucket, FILESTORE_UNREACHABLE",
        "507, XMinioStorageFull, DISK_FULL",
        "400, QuotaExceeded, DISK_FULL",
    })
    void mapsAnswers(int status, String code, ErrorCode expected) {
        for (String type : List.of("application/xml", "text/xml")) {
            reply = exchange -> answer(exchange, status, type, XML.formatted(code));
            assertThat(failure(() -> store.put("a", content())).code()).isEqualTo(expected);
            assertThat(failure(() -> store.open("a", 0)).code()).isEqualTo(expected);
            assertThat(failure(() -> store.list("", "").count()).code()).isEqualTo(expected);
            assertThat(failure(() -> store.delete("a")).code()).isEqualTo(expected);
            assertThat(failure(() -> store.putIfAbsent("a", new byte[1])).code())
                    .isEqualTo(expected);
            // HEAD has no body: without its code it is never missing, whatever else it is.
            assertThat(failure(() -> store.stat("a"))).isNotNull();
        }
        UnderstudyException said = failure(() -> store.put("a", content()));
        assertThat(said).hasMessageStartingWith("cannot write a to s3://backups/example: ");
        assertThat(said.hint()).isNotBlank();
    }

    @Test
    void isAskedAgainWhereItSlowsDown() {
        AtomicInteger asked = new AtomicInteger();
        reply = exchange -> {
            exchange.getResponseHeaders().set("ETag", "\"1\"");
            if (asked.incrementAndGet() < 3) {
                answer(exchange, 503, "application/xml", XML.formatted("SlowDown"));
            } else {
                exchange.sendResponseHeaders(200, -1);
            }
        };
        FakeTicker time = new FakeTicker();
        new RetryingFilestore(store, RetryPolicy.standard(), time, new Random(1)).put("a", content());
        assertThat(time.pauses()).hasSize(2);
    }

    @Test
    void quotesTheStore() {
        reply = exchange -> answer(exchange, 503, "application/xml", XML.formatted("SlowDown"));
        assertThat(failure(() -> store.put("a", content())))
                .hasMessage("cannot write a to s3://backups/example: SlowDown, in the test");
    }

    /** As AWS says it: in a header, or in the message. */
    @Test
    void namesTheRegionOfABucketThatIsElsewhere() {
        for (String header : List.of("x-amz-bucket-region", "x-none")) {
            reply = exchange -> {
                exchange.getResponseHeaders().set(header, "eu-west-1");
                String message =
                        "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'";
                answer(
                        exchange,
                        header.equals("x-none") ? 400 : 301,
                        "application/xml",
                        XML.formatted(header.equals("x-none") ? "AuthorizationHeaderMalformed" : "PermanentRedirect")
                                .replace("in the test.", message));
            };
            UnderstudyException said = failure(() -> store.put("a", content()));
            assertThat(said).hasMessageEndingWith("bucket backups is in region eu-west-1");
            assertThat(said.hint()).isEqualTo("set filestore.region: eu-west-1");
        }
    }

    @Test
    void saysWhatTheStoresClockSays() {
        reply = exchange -> {
            exchange.getResponseHeaders().set("Date", "Fri, 27 Nov 2026 12:00:00 GMT");
            answer(exchange, 403, "application/xml", XML.formatted("RequestTimeTooSkewed"));
        };
        assertThat(failure(() -> store.put("a", content())))
                .hasMessageContaining("the clocks differ too much: the store's says ");
    }

    @Test
    void aRequestThatIsRefusedForAnotherReasonThanItsConditionIsNoStoreWithoutConditions() {
        reply = exchange -> answer(exchange, 400, "application/xml", XML.formatted("InvalidArgument"));
        assertThat(failure(store::capabilities).code()).isEqualTo(ErrorCode.FILESTORE_DENIED);
    }

    @ParameterizedTest
    @CsvSource({
        "403, FILESTORE_DENIED",
        "307, FILESTORE_FAILED",
        "400, FILESTORE_DENIED",
        "500, FILESTORE_FAILED",
        "503, FILESTORE_FAILED",
        "502, FILESTORE_FAILED",
        "301, FILESTORE_DENIED"
    })
    void mapsAnswersWithoutABody(int status, ErrorCode expected) {
        reply = exchange -> exchange.sendResponseHeaders(status, -1);
        assertThat(failure(() -> store.stat("a")).code()).isEqualTo(expected);
        assertThat(failure(() -> store.open("a", 0)).code()).isEqualTo(expected);
    }

    @Test
    void aWebServerIsNoStore() {
        reply = exchange -> answer(exchange, 200, "text/html", "<html>Welcome to nginx!</html>");
        assertThat(failure(() -> store.list("", "").count()).code()).isEqualTo(ErrorCode.FILESTORE_FAILED);
        reply = exchange -> answer(exchange, 502, "text/html", "<html>Bad gateway</html>");
        UnderstudyException said = failure(() -> store.put("a", content()));
        assertThat(said.code()).isEqualTo(ErrorCode.FILESTORE_FAILED);
        assertThat(said).hasMessageEndingWith(": status 502");
    }

    @Test
    void aStoreThatRefusesConditionsIsOneWithoutThem() {
        reply = exchange -> {
            if (exchange.getRequestHeaders().containsKey("If-None-Match")) {
                answer(exchange, 501, "application/xml", XML.formatted("NotImplemented"));
            } else {
                exchange.getResponseHeaders().set("ETag", "\"1\"");
                exchange.sendResponseHeaders(200, -1);
            }
        };
        assertThat(store.capabilities().conditionalPut()).isFalse();
    }

    @Test
    void aProbeThatCouldNotBeAskedIsAskedAgain() {
        reply = exchange -> answer(exchange, 503, "application/xml", XML.formatted("SlowDown"));
        assertThat(failure(store::capabilities).code()).isEqualTo(ErrorCode.FILESTORE_FAILED);
        reply = exchange -> answer(exchange, 412, "application/xml", XML.formatted("PreconditionFailed"));
        assertThat(store.capabilities().conditionalPut()).isTrue();
        assertThat(store.putIfAbsent("a", new byte[1])).isFalse();
        reply = exchange -> answer(exchange, 409, "application/xml", XML.formatted("ConditionalRequestConflict"));
        assertThat(failure(() -> store.putIfAbsent("a", new byte[1])).code()).isEqualTo(ErrorCode.FILESTORE_FAILED);
    }

    @Test
    void aBrokenDownloadFailsInTheMiddle() throws IOException {
        reply = exchange -> {
            exchange.sendResponseHeaders(200, 1_000);
            exchange.getResponseBody().write(new byte[400]);
            exchange.getResponseBody().flush();
        };
        try (InputStream in = store.open("a", 0)) {
            assertThat(in.readNBytes(400)).hasSize(400);
            assertThat(failure(in::read).code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
        }
    }

    @Test
    void asksForTheRangeFromTheOffset() throws IOException {
        List<String> ranges = new CopyOnWriteArrayList<>();
        reply = exchange -> {
            ranges.add(String.valueOf(exchange.getRequestHeaders().getFirst("Range")));
            exchange.sendResponseHeaders(206, -1);
        };
        store.open("a", 7).close();
        store.open("a", 0).close();
        assertThat(ranges).containsExactly("bytes=7-", "null");
    }

    @Test
    void aSilentStoreIsUnreachable() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                Filestore patient =
                        open(URI.create("http://127.0.0.1:" + silent.getLocalPort()), Duration.ofMillis(200))) {
            UnderstudyException said = failure(() -> patient.stat("a"));
            assertThat(said.code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
            assertThat(said).hasMessageContaining("does not answer in time");
        }
    }

    @Test
    void aClosedPortAndAnUnknownHostAreUnreachable() throws IOException {
        try (ClosedPort closed = new ClosedPort();
                Filestore closedPort =
                        open(URI.create("http://127.0.0.1:" + closed.number()), Duration.ofSeconds(60))) {
            UnderstudyException said = failure(() -> closedPort.list("", "").count());
            assertThat(said.code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
            assertThat(said).hasMessageContaining("refuses the connection");
        }
        try (Filestore nowhere = open(URI.create("http://no-such-host.invalid"), Duration.ofSeconds(5))) {
            UnderstudyException said = failure(() -> nowhere.put("a", content()));
            assertThat(said.code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
            assertThat(said).hasMessageContaining("no-such-host.invalid");
        }
    }

    @Test
    void plainTextInPlaceOfTlsIsUnreachable() throws Exception {
        try (ServerSocket plain = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                Filestore tls = open(URI.create("https://127.0.0.1:" + plain.getLocalPort()), Duration.ofSeconds(60))) {
            Thread answering = new Thread(() -> sayNo(plain));
            answering.setDaemon(true);
            answering.start();
            UnderstudyException said = failure(() -> tls.stat("a"));
            assertThat(said.code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
            assertThat(said).hasMessageContaining("no TLS with");
        }
    }

    private static void sayNo(ServerSocket server) {
        while (!server.isClosed()) {
            try (java.net.Socket client = server.accept()) {
                client.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                client.shutdownOutput();
                client.getInputStream().readAllBytes();
            } catch (IOException e) {
                continue;
            }
        }
    }

    @Test
    void sendsTheSessionTokenAndNeverShowsSecrets() {
        reply = exchange -> answer(exchange, 403, "application/xml", XML.formatted("AccessDenied"));
        UnderstudyException said = failure(() -> store.put("a", content()));
        assertThat(tokens).containsOnly("session-secret");
        StringWriter trace = new StringWriter();
        said.printStackTrace(new PrintWriter(trace));
        assertThat(trace.toString()).doesNotContainPattern(SECRETS);
        assertThat(store.name() + store).doesNotContainPattern(SECRETS);
    }

    @ParameterizedTest
    @CsvSource({
        "s3:backups, http://127.0.0.1:9000",
        "s3:///example, http://127.0.0.1:9000",
        "s3://ab, http://127.0.0.1:9000",
        "s3://backups/a//b, http://127.0.0.1:9000",
        "s3://backups/a%20b, http://127.0.0.1:9000",
        "s3://backups/a?x=y, http://127.0.0.1:9000",
        "s3://backups/a, http://127.0.0.1:9000/path",
        "s3://backups/a, ftp://127.0.0.1",
    })
    void refusesSettingsThatNameNoPlace(String url, String endpoint) {
        FilestoreSettings settings = S3Server.settings(URI.create(url), URI.create(endpoint), "access", "secret");
        assertThatThrownBy(() -> new S3Filestore(settings, new FakeTicker()))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID));
    }

    @Test
    void refusesSettingsWithoutKeys() {
        FilestoreSettings settings = S3Server.settings(
                URI.create("s3://backups/example"),
                Duration.ofSeconds(5),
                Endpoint.AWS,
                new Keys(Credentials.SETTINGS, Secret.of("access"), Secret.none(), Secret.none()));
        assertThatThrownBy(() -> new S3Filestore(settings, new FakeTicker()))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID))
                .hasMessageContaining("filestore.secret_key");
    }

    private static void answer(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static Content content() {
        return Content.of(new byte[10]);
    }

    private static UnderstudyException failure(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return catchThrowableOfType(UnderstudyException.class, call);
    }
}
