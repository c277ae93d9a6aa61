package io.understudy.postgres;

import io.understudy.config.Secret;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A role of the server that has no rights of its own, for what must not run with those of a superuser. Its sessions log
 * in as it: what a superuser's session sets with SET ROLE or SET SESSION AUTHORIZATION any function can set back, but a
 * session that logged in as this role never was more. Only where the server refuses the login (pg_hba.conf, a pooler)
 * do its sessions rest on SET SESSION AUTHORIZATION.
 *
 * <p>It is known by its comment, so that one that a killed agent left can be dropped. Its password is random and kept
 * nowhere.
 */
public final class TemporaryLogin {
    private static final Logger LOG = LoggerFactory.getLogger(TemporaryLogin.class);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String KNOWN =
            "SELECT rolname FROM pg_catalog.pg_roles WHERE pg_catalog.shobj_description(oid, 'pg_authid') = ?";
    private final Database superuser;
    private final String name;
    private final Secret password;
    private Optional<Boolean> accepted = Optional.empty();

    private TemporaryLogin(Database superuser, String name, Secret password) {
        this.superuser = superuser;
        this.name = name;
        this.password = password;
    }

    /**
     * @param superuser whose sessions may create roles
     * @param use a part of its name: {@code load}
     * @param purpose its comment
     * @param more settings of its sessions that only a superuser may make: {@code lo_compat_privileges TO on}
     * @throws UnderstudyException {@code DATABASE_*}
     */
    public static TemporaryLogin create(Database superuser, String use, String purpose, List<String> more) {
        String name = DatabaseNames.of(superuser.settings().name())
                .passing(use + "_" + UUID.randomUUID().toString().substring(0, 8));
        byte[] random = new byte[24];
        RANDOM.nextBytes(random);
        String password = HexFormat.of().formatHex(random);
        String role = Sql.identifier(name);
        StringBuilder sql = new StringBuilder("BEGIN; SET LOCAL log_statement = none;"
                + " SET LOCAL log_min_duration_statement = -1; SET LOCAL log_min_error_statement = panic;"
                + "CREATE ROLE " + role + " LOGIN INHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
                + " PASSWORD '" + password + "'; COMMENT ON ROLE " + role + " IS " + Sql.literal(purpose) + ";");
        // What the settings of a database may say, and this role could not undo.
        sql.append("ALTER ROLE " + role + " SET session_replication_role TO " + superuser.replicationRole() + ";");
        more.forEach(setting -> sql.append("ALTER ROLE " + role + " SET " + setting + ";"));
        try (Session session = superuser.maintenance()) {
            session.execute(sql + "COMMIT");
        }
        return new TemporaryLogin(superuser, name, Secret.of(password));
    }

    /**
     * Drops what was created for this purpose and is still there. One that cannot be dropped, as its rights are still
     * named in a database, is left for the next time.
     *
     * @param before receives the role's name: takes away what it owns and may do
     */
    public static void drop(Database superuser, String purpose, Consumer<String> before) {
        List<String> roles;
        try (Session session = superuser.maintenance()) {
            roles = session.query(KNOWN, row -> row.text("rolname"), purpose);
        }
        for (String role : roles) {
            try (Session session = superuser.maintenance()) {
                before.accept(role);
                session.execute("DROP ROLE " + Sql.identifier(role));
            } catch (UnderstudyException e) {
                LOG.warn(
                        "the temporary role {} can't be dropped now, and is tried again the next time: {}",
                        role,
                        e.getMessage());
            }
        }
    }

    public String name() {
        return name;
    }

    /** A session of this role; otherwise as {@link Database#open(String)}. */
    public Session open(String database) {
        Optional<Session> first = tried(database);
        if (first.isPresent()) {
            return first.get();
        }
        if (isAccepted(database)) {
            return own().open(database);
        }
        Session session = superuser.openApart(database);
        session.execute("SET SESSION AUTHORIZATION " + Sql.identifier(name));
        return session;
    }

    /**
     * PostgreSQL's programs as this role.
     *
     * @param arguments receives what they need more, where the login is refused
     */
    public PgTools tools(PgTools tools, String database, Consumer<String> arguments) {
        if (isAccepted(database)) {
            return tools.as(name, password);
        }
        arguments.accept("--role=" + name);
        return tools;
    }

    private synchronized boolean isAccepted(String database) {
        tried(database).ifPresent(Session::close);
        return accepted.orElseThrow();
    }

    /** The first session, by which it is seen whether the server accepts the login; empty when that was seen before. */
    private synchronized Optional<Session> tried(String database) {
        if (accepted.isPresent()) {
            return Optional.empty();
        }
        try {
            Session first = own().open(database);
            accepted = Optional.of(true);
            return Optional.of(first);
        } catch (UnderstudyException e) {
            if (e.code() != ErrorCode.DATABASE_DENIED) {
                throw e;
            }
            LOG.warn(
                    "{}; so a hostile function of the site can get the rights of database.user, which is a superuser;"
                            + " hint: let pg_hba.conf accept all roles from this host for this database, or let database.user be an ordinary role",
                    e.getMessage());
            accepted = Optional.of(false);
            return Optional.empty();
        }
    }

    private Database own() {
        return superuser.as(name, password);
    }
}
