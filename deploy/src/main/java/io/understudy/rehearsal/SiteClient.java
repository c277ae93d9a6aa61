package io.understudy.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A visitor of the sample site. */
public final class SiteClient {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final URI site;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(LIMIT).build();

    public SiteClient(URI site) {
        this.site = site;
    }

    /** What {@code /health} says, absent when the site does not answer or is not well. */
    public Optional<JsonNode> health() {
        try {
            HttpResponse<byte[]> answer = send(request("health").GET().build());
            return answer.statusCode() == 200 ? Optional.of(JSON.readTree(answer.body())) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Waits until the site is well and in this mode, {@code primary} or {@code standby}. */
    public JsonNode awaitMode(String mode, Duration limit) {
        return Deadline.await(
                "the site at " + site + " answers as " + mode,
                limit,
                () -> health().filter(health -> health.path("mode").asText().equals(mode)));
    }

    /** Waits until the site shows so many notes and uploads, with no file missing. */
    public void awaitContent(int notes, int uploads, Duration limit) {
        Deadline.await(
                "the site at " + site + " shows " + notes + " notes and " + uploads + " uploads",
                limit,
                () -> health().filter(health -> health.path("notes").asInt() == notes
                        && health.path("uploads").asInt() == uploads
                        && health.path("missing_files").asInt() == 0));
    }

    /** The status of the answer to a new note: 201 when it was taken, 503 when the site refuses writes. */
    public int addNote(String text) {
        return post("notes", text.getBytes(StandardCharsets.UTF_8));
    }

    public int addUpload(String name, byte[] content) {
        return post("uploads?name=" + URLEncoder.encode(name, StandardCharsets.UTF_8), content);
    }

    /** The texts of all notes whose seal holds, newest first. */
    public List<String> notes() {
        List<String> texts = new ArrayList<>();
        for (JsonNode note : list("notes")) {
            if (note.path("sealed").asBoolean()) {
                texts.add(note.path("text").asText());
            }
        }
        return texts;
    }

    /** The content of the upload with this name, absent when there is none. */
    public Optional<byte[]> download(String name) {
        for (JsonNode upload : list("uploads")) {
            if (upload.path("name").asText().equals(name)) {
                HttpResponse<byte[]> answer =
                        ask(request("media/" + upload.path("id").asText()).GET().build());
                return answer.statusCode() == 200 ? Optional.of(answer.body()) : Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** The page as a browser gets it. */
    public String page() {
        return new String(ask(request("").GET().build()).body(), StandardCharsets.UTF_8);
    }

    private JsonNode list(String path) {
        try {
            return JSON.readTree(ask(request(path).GET().build()).body());
        } catch (IOException e) {
            throw new AssertionError("the site at " + site + path + " gave no JSON", e);
        }
    }

    private int post(String path, byte[] body) {
        return ask(request(path)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build())
                .statusCode();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(site.resolve(path)).timeout(LIMIT);
    }

    private HttpResponse<byte[]> ask(HttpRequest request) {
        try {
            return send(request);
        } catch (IOException e) {
            throw new AssertionError("the site does not answer " + request.uri(), e);
        }
    }

    private HttpResponse<byte[]> send(HttpRequest request) throws IOException {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
