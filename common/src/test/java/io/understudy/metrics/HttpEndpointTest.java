package io.understudy.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.HostPort;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class HttpEndpointTest {
    private final Metrics metrics = new Metrics("example", "replica", "1");
    private final AtomicReference<Probe> ready = new AtomicReference<>(Probe.up("follows"));
    private final AtomicReference<RuntimeException> defect = new AtomicReference<>();
    private final AtomicReference<Supplier<Optional<String>>> page = new AtomicReference<>(Optional::empty);
    private final HttpEndpoint endpoint = HttpEndpoint.start(
            new HostPort("127.0.0.1", 0),
            metrics,
            this::health,
            ready::get,
            new HttpPage("default-src 'none'", () -> page.get().get()));

    @AfterEach
    void stop() {
        endpoint.close();
    }

    @Test
    void servesMetrics() throws Exception {
        metrics.set(Metric.EPOCH, 7);
        HttpResponse<String> answer = request("GET", "/metrics");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/plain; version=0.0.4; charset=utf-8");
        assertThat(answer.body()).contains("understudy_epoch{role=\"replica\",site=\"example\"} 7.0");
    }

    @Test
    void tellsHealthAndReadinessApart() throws Exception {
        ready.set(Probe.down("the filestore is down"));
        assertThat(request("GET", "/healthz").statusCode()).isEqualTo(200);
        assertThat(request("GET", "/readyz").statusCode()).isEqualTo(503);
        assertThat(request("GET", "/readyz").body()).isEqualTo("the filestore is down\n");
    }

    @Test
    void aDefectOfAProbeIsAnAnswerToo() throws Exception {
        defect.set(new IllegalStateException("a defect"));
        assertThat(request("GET", "/healthz").statusCode()).isEqualTo(503);
        assertThat(request("GET", "/healthz").body()).contains("a defect");
    }

    /** More than there are threads; a supervisor would restart an agent whose health has no answer. */
    @Test
    @Timeout(120)
    void requestsThatNeverEndKeepNoOtherOut() throws Exception {
        List<Socket> halves = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                Socket half = new Socket("127.0.0.1", endpoint.port());
                halves.add(half);
                half.getOutputStream().write("GET /healthz HT".getBytes(StandardCharsets.US_ASCII));
            }
            assertThat(request("GET", "/healthz").statusCode()).isEqualTo(200);
        } finally {
            for (Socket half : halves) {
                half.close();
            }
        }
    }

    private Probe health() {
        if (defect.get() != null) {
            throw defect.get();
        }
        return Probe.up("lives");
    }

    @Test
    void servesNothingElse() throws Exception {
        assertThat(request("GET", "/metrics/../etc").statusCode()).isEqualTo(404);
        assertThat(request("GET", "/index.html").statusCode()).isEqualTo(404);
        assertThat(request("POST", "/").statusCode()).isEqualTo(405);
        assertThat(request("POST", "/metrics").statusCode()).isEqualTo(405);
    }

    @Test
    void servesThePageWithItsPolicy() throws Exception {
        page.set(() -> Optional.of("<!DOCTYPE html>"));
        HttpResponse<String> answer = request("GET", "/");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("<!DOCTYPE html>");
        assertThat(answer.headers().map())
                .containsEntry("Content-Type", List.of("text/html; charset=utf-8"))
                .containsEntry("Content-Security-Policy", List.of("default-src 'none'"))
                .containsEntry("X-Content-Type-Options", List.of("nosniff"))
                .containsEntry("Referrer-Policy", List.of("no-referrer"))
                .containsEntry("Cache-Control", List.of("no-store"));
    }

    @Test
    void aPageThatCannotBeMadeIsAnAnswerToo() throws Exception {
        assertThat(request("GET", "/").statusCode()).isEqualTo(503);
        page.set(() -> {
            throw new IllegalStateException("a defect");
        });
        HttpResponse<String> answer = request("GET", "/");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).isEqualTo("the agent's state is unknown: a defect\n");
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/plain; charset=utf-8");
    }

    @Test
    void saysWhichAddressIsTaken() {
        HostPort taken = new HostPort("127.0.0.1", endpoint.port());
        assertThatThrownBy(() ->
                        HttpEndpoint.start(taken, metrics, ready::get, ready::get, new HttpPage("", Optional::empty)))
                .isInstanceOfSatisfying(UnderstudyException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
                    assertThat(e).hasMessageContaining(taken.toString());
                });
    }

    private HttpResponse<String> request(String method, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + endpoint.port() + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }
}
