package io.understudy.primary.capture.database;

import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import io.understudy.postgres.TemporaryLogin;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who asks which files the rows name: database.user. A query may run functions of the site, by a view, a type or a name
 * that stands in {@code public}; so in place of a superuser a temporary role that reads all tables and may do no more.
 * Its sessions are in no other work's hands.
 */
final class ClosureLogin implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClosureLogin.class);

    /** {@code server_version_num} of the first version with the role pg_read_all_data. */
    private static final int READS_ALL = 140000;

    private static final String OWNERS = "SELECT DISTINCT r.rolname FROM pg_catalog.pg_class c"
            + " JOIN pg_catalog.pg_roles r ON r.oid = c.relowner"
            + " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT r.rolsuper AND r.rolname !~ '^pg_'";

    private final Database database;
    private final String purpose;
    private final Optional<TemporaryLogin> login;

    private ClosureLogin(Database database, String purpose, Optional<TemporaryLogin> login) {
        this.database = database;
        this.purpose = purpose;
        this.login = login;
    }

    /**
     * @param by whose work it is, one at a time: what a killed agent left of it is dropped first
     * @throws UnderstudyException {@code DATABASE_*}
     */
    static ClosureLogin of(Database database, String by) {
        String name = database.settings().name();
        String purpose = "understudy: asks which files the rows of " + name + " name, for " + by;
        try (Session session = database.open()) {
            if (!session.isSuperuser()) {
                return new ClosureLogin(database, purpose, Optional.empty());
            }
            TemporaryLogin.drop(database, purpose, role -> {});
            TemporaryLogin login = TemporaryLogin.create(database, "closure", purpose, List.of());
            ClosureLogin own = new ClosureLogin(database, purpose, Optional.of(login));
            try {
                readAll(session, login.name());
                return own;
            } catch (RuntimeException e) {
                own.close();
                throw e;
            }
        }
    }

    /** A policy would hide rows without an error, and their files would count as named by no one. */
    private static void readAll(Session session, String role) {
        String grantee = Sql.identifier(role);
        session.execute("ALTER ROLE " + grantee + " BYPASSRLS");
        List<String> readers = session.serverVersion() >= READS_ALL
                ? List.of("pg_read_all_data")
                : session.query(OWNERS, row -> row.text("rolname"));
        readers.forEach(reader -> session.execute("GRANT " + Sql.identifier(reader) + " TO " + grantee));
    }

    /** A session that no other work had before or is to have afterwards. */
    Session open() {
        String name = database.settings().name();
        return login.map(each -> each.open(name)).orElseGet(() -> database.openApart(name));
    }

    /** A role that cannot be dropped now costs no answer: the next one drops it. */
    @Override
    public void close() {
        if (login.isEmpty()) {
            return;
        }
        try {
            TemporaryLogin.drop(database, purpose, role -> {});
        } catch (UnderstudyException e) {
            LOG.warn(
                    "the temporary role {} is dropped the next time: {}",
                    login.get().name(),
                    e.getMessage());
        }
    }
}
