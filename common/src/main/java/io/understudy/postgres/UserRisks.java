package io.understudy.postgres;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Which roles of this server would let the content of a database do more than the site may: functions of the site run
 * with the rights of the site's roles, and what an archive holds is restored with those of database.user.
 */
public final class UserRisks {
    /** What to do about all of them. */
    public static final String HINT =
            "let database.user be the owner of the site's database with CREATEDB, and let the site's objects belong to roles"
                    + " that are no superusers; docs/security.md says what each kind of user means";

    private static final String POWERS = """
            SELECT r.rolname AS name, CASE WHEN r.rolsuper THEN 'is a superuser' ELSE 'may run programs or read and write files of the server' END AS power
            FROM pg_catalog.pg_roles r
            WHERE r.rolname = ANY (?::pg_catalog.text[])
            AND (r.rolsuper OR EXISTS (
                SELECT FROM pg_catalog.pg_roles p
                WHERE p.rolname IN ('pg_execute_server_program', 'pg_write_server_files', 'pg_read_server_files')
                AND pg_catalog.pg_has_role(r.oid, p.oid, 'MEMBER')))
            ORDER BY r.rolname
            """;

    private UserRisks() {}

    /** That of the session's own user, as a sentence; empty when it is an ordinary role. */
    public static List<String> ofUser(Session session) {
        String user = session.first("SELECT session_user AS name", row -> row.text("name"))
                .orElseThrow();
        return powers(session, List.of(user)).stream()
                .map(
                        power -> "database.user is " + power
                                + ": on a standby, what the primary's key has signed is restored with its rights, also an archive that runs commands")
                .toList();
    }

    /** Those of the roles that own the content, as sentences. */
    public static List<String> ofOwners(Session session, Collection<String> roles) {
        return powers(session, roles).stream()
                .map(
                        power -> "the content names " + power
                                + ": where it owns tables, functions of the site run with its rights when indexes, views and statistics of them are made")
                .toList();
    }

    private static List<String> powers(Session session, Collection<String> roles) {
        List<String> quoted = new ArrayList<>();
        roles.forEach(role -> quoted.add("\"" + role.replace("\\", "\\\\").replace("\"", "\\\"") + "\""));
        return session.query(
                POWERS,
                row -> Sql.identifier(row.text("name")) + ", which " + row.text("power"),
                "{" + String.join(",", quoted) + "}");
    }
}
