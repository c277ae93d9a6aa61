package io.understudy.replica.load;

import io.understudy.config.Settings.Ownership;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseStatements;
import io.understudy.postgres.Session;
import io.understudy.repository.DatabaseProperties;
import io.understudy.repository.DatabaseProperties.Setting;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the spare database the properties of the snapshot's: what pg_dump sets first is set before the load, what would
 * hinder it after.
 */
final class DatabaseDefinition {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseDefinition.class);

    private final Database database;
    private final DatabaseStatements statements;
    private final boolean single;

    DatabaseDefinition(Database database, String spare, DatabaseProperties properties) {
        this.database = database;
        this.statements = new DatabaseStatements(spare, properties);
        this.single = database.settings().ownership() == Ownership.SINGLE;
    }

    /** The statement that creates a database of this name, empty, as the snapshot's was created. */
    String creation(String name) {
        DatabaseProperties properties = statements.properties();
        String owner = single ? database.settings().user() : properties.owner();
        try (Session session = database.maintenance()) {
            return DatabaseStatements.create(name, properties, owner, session.serverVersion());
        }
    }

    /** The comment and the settings: functions and constraints of the schema may read these. */
    void beforeTheLoad() {
        try (Session session = database.maintenance()) {
            statements.comment().ifPresent(session::execute);
            statements.properties().settings().forEach(setting -> apply(session, setting));
        }
    }

    private void apply(Session session, Setting setting) {
        if (single && setting.role() != null && !exists(session, setting.role())) {
            LOG.info(
                    "left out the setting {} of role {}, which this server does not have",
                    setting.name(),
                    setting.role());
            return;
        }
        try {
            session.execute(statements.setting(setting));
        } catch (UnderstudyException e) {
            if (!single || e.code() != ErrorCode.MISSING_PRIVILEGE) {
                throw e;
            }
            LOG.warn("left out the setting {}: {}", setting.name(), e.getMessage());
        }
    }

    private static boolean exists(Session session, String role) {
        return session.number("SELECT count(*) FROM pg_catalog.pg_roles WHERE rolname = ?", role) > 0;
    }

    /**
     * Grants and the limit of connections. Everything that the load did without waiting for the disk is durable
     * afterwards.
     */
    void afterTheLoad() {
        try (Session session = database.maintenance()) {
            session.execute("BEGIN; SET LOCAL synchronous_commit = on");
            if (!single) {
                statements.grants().forEach(session::execute);
            }
            session.execute(statements.connectionLimit());
            session.execute("COMMIT");
        }
    }
}
