package io.understudy.postgres;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Gives a session the settings of {@link SessionSettings}, in few questions: each takes a way to the server and back.
 *
 * @param version {@code server_version_num}
 * @param known names of the settings that the server knows and the user may set
 */
record SessionPreparation(int version, List<String> known) {
    private static final String VERSION = "server_version_num";
    private static final String SUPERUSER = "is_superuser";
    private static final String VALUES = "SELECT name, pg_catalog.current_setting(name, true) AS value"
            + " FROM pg_catalog.unnest(?::pg_catalog.text[]) name";

    /**
     * @param where the database as messages name it
     * @throws UnderstudyException {@code SERVER_TOO_OLD}, {@code MISSING_PRIVILEGE}
     */
    static SessionPreparation of(Session session, String where, String replicationRole) {
        Map<String, String> demanded = SessionSettings.demanded(replicationRole);
        Map<String, String> now = values(session, demanded.keySet());
        int version = Integer.parseInt(now.get(VERSION));
        if (version < Database.OLDEST) {
            throw new UnderstudyException(
                    ErrorCode.SERVER_TOO_OLD,
                    "cannot use " + where + ": its server is PostgreSQL " + version / 10000,
                    "upgrade the server to PostgreSQL 12 or later");
        }
        Set<String> settable = new TreeSet<>(SessionSettings.set().keySet());
        if ("on".equals(now.get(SUPERUSER))) {
            settable.addAll(SessionSettings.wished().keySet());
        }
        List<String> known = settable.stream().filter(now::containsKey).toList();
        session.execute(SessionSettings.statements(known));
        demanded.forEach((name, value) -> {
            if (now.containsKey(name) && !value.equals(now.get(name))) {
                set(session, where, name, value, now.get(name));
            }
        });
        return new SessionPreparation(version, known);
    }

    /** The values of all that matters and that the server knows. */
    private static Map<String, String> values(Session session, Set<String> demanded) {
        Set<String> names = new TreeSet<>(SessionSettings.set().keySet());
        names.addAll(demanded);
        names.addAll(SessionSettings.wished().keySet());
        names.add(SUPERUSER);
        names.add(VERSION);
        Map<String, String> found = new HashMap<>();
        session
                .query(
                        VALUES,
                        row -> new String[] {row.text("name"), row.text("value")},
                        "{" + String.join(",", names) + "}")
                .stream()
                .filter(each -> each[1] != null)
                .forEach(each -> found.put(each[0], each[1]));
        return found;
    }

    private static void set(Session session, String where, String name, String value, String now) {
        try {
            session.execute("SET " + name + " = " + Sql.literal(value));
        } catch (UnderstudyException e) {
            throw new UnderstudyException(
                    ErrorCode.MISSING_PRIVILEGE,
                    "cannot use " + where + ": " + name + " is " + now + ", and database.user may not set it to "
                            + value,
                    "reset the setting (ALTER DATABASE … RESET " + name
                            + ", or where it was made), or GRANT SET ON PARAMETER " + name
                            + " to database.user (PostgreSQL 15 and later)",
                    e);
        }
    }
}
