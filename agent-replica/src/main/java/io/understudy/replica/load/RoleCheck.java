package io.understudy.replica.load;

import io.understudy.failure.ErrorCode;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import io.understudy.repository.DatabaseProperties;
import io.understudy.repository.DatabaseProperties.Grant;
import io.understudy.repository.DatabaseProperties.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The roles that the content needs, and what the importing user may do. */
final class RoleCheck {
    private final Session session;
    private final boolean single;

    /** @param single whether all content is to belong to the importing user */
    RoleCheck(Session session, boolean single) {
        this.session = session;
        this.single = single;
    }

    /** @param live name of the site's database */
    List<Fault> faults(DatabaseProperties properties, String live) {
        List<Fault> faults = new ArrayList<>();
        SortedSet<String> needed = single ? new TreeSet<>() : needed(properties);
        SortedSet<String> missing = new TreeSet<>(needed);
        session.query("SELECT rolname FROM pg_catalog.pg_roles", row -> row.text("rolname"))
                .forEach(missing::remove);
        if (!missing.isEmpty()) {
            faults.add(new Fault(
                    ErrorCode.MISSING_ROLE,
                    (missing.size() == 1 ? "this server lacks the role " : "this server lacks the roles ")
                            + list(missing),
                    "create them with CREATE ROLE, or set database.ownership: single"));
        }
        if (!session.isSuperuser()) {
            needed.removeAll(missing);
            faults.addAll(withoutSuperuser(needed, live));
        }
        return faults;
    }

    private static SortedSet<String> needed(DatabaseProperties properties) {
        TreeSet<String> needed = new TreeSet<>(properties.roles());
        needed.add(properties.owner());
        Stream.concat(
                        properties.settings().stream().map(Setting::role),
                        properties.grants() == null
                                ? Stream.of()
                                : properties.grants().stream().flatMap(RoleCheck::parties))
                .filter(Objects::nonNull)
                .forEach(needed::add);
        return needed;
    }

    private static Stream<String> parties(Grant grant) {
        return Stream.of(grant.grantor(), grant.grantee() == null ? grant.grantor() : grant.grantee());
    }

    private List<Fault> withoutSuperuser(SortedSet<String> needed, String live) {
        List<Fault> faults = new ArrayList<>();
        if (!flag("rolcreatedb")) {
            faults.add(denied("may not create databases", "ALTER ROLE … CREATEDB"));
        }
        List<String> strange = needed.stream().filter(role -> !isMember(role)).toList();
        List<String> superusers = strange.stream().filter(this::isSuperuser).toList();
        List<String> ordinary =
                strange.stream().filter(role -> !superusers.contains(role)).toList();
        if (!ordinary.isEmpty()) {
            faults.add(denied(
                    "is not a member of " + list(ordinary) + ", which must own objects",
                    "GRANT it those roles, or set database.ownership: single"));
        }
        if (!superusers.isEmpty()) {
            faults.add(
                    denied(
                            "may give nothing to " + list(superusers)
                                    + ", which must own objects and is a superuser here",
                            "let those objects belong to an ordinary role on the primary (REASSIGN OWNED BY … TO …), or set database.ownership: single"));
        }
        session.first(
                        "SELECT pg_catalog.pg_get_userbyid(datdba) AS owner FROM pg_catalog.pg_database WHERE datname = ?",
                        row -> row.text("owner"),
                        live)
                .filter(owner -> !isMember(owner))
                .ifPresent(owner -> faults.add(denied(
                        "may not rename database " + Sql.identifier(live) + ", which belongs to "
                                + Sql.identifier(owner),
                        "ALTER DATABASE … OWNER TO it, or GRANT it that role")));
        List<String> strangers = untouchable(live);
        if (!strangers.isEmpty()) {
            faults.add(denied(
                    "may not end the sessions of " + list(strangers) + " in database " + Sql.identifier(live),
                    "GRANT pg_signal_backend, or those roles, to it; a superuser's sessions only a superuser may end"));
        }
        return faults;
    }

    /** Whose sessions of the live database could not be ended for the swap, as far as they are connected now. */
    private List<String> untouchable(String live) {
        return session.query("""
                SELECT DISTINCT r.rolname::text COLLATE "C" AS name
                FROM pg_catalog.pg_stat_activity a JOIN pg_catalog.pg_roles r ON r.oid = a.usesysid
                WHERE a.datname = ? AND NOT pg_catalog.pg_has_role(r.oid, 'USAGE')
                AND (r.rolsuper OR NOT pg_catalog.pg_has_role('pg_signal_backend', 'USAGE'))
                ORDER BY 1
                """, row -> row.text("name"), live);
    }

    private boolean flag(String column) {
        return session.number("SELECT count(*) FROM pg_catalog.pg_roles WHERE rolname = current_user AND " + column)
                > 0;
    }

    private boolean isSuperuser(String role) {
        return session.number("SELECT count(*) FROM pg_catalog.pg_roles WHERE rolname = ? AND rolsuper", role) > 0;
    }

    private boolean isMember(String role) {
        return session.number("SELECT pg_catalog.pg_has_role(?::name, 'MEMBER')::int", role) == 1;
    }

    private Fault denied(String why, String hint) {
        String user = session.first("SELECT current_user AS name", row -> row.text("name"))
                .orElseThrow();
        return new Fault(ErrorCode.MISSING_PRIVILEGE, "user " + Sql.identifier(user) + " " + why, hint);
    }

    private static String list(Iterable<String> roles) {
        List<String> quoted = new ArrayList<>();
        roles.forEach(role -> quoted.add(Sql.identifier(role)));
        return String.join(", ", quoted);
    }
}
