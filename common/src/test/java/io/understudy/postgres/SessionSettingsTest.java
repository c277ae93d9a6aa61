package io.understudy.postgres;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.Ownership;
import io.understudy.failure.ErrorCode;
import io.understudy.process.CommandResult;
import io.understudy.process.SystemCommandRunner;
import io.understudy.testing.PostgresServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionSettingsTest {
    /** What each session is made to have, by the values that would harm most. */
    private static final Map<String, String> HARMFUL = new TreeMap<>(Map.ofEntries(
            Map.entry("array_nulls", "off"),
            Map.entry("backslash_quote", "on"),
            Map.entry("bytea_output", "escape"),
            Map.entry("client_encoding", "LATIN1"),
            Map.entry("client_min_messages", "error"),
            Map.entry("DateStyle", "SQL, DMY"),
            Map.entry("IntervalStyle", "sql_standard"),
            Map.entry("TimeZone", "Asia/Tokyo"),
            Map.entry("default_transaction_deferrable", "on"),
            Map.entry("default_transaction_isolation", "serializable"),
            Map.entry("default_transaction_read_only", "on"),
            Map.entry("enable_tidscan", "off"),
            Map.entry("exit_on_error", "on"),
            Map.entry("extra_float_digits", "-15"),
            Map.entry("idle_in_transaction_session_timeout", "50ms"),
            Map.entry("gin_fuzzy_search_limit", "1"),
            Map.entry("lock_timeout", "1ms"),
            Map.entry("quote_all_identifiers", "on"),
            Map.entry("row_security", "on"),
            Map.entry("search_path", "pg_catalog"),
            Map.entry("session_replication_role", "replica"),
            Map.entry("standard_conforming_strings", "off"),
            Map.entry("statement_timeout", "1ms"),
            Map.entry("synchronize_seqscans", "on"),
            Map.entry("transform_null_equals", "on"),
            Map.entry("xmloption", "document"),
            Map.entry("zero_damaged_pages", "on")));

    private final PostgresServer server = PostgresServer.shared();
    private final String name = server.createDatabase("settings");

    @TempDir
    Path folder;

    @Test
    void judgesEverySettingThatAServerCanHandToASession() {
        Set<String> judged = new HashSet<>(SessionSettings.set().keySet());
        judged.addAll(SessionSettings.demanded().keySet());
        judged.addAll(SessionSettings.wished().keySet());
        judged.addAll(SessionSettings.left());
        Set<String> known = new TreeSet<>(server.psql(
                        "postgres",
                        "SELECT name FROM pg_settings WHERE context NOT IN ('internal', 'postmaster', 'sighup') AND name NOT LIKE '%.%'")
                .lines()
                .toList());
        assertThat(known).hasSizeGreaterThan(150).isSubsetOf(judged);
        assertThat(SessionSettings.left())
                .doesNotContainAnyElementsOf(SessionSettings.set().keySet())
                .doesNotContainAnyElementsOf(SessionSettings.demanded().keySet())
                .doesNotContainAnyElementsOf(SessionSettings.wished().keySet());
    }

    @Test
    void givesSessionsAndProgramsTheSameValuesWhateverTheDatabaseSays() {
        String before;
        try (Session session = new Database(server.settings(name)).open()) {
            before = values(session);
        }
        String role = server.newName("assumed");
        server.createRole(role, "");
        HARMFUL.forEach((setting, value) -> alter(setting, value));
        alter("role", role);
        if (before.contains("idle_session_timeout")) {
            alter("idle_session_timeout", "2s");
        }
        if (before.contains("transaction_timeout")) {
            alter("transaction_timeout", "2s");
        }
        try (Session session = new Database(server.settings(name)).open()) {
            assertThat(values(session)).isEqualTo(before);
            assertThat(session.first("SELECT current_user AS u", row -> row.text("u")))
                    .contains(PostgresServer.SUPERUSER);
        }
        PgTools tools = new PgTools(server.settings(name), new SystemCommandRunner(folder));
        CommandResult shown = tools.run(
                server.tools().resolve("psql"),
                name,
                List.of("-X", "-A", "-t", "-c", "SELECT name, setting FROM pg_settings", "-c", "SHOW role"),
                Duration.ofMinutes(1),
                UnaryOperator.identity());
        assertThat(shown.errors()).isEmpty();
        Set<String> lines = new HashSet<>(shown.output().lines().toList());
        assertThat(lines).contains("client_encoding|UTF8", "none");
        HARMFUL.keySet().stream()
                .filter(setting ->
                        !setting.equals("DateStyle") && SessionSettings.set().containsKey(setting))
                .forEach(setting -> assertThat(lines)
                        .contains(setting + "|" + SessionSettings.set().get(setting)));
    }

    @Test
    void saysWhichSettingItMayNotTakeBack() {
        String role = server.newName("plain");
        server.createRole(role, "LOGIN PASSWORD 'x'");
        alter("session_replication_role", "replica");
        assertFails(
                        ErrorCode.MISSING_PRIVILEGE,
                        () -> new Database(server.settings(name, role, "x", Ownership.PRESERVE)).open())
                .hasMessageContaining("session_replication_role is replica")
                .hasFieldOrPropertyWithValue(
                        "hint",
                        "reset the setting (ALTER DATABASE … RESET session_replication_role, or where it was made), or GRANT SET ON PARAMETER session_replication_role to database.user (PostgreSQL 15 and later)");
    }

    private void alter(String setting, String value) {
        server.psql(
                "postgres",
                "ALTER DATABASE " + PostgresServer.quoted(name) + " SET " + setting + " = "
                        + PostgresServer.literal(value) + ";");
    }

    private static String values(Session session) {
        Set<String> wanted = new TreeSet<>(SessionSettings.set().keySet());
        wanted.addAll(SessionSettings.demanded().keySet());
        return String.join(
                "\n",
                session.query(
                        "SELECT name || '=' || current_setting(name, true) AS value FROM unnest(?::text[]) name"
                                + " WHERE current_setting(name, true) IS NOT NULL ORDER BY name",
                        row -> row.text("value"),
                        "{" + String.join(",", wanted) + "}"));
    }
}
