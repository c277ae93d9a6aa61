package io.understudy.dump;

import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.postgres.Databases;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import java.util.Optional;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The database that a restore loads before it has its name. It is known by its comment. One of that name without a
 * comment is dropped only where nothing is in it: a restore died just as it had created it.
 */
final class DraftDatabase {
    private static final Logger LOG = LoggerFactory.getLogger(DraftDatabase.class);
    private static final String COMMENT =
            "SELECT pg_catalog.shobj_description(oid, 'pg_database') AS comment FROM pg_catalog.pg_database WHERE datname = ?";
    /** The first number that PostgreSQL gives to objects of users. */
    private static final String OBJECTS = "SELECT count(*) FROM pg_catalog.pg_class WHERE oid >= 16384";

    private final Database database;
    private final Databases databases;
    private final TargetName target;

    DraftDatabase(Database database, Databases databases, TargetName target) {
        this.database = database;
        this.databases = databases;
        this.target = target;
    }

    private String mark() {
        return "temporary: Understudy restores database " + target.name();
    }

    /**
     * Drops what an earlier restore left, and creates it.
     *
     * @param statement for a server of this version
     * @throws UnderstudyException {@code DATABASE_FOREIGN} when another database has its name
     */
    DatabaseIdentity create(IntFunction<String> statement) {
        clear();
        try (Session session = database.maintenance()) {
            session.execute(statement.apply(session.serverVersion()));
            session.execute("COMMENT ON DATABASE " + Sql.identifier(target.draft()) + " IS " + Sql.literal(mark()));
        }
        return databases.named(target.draft()).orElseThrow();
    }

    private void clear() {
        Optional<DatabaseIdentity> left = databases.named(target.draft());
        if (left.isEmpty()) {
            return;
        }
        if (!isOurs()) {
            throw Databases.foreign(target.draft());
        }
        LOG.info("dropping database {}, which an earlier restore left", target.draft());
        databases.drop(left.get());
    }

    private boolean isOurs() {
        Optional<String> comment;
        try (Session session = database.maintenance()) {
            comment = session.query(COMMENT, row -> Optional.ofNullable(row.text("comment")), target.draft()).stream()
                    .flatMap(Optional::stream)
                    .findFirst();
        }
        if (comment.isPresent()) {
            return comment.get().equals(mark());
        }
        try (Session session = database.open(target.draft())) {
            return session.number(OBJECTS) == 0;
        }
    }

    /** After a failure, which is what is thrown. Also for a command that was stopped: then this comes first. */
    void drop() {
        boolean interrupted = Thread.interrupted();
        try {
            databases.named(target.draft()).ifPresent(databases::drop);
        } catch (UnderstudyException e) {
            LOG.warn("database {} stays until the next restore of the same name: {}", target.draft(), e.getMessage());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
