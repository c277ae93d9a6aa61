package io.understudy.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.understudy.distribution.PrometheusTools;
import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Ports;
import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.Running;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** A real Prometheus on 127.0.0.1 that scrapes and judges once a second. */
final class LivePrometheus implements AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final int port;
    private final Running server;

    private LivePrometheus(int port, Running server) {
        this.port = port;
        this.server = server;
    }

    /**
     * @param folder of its files
     * @param targets ports of the agents
     */
    static LivePrometheus start(Path folder, String rules, List<Integer> targets) {
        Path program = PrometheusTools.required("prometheus");
        int port = Ports.free();
        Folders.write(folder.resolve("rules.yml"), rules);
        Path config = Folders.write(
                folder.resolve("prometheus.json"),
                json(Map.of(
                        "global", Map.of("scrape_interval", "1s", "scrape_timeout", "1s", "evaluation_interval", "1s"),
                        "rule_files", List.of("rules.yml"),
                        "scrape_configs",
                                List.of(Map.of(
                                        "job_name",
                                        "understudy",
                                        "static_configs",
                                        List.of(Map.of(
                                                "targets",
                                                targets.stream()
                                                        .map(each -> "127.0.0.1:" + each)
                                                        .toList())))))));
        Running server = Program.of(
                        program,
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port,
                        "--log.level=warn")
                .with(Map.of("GOMAXPROCS", "1"))
                .start(folder.resolve("prometheus.log"));
        LivePrometheus prometheus = new LivePrometheus(port, server);
        try {
            Ports.awaitListening(port);
        } catch (RuntimeException | AssertionError e) {
            prometheus.close();
            throw new AssertionError("Prometheus does not start: " + server.logText(), e);
        }
        return prometheus;
    }

    Set<String> firing() {
        Set<String> firing = new TreeSet<>();
        for (JsonNode alert : ask("alerts").at("/alerts")) {
            if (alert.path("state").asText().equals("firing")) {
                firing.add(alert.at("/labels/alertname").asText());
            }
        }
        return firing;
    }

    /** The series that the query finds, with a value that is a number. */
    List<JsonNode> query(String expression) {
        List<JsonNode> found = new ArrayList<>();
        for (JsonNode series : ask("query?query=" + encoded(expression)).at("/result")) {
            if (!series.at("/value/1").asText().equals("NaN")) {
                found.add(series.path("metric"));
            }
        }
        return found;
    }

    /** Metric and label names of each series it has: {@code name[label, label]}. */
    Set<String> shapes() {
        Set<String> shapes = new HashSet<>();
        for (JsonNode series : ask("series?match[]=".replace("[]", "%5B%5D") + encoded("{job=\"understudy\"}"))) {
            Set<String> labels = new TreeSet<>();
            series.fieldNames().forEachRemaining(labels::add);
            labels.remove("__name__");
            shapes.add(series.path("__name__").asText() + labels);
        }
        return shapes;
    }

    private JsonNode ask(String question) {
        HttpResponse<String> answer = get(port, "/api/v1/" + question);
        try {
            JsonNode json = new ObjectMapper().readTree(answer.body());
            if (!json.path("status").asText().equals("success")) {
                throw new AssertionError(question + ": " + answer.body());
            }
            return json.path("data");
        } catch (IOException e) {
            throw new AssertionError(question + ": " + answer.body(), e);
        }
    }

    static HttpResponse<String> get(int port, String path) {
        try {
            return HTTP.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String json(Object value) {
        try {
            return new ObjectMapper().writeValueAsString(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        server.stop();
    }
}
