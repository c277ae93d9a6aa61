package io.understudy.postgres;

import io.understudy.config.Settings.DatabaseSettings;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The settings of a connection as PostgreSQL's own library reads them: {@code host='…' port='…'}. It never holds a
 * secret. Of the URL's parameters the ones about TLS and Kerberos are carried over, where both sides understand the
 * same values.
 */
final class ConnectionString {
    /** By which a server knows the agents' sessions. */
    static final String NAME = "understudy";

    private static final Map<String, String> SAME_MEANING = Map.of(
            "sslmode", "sslmode",
            "sslrootcert", "sslrootcert",
            "sslcert", "sslcert",
            "sslkey", "sslkey",
            "channelBinding", "channel_binding",
            "gssEncMode", "gssencmode",
            "kerberosServerName", "krbsrvname",
            "options", "options");

    private ConnectionString() {}

    /**
     * @param name by which the server knows the session
     * @param startup its options are added to those of the URL
     */
    static String of(DatabaseSettings settings, String database, String name, StartupSettings startup) {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("host", settings.host());
        parts.put("port", Integer.toString(settings.port()));
        parts.put("user", settings.user());
        parts.put("dbname", database);
        parts.put("application_name", name);
        parts.put("connect_timeout", "10");
        settings.parameters().forEach((parameter, value) -> {
            if (SAME_MEANING.containsKey(parameter)) {
                parts.put(SAME_MEANING.get(parameter), value);
            }
        });
        parts.put("client_encoding", startup.encoding());
        if (!startup.options().isEmpty()) {
            parts.merge("options", startup.options(), (own, ours) -> own + " " + ours);
        }
        return parts.entrySet().stream()
                .map(part -> part.getKey() + "='" + escaped(part.getValue()) + "'")
                .collect(Collectors.joining(" "));
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("'", "\\'");
    }
}
