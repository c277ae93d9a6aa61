package io.understudy.postgres;

import java.util.ArrayList;
import java.util.List;

/**
 * What every session sets first, whatever the server, the database or the role prescribe: the values under which PostgreSQL writes and
 * reads data without loss and the same way each time. The list is that of pg_dump ({@code setup_connection}), and more:
 *
 * <ul>
 *   <li>{@code synchronize_seqscans}, {@code enable_tidscan} and no parallel plans: the rows of an unchanged table come in the same order;
 *   <li>{@code TimeZone}, {@code bytea_output} and {@code lc_monetary}: the same value is the same text on every server. Money is written
 *       with two decimals; as it is read under the same setting, the stored number survives even where the locale has none or three.
 * </ul>
 */
final class SessionDefaults {
    private static final List<String> ALWAYS = List.of(
            "DateStyle = ISO",
            "IntervalStyle = postgres",
            "TimeZone = 'UTC'",
            "extra_float_digits = 3",
            "search_path = ''",
            "row_security = off",
            "xmloption = content",
            "bytea_output = hex",
            "lc_monetary = 'C'",
            "standard_conforming_strings = on",
            "quote_all_identifiers = off",
            "default_transaction_isolation = 'read committed'",
            "default_transaction_read_only = off",
            "default_transaction_deferrable = off",
            "client_min_messages = warning",
            "statement_timeout = 0",
            "lock_timeout = 0",
            "idle_in_transaction_session_timeout = 0",
            "synchronize_seqscans = off",
            "enable_tidscan = on",
            "max_parallel_workers_per_gather = 0",
            "jit = off");

    private SessionDefaults() {}

    /** @param version {@code server_version_num} */
    static String statements(int version) {
        List<String> settings = new ArrayList<>(ALWAYS);
        if (version >= 140000) {
            settings.add("idle_session_timeout = 0");
        }
        if (version >= 170000) {
            settings.add("transaction_timeout = 0");
        }
        return "SET " + String.join("; SET ", settings);
    }
}
