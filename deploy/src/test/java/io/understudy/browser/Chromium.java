package io.understudy.browser;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A real Chromium without a window, by the Chrome DevTools Protocol; its own profile, ended with {@link #close}. */
final class Chromium implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LIMIT_SECONDS = 30;

    private final Process process;
    private final WebSocket socket;
    private final Map<Integer, CompletableFuture<JsonNode>> asked = new ConcurrentHashMap<>();
    private final List<JsonNode> events = new ArrayList<>();
    private int last;

    private Chromium(Process process, String page) {
        this.process = process;
        this.socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create(page), new Listener())
                .orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    /** @param profile a folder of its own */
    static Chromium start(Path profile) throws IOException, InterruptedException {
        Path errors = profile.resolveSibling("chromium.err");
        Process process = new ProcessBuilder(
                        "chromium",
                        "--headless=new",
                        // Its sandbox does not work as root; the pages are the test's own.
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-background-networking",
                        "--no-first-run",
                        "--hide-scrollbars",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(errors.toFile())
                .start();
        try {
            // The port stands in its first line.
            Path port = profile.resolve("DevToolsActivePort");
            Awaitility.await()
                    .atMost(LIMIT_SECONDS, TimeUnit.SECONDS)
                    .until(() -> Files.exists(port) && Files.size(port) > 0);
            String address = "http://127.0.0.1:" + Files.readAllLines(port).get(0) + "/json/list";
            JsonNode pages = Awaitility.await()
                    .atMost(LIMIT_SECONDS, TimeUnit.SECONDS)
                    .until(() -> JSON.readTree(get(address)), all -> all.findValue("webSocketDebuggerUrl") != null);
            Chromium chromium = new Chromium(
                    process, pages.findValue("webSocketDebuggerUrl").asText());
            for (String domain : List.of("Page", "Runtime", "Log", "Network", "DOM", "Accessibility")) {
                chromium.call(domain + ".enable", Map.of());
            }
            return chromium;
        } catch (RuntimeException | IOException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    private static String get(String address) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address)).build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean end) {
            text.append(part);
            if (end) {
                receive(text.toString());
                text.setLength(0);
            }
            from.request(1);
            return null;
        }
    }

    private void receive(String text) {
        try {
            JsonNode message = JSON.readTree(text);
            if (message.has("id")) {
                asked.remove(message.get("id").asInt()).complete(message);
            } else {
                synchronized (events) {
                    events.add(message);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    JsonNode call(String method, Map<String, ?> parameters) {
        int id = ++last;
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        asked.put(id, answer);
        ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
        message.set("params", JSON.valueToTree(parameters));
        socket.sendText(message.toString(), true).join();
        JsonNode result = answer.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
        if (result.has("error")) {
            throw new IllegalStateException(method + ": " + result.get("error"));
        }
        return result.get("result");
    }

    /** Loads a page, and forgets what happened before. */
    void open(String url) {
        synchronized (events) {
            events.clear();
        }
        call("Page.navigate", Map.of("url", url));
        Awaitility.await()
                .atMost(LIMIT_SECONDS, TimeUnit.SECONDS)
                .until(() -> !happened("Page.loadEventFired").isEmpty());
    }

    /** The parameters of events of this name since the page was opened. */
    List<JsonNode> happened(String method) {
        synchronized (events) {
            return events.stream()
                    .filter(each -> each.get("method").asText().equals(method))
                    .map(each -> each.get("params"))
                    .toList();
        }
    }

    void window(int width, int height) {
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    }

    /** @param scheme {@code light} or {@code dark} */
    void prefer(String scheme) {
        call(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    JsonNode evaluate(String expression) {
        JsonNode result = call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true));
        return result.get("result").path("value");
    }

    void press(String key, int code) {
        for (String type : List.of("rawKeyDown", "keyUp")) {
            call(
                    "Input.dispatchKeyEvent",
                    Map.of("type", type, "key", key, "code", key, "windowsVirtualKeyCode", code));
        }
    }

    /** What a screen reader gets: {@code role: name} of each node that has a name. */
    List<String> spoken() {
        List<String> spoken = new ArrayList<>();
        Iterator<JsonNode> nodes =
                call("Accessibility.getFullAXTree", Map.of()).get("nodes").elements();
        while (nodes.hasNext()) {
            JsonNode node = nodes.next();
            String name = node.path("name").path("value").asText();
            if (!node.path("ignored").asBoolean() && !name.isEmpty()) {
                spoken.add(node.path("role").path("value").asText() + ": " + name);
            }
        }
        return spoken;
    }

    /** Of the whole page. */
    byte[] screenshot() {
        JsonNode shot = call("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true));
        return Base64.getDecoder().decode(shot.get("data").asText());
    }

    @Override
    public void close() {
        socket.abort();
        process.destroy();
        process.onExit().orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
    }
}
