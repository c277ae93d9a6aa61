package io.understudy.databases;

import static io.understudy.databases.SchemaClient.literal;
import static io.understudy.databases.SchemaClient.quoted;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an exchange would lose of the rights on a schema, and what a dump cannot bring along. Rights on the schema and
 * on its tables belong to names, and stay. Those on a single routine go with the routine, so they are given again. The
 * accounts with whose rights views, triggers, routines and events run are the server's own.
 */
final class SchemaRights {
    private static final Logger LOG = LoggerFactory.getLogger(SchemaRights.class);
    /** In no name in hexadecimal digits. */
    private static final String SEPARATOR = "|";

    private static final int PARTS = 5;
    private static final int OBJECT_PARTS = 3;

    private final SchemaClient client;

    SchemaRights(SchemaClient client) {
        this.client = client;
    }

    /** What runs with the rights of an account, as lines for {@link #missing}. */
    List<String> definers(String schema) {
        String of = " = " + literal(schema);
        return client.query("SELECT CONCAT_WS('|', HEX(definer), kind, HEX(name)) FROM ("
                + "SELECT definer, 'view' AS kind, table_name AS name FROM information_schema.views"
                + " WHERE table_schema" + of
                + " UNION SELECT definer, 'trigger', trigger_name FROM information_schema.triggers"
                + " WHERE trigger_schema" + of
                + " UNION SELECT definer, routine_type, routine_name FROM information_schema.routines"
                + " WHERE routine_schema" + of
                + " UNION SELECT definer, 'event', event_name FROM information_schema.events WHERE event_schema" + of
                + ") AS all_of_them ORDER BY definer, kind, name");
    }

    /**
     * Which of them run with the rights of an account that is not on this server: the site's statements that use a
     * view or fire a trigger fail then.
     *
     * @return for people, a line for each account
     */
    List<String> missing(List<String> definers) {
        Optional<List<String>> accounts = readable(
                "SELECT CONCAT(HEX(user), ' ', HEX(host)) FROM mysql.user",
                "which accounts there are, so those of views, triggers, routines and events are not checked");
        Map<String, List<String>> missing = new LinkedHashMap<>();
        definers.stream()
                .map(line -> line.split(Pattern.quote(SEPARATOR)))
                .filter(parts -> parts.length == OBJECT_PARTS)
                .filter(parts ->
                        accounts.filter(all -> !all.contains(account(parts[0]))).isPresent())
                .forEach(parts -> missing.computeIfAbsent(SchemaClient.text(parts[0]), each -> new ArrayList<>())
                        .add(parts[1].toLowerCase(Locale.ROOT) + " " + SchemaClient.text(parts[2])));
        return missing.entrySet().stream()
                .map(each -> String.join(", ", each.getValue()) + " as " + each.getKey())
                .toList();
    }

    /** As in the list of accounts: a name may hold an @, a host never does; a role has no host. */
    private static String account(String hex) {
        String definer = SchemaClient.text(hex);
        int at = definer.lastIndexOf('@');
        String user = at < 0 ? definer : definer.substring(0, at);
        return SchemaClient.hex(user) + " " + SchemaClient.hex(at < 0 ? "" : definer.substring(at + 1));
    }

    /** Who may run which single routine, as lines for {@link #give}. */
    String script(String schema) {
        return String.join(
                "\n",
                readable(
                                "SELECT CONCAT_WS('|', routine_type, HEX(routine_name), HEX(user), HEX(host),"
                                        + " proc_priv) FROM mysql.procs_priv WHERE db = " + literal(schema),
                                "rights on single routines, so they are lost")
                        .orElse(List.of()));
    }

    /** Gives them for the routines that are there now. One that is refused keeps nothing from its turn. */
    void give(String schema, Path script) {
        if (!Files.exists(script)) {
            return;
        }
        List<String> there = client.query("SELECT CONCAT_WS('|', routine_type, HEX(routine_name), '')"
                + " FROM information_schema.routines WHERE routine_schema = " + literal(schema));
        SchemaObjects.text(script)
                .lines()
                .filter(line -> there.stream().anyMatch(line::startsWith))
                .map(line -> line.split(Pattern.quote(SEPARATOR), PARTS))
                .filter(parts -> parts.length == PARTS)
                .forEach(parts -> give(schema, parts));
    }

    private void give(String schema, String[] parts) {
        List<String> rights = new ArrayList<>(List.of(parts[4].split(",")));
        boolean granting = rights.removeIf(each -> each.equalsIgnoreCase("Grant"));
        String routine = parts[0] + " " + quoted(schema) + "." + quoted(SchemaClient.text(parts[1]));
        String account = quoted(SchemaClient.text(parts[2]))
                + (parts[3].isEmpty() ? "" : "@" + quoted(SchemaClient.text(parts[3])));
        try {
            client.sql(
                    SchemaObjects.mode(parts[0]) + "GRANT " + (rights.isEmpty() ? "USAGE" : String.join(", ", rights))
                            + " ON " + routine + " TO " + account + (granting ? " WITH GRANT OPTION" : ""));
        } catch (UnderstudyException e) {
            requireRefusal(e);
            LOG.warn("{} has no right on {} any more: {}", account, routine, e.getMessage());
        }
    }

    /** @return for people: what of this cannot be done here; empty: nothing */
    String check(String schema) {
        boolean can = isReadable("SELECT 1 FROM mysql.user LIMIT 1")
                && isReadable("SELECT 1 FROM mysql.procs_priv WHERE db = " + literal(schema) + " LIMIT 1");
        return can
                ? ""
                : "; mysql.user and mysql.procs_priv cannot be read, so definers are not checked and rights on single"
                        + " routines are lost with each import";
    }

    /**
     * Tries to make a trigger, which servers with a binary log refuse to most accounts, and one of another definer.
     *
     * @param schema of a trial, with a table {@code c} without triggers
     * @return for people: what of this cannot be done here; empty: nothing
     */
    String checkCode(String schema) {
        return refusal(schema, "")
                .map(said -> "; triggers and functions cannot be made here, so a snapshot with some is not imported: "
                        + said)
                .or(() -> refusal(schema, "DEFINER = understudy_check@localhost ")
                        .map(said -> "; what runs with the rights of another account cannot be made here, so a snapshot"
                                + " with views, triggers or routines of such is not imported: "
                                + said))
                .orElse("");
    }

    private Optional<String> refusal(String schema, String definer) {
        String trigger = quoted(schema) + ".understudy_check";
        try {
            client.sql("CREATE " + definer + "TRIGGER " + trigger + " BEFORE INSERT ON " + quoted(schema)
                    + ".c FOR EACH ROW SET @a = 1; DROP TRIGGER " + trigger);
            return Optional.empty();
        } catch (UnderstudyException e) {
            requireRefusal(e);
            return Optional.of(e.getMessage());
        }
    }

    private boolean isReadable(String query) {
        try {
            client.query(query);
            return true;
        } catch (UnderstudyException e) {
            requireRefusal(e);
            return false;
        }
    }

    private Optional<List<String>> readable(String query, String what) {
        try {
            return Optional.of(client.query(query));
        } catch (UnderstudyException e) {
            requireRefusal(e);
            LOG.warn("the server does not say {}: {}", what, e.getMessage());
            return Optional.empty();
        }
    }

    private static void requireRefusal(UnderstudyException e) {
        if (e.code() != ErrorCode.DATABASE_FAILED) {
            throw e;
        }
    }
}
