package io.understudy.sample;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** What the site answers. */
final class SiteHandlers {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SiteConfig config;
    private final boolean standby;
    private final GuestBook book;
    private final MediaFolder media;

    SiteHandlers(SiteConfig config, boolean standby, GuestBook book, MediaFolder media) {
        this.config = config;
        this.standby = standby;
        this.book = book;
        this.media = media;
    }

    void page(HttpExchange exchange) throws IOException, SQLException {
        GuestBook.Content content = book.content();
        String html = Page.render(config.title(), standby, content.notes(), content.uploads());
        send(exchange, 200, "text/html; charset=utf-8", html.getBytes(StandardCharsets.UTF_8));
    }

    void health(HttpExchange exchange) throws IOException, SQLException {
        GuestBook.Content content = book.content();
        Map<String, Object> health = new LinkedHashMap<>();
        health.put("status", "ok");
        health.put("mode", standby ? "standby" : "primary");
        health.put("site", config.title());
        health.put("notes", content.notes().size());
        health.put("uploads", content.uploads().size());
        health.put(
                "missing_files",
                content.uploads().stream().filter(upload -> !upload.present()).count());
        json(exchange, 200, health);
    }

    void notes(HttpExchange exchange) throws IOException, SQLException {
        if (!isPost(exchange)) {
            json(exchange, 200, book.notes());
        } else if (!refused(exchange)) {
            addNote(exchange);
        }
    }

    void uploads(HttpExchange exchange) throws IOException, SQLException {
        if (!isPost(exchange)) {
            json(exchange, 200, book.uploads());
        } else if (!refused(exchange)) {
            String name = pairs(exchange.getRequestURI().getRawQuery()).getOrDefault("name", "unnamed");
            MediaFolder.Stored stored =
                    media.store(exchange.getRequestBody(), UUID.randomUUID().toString());
            json(exchange, 201, Map.of("id", book.addUpload(name, stored), "sha256", stored.sha256()));
        }
    }

    void media(HttpExchange exchange) throws IOException, SQLException {
        String id = exchange.getRequestURI().getPath().substring("/media/".length());
        String file = id.matches("[0-9]{1,18}") ? book.fileOf(Long.parseLong(id)) : null;
        Path path = file == null ? null : media.path(file);
        if (path == null || !Files.isRegularFile(path)) {
            json(exchange, 404, Map.of("error", "no such upload"));
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
        long size = Files.size(path);
        exchange.sendResponseHeaders(200, size == 0 ? -1 : size);
        if (size > 0) {
            Files.copy(path, exchange.getResponseBody());
        }
    }

    static void json(HttpExchange exchange, int status, Object body) throws IOException {
        send(exchange, status, "application/json", JSON.writeValueAsBytes(body));
    }

    private void addNote(HttpExchange exchange) throws IOException, SQLException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        if (type != null && type.startsWith("application/x-www-form-urlencoded")) {
            Map<String, String> form = pairs(body);
            book.addNote(form.getOrDefault("author", "anonymous"), form.getOrDefault("text", ""));
            exchange.getResponseHeaders().set("Location", "/");
            exchange.sendResponseHeaders(303, -1);
        } else {
            json(exchange, 201, Map.of("id", book.addNote("anonymous", body)));
        }
    }

    private boolean refused(HttpExchange exchange) throws IOException {
        if (standby) {
            json(exchange, 503, Map.of("error", "this server is the standby and accepts no changes"));
        }
        return standby;
    }

    private static boolean isPost(HttpExchange exchange) {
        return exchange.getRequestMethod().equals("POST");
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private static Map<String, String> pairs(String encoded) {
        Map<String, String> pairs = new HashMap<>();
        for (String pair : encoded == null ? new String[0] : encoded.split("&")) {
            String[] both = pair.split("=", 2);
            if (both.length == 2) {
                pairs.put(decode(both[0]), decode(both[1]));
            }
        }
        return pairs;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
