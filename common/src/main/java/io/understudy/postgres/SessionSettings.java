package io.understudy.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The values that every session has, whatever the server, the database or the role prescribe: those under which
 * PostgreSQL writes and reads data without loss, the same way each time, and takes the time that it needs. The file
 * {@code session-settings.txt} next to this class judges all settings of all supported versions; pg_dump's own list
 * ({@code setup_connection}) is part of it. Among them:
 *
 * <ul>
 *   <li>{@code synchronize_seqscans}, {@code enable_tidscan} and no parallel plans: the rows of an unchanged table come
 *   in the same order;
 *   <li>{@code TimeZone}, {@code bytea_output} and {@code lc_monetary}: the same value is the same text on every
 *   server. Money is written with two decimals; as it is read under the same setting, the stored number survives even
 *   where the locale has none or three;
 *   <li>{@code synchronous_commit}: no session waits for a standby of PostgreSQL's own that is gone;
 *   <li>{@code lc_messages}, where it may be set: what a server says in another language is understood less well.
 * </ul>
 */
final class SessionSettings {
    /**
     * In the startup message, before any statement could be too late for them. The server must know them all, so they
     * are those of every supported version. The owner of a database may prescribe its search_path, and have in it a
     * type or function by the name of one that the first statements use: those would run it with the rights of the
     * session.
     */
    static final String AT_START =
            "-c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0 -c role=none -c search_path=pg_catalog";

    private static final Map<String, String> SET = new LinkedHashMap<>();
    private static final Map<String, String> DEMANDED = new LinkedHashMap<>();
    private static final Map<String, String> WISHED = new LinkedHashMap<>();
    private static final Set<String> LEFT = new TreeSet<>();

    static {
        lines().filter(line -> !line.isBlank() && !line.startsWith("#")).forEach(line -> {
            String[] words = line.split(" ", 3);
            String value = words.length == 3 ? words[2] : "";
            switch (words[0]) {
                case "set" -> SET.put(words[1], value);
                case "demand" -> DEMANDED.put(words[1], value);
                case "wish" -> WISHED.put(words[1], value);
                case "leave" -> LEFT.add(words[1]);
                default -> throw new IllegalStateException(line);
            }
        });
    }

    private SessionSettings() {}

    /** What each session sets. */
    static Map<String, String> set() {
        return Map.copyOf(SET);
    }

    /** What only a superuser can set, and is wanted nevertheless. */
    static Map<String, String> demanded() {
        return Map.copyOf(DEMANDED);
    }

    /** The same of sessions with another {@code session_replication_role}. */
    static Map<String, String> demanded(String replicationRole) {
        Map<String, String> all = new LinkedHashMap<>(DEMANDED);
        all.put("session_replication_role", replicationRole);
        return all;
    }

    /** What each session of a superuser sets. */
    static Map<String, String> wished() {
        return Map.copyOf(WISHED);
    }

    /** What is left as it is. */
    static Set<String> left() {
        return Set.copyOf(LEFT);
    }

    /** @param known names of those that the server knows */
    static String statements(List<String> known) {
        return known.stream()
                .map(name -> "SET " + name + " = " + Sql.literal(value(name)))
                .collect(Collectors.joining("; "));
    }

    /** The same as options of a connection's startup message, spaces and backslashes escaped as the server wants it. */
    static String options(List<String> known) {
        return known.stream()
                .map(name ->
                        "-c " + name + "=" + value(name).replace("\\", "\\\\").replace(" ", "\\ "))
                .collect(Collectors.joining(" "));
    }

    private static String value(String name) {
        return SET.getOrDefault(name, WISHED.get(name));
    }

    private static Stream<String> lines() {
        try (InputStream file = SessionSettings.class.getResourceAsStream("session-settings.txt")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8).lines();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
