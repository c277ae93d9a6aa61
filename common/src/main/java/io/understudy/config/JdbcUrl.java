package io.understudy.config;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The parts of {@code jdbc:postgresql://host:port/database?name=value&…}; one host only. */
record JdbcUrl(String host, int port, String database, Map<String, String> parameters) {
    private static final int POSTGRESQL = 5432;

    /** @throws IllegalArgumentException when the text is no such URL */
    static JdbcUrl parse(String text) {
        if (!text.startsWith("jdbc:postgresql://")) {
            throw new IllegalArgumentException(text);
        }
        URI uri = URI.create(text.substring("jdbc:".length()));
        if (uri.getHost() == null || uri.getPath().length() < 2 || uri.getUserInfo() != null) {
            throw new IllegalArgumentException(text);
        }
        String host = uri.getHost().startsWith("[")
                ? uri.getHost().substring(1, uri.getHost().length() - 1)
                : uri.getHost();
        int port = uri.getPort() < 0 ? POSTGRESQL : uri.getPort();
        return new JdbcUrl(host, port, uri.getPath().substring(1), parameters(uri.getRawQuery()));
    }

    private static Map<String, String> parameters(String query) {
        Map<String, String> result = new LinkedHashMap<>();
        for (String pair : query == null || query.isEmpty() ? new String[0] : query.split("&")) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException(query);
            }
            result.put(
                    pair.substring(0, equals), URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        }
        if (result.containsKey("user") || result.containsKey("password")) {
            throw new IllegalArgumentException("credentials belong in database.user and database.password");
        }
        return result;
    }
}
