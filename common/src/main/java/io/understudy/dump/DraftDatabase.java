package io.understudy.dump;

import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.postgres.Databases;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The database that a restore loads before it has its name. It is known by its comment, which also says how many parts
 * of the script it holds. One of that name without a comment is dropped only where nothing is in it: a restore died
 * just as it had created it.
 */
final class DraftDatabase {
    private static final Logger LOG = LoggerFactory.getLogger(DraftDatabase.class);
    private static final String COMMENT =
            "SELECT pg_catalog.shobj_description(oid, 'pg_database') AS comment FROM pg_catalog.pg_database WHERE datname = ?";
    /** The first number that PostgreSQL gives to objects of users. */
    private static final String OBJECTS = "SELECT count(*) FROM pg_catalog.pg_class WHERE oid >= 16384";

    private static final Pattern STORED = Pattern.compile(" \\((\\d{1,9}) parts stored\\)");

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

    /** The statement that says how many parts it holds: in their transaction, where they have one. */
    String stored(int parts) {
        return comment(mark() + " (" + parts + " parts stored)") + ";\n";
    }

    private String comment(String text) {
        return "COMMENT ON DATABASE " + Sql.identifier(target.draft()) + " IS " + Sql.literal(text);
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
            session.execute(comment(mark()));
        }
        return databases.named(target.draft()).orElseThrow();
    }

    /**
     * How many parts it holds, where it is the database that the note is of, and its schema is there. Sessions that a
     * killed restore left in it are ended first: psql may go on for hours with what it was given.
     *
     * @throws UnderstudyException {@code DATABASE_BUSY} where such a session stays
     */
    OptionalInt stored(DatabaseIdentity made) {
        if (!isDraft(made)) {
            return OptionalInt.empty();
        }
        databases.endSessions(made);
        return stored(commentOf(target.draft()));
    }

    private boolean isDraft(DatabaseIdentity made) {
        return databases.named(target.draft()).filter(made::equals).isPresent();
    }

    private OptionalInt stored(Optional<String> comment) {
        return comment.map(text -> text.startsWith(mark()) ? text.substring(mark().length()) : "")
                .map(STORED::matcher)
                .filter(Matcher::matches)
                .map(each -> OptionalInt.of(Integer.parseInt(each.group(1))))
                .orElse(OptionalInt.empty());
    }

    /** Whether something is stored that may be gone on with, under one name or the other. Changes nothing. */
    boolean isBegun(DatabaseIdentity made) {
        return isNamed(made)
                || isDraft(made) && stored(commentOf(target.draft())).orElse(0) > 0;
    }

    /** Whether it has the name that was asked for. */
    private boolean isNamed(DatabaseIdentity made) {
        return databases.named(target.name()).filter(made::equals).isPresent();
    }

    /**
     * Whether it has its name already: the restore was killed just then, before or after it got the snapshot's comment.
     *
     * @param parts how many it has when it is whole: an operator may have given a half one its name
     */
    boolean isNamed(DatabaseIdentity made, int parts) {
        return isNamed(made) && stored(commentOf(target.name())).orElse(parts) == parts;
    }

    private Optional<String> commentOf(String name) {
        try (Session session = database.maintenance()) {
            return session.query(COMMENT, row -> Optional.ofNullable(row.text("comment")), name).stream()
                    .flatMap(Optional::stream)
                    .findFirst();
        }
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
        Optional<String> comment = commentOf(target.draft());
        if (comment.isPresent()) {
            String text = comment.get();
            return text.startsWith(mark())
                    && (text.equals(mark())
                            || STORED.matcher(text.substring(mark().length())).matches());
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
