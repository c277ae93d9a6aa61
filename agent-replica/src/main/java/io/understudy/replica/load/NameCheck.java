package io.understudy.replica.load;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseErrors;
import io.understudy.postgres.Sql;
import io.understudy.repository.DatabaseProperties;
import java.util.ArrayList;
import java.util.List;

/**
 * What the server allows only in a database of a certain name: while a snapshot is loaded, its database has another
 * name than the site's.
 */
final class NameCheck {
    /** Its own setting names the one database of the server in which it can be created. */
    private static final String CRON = "pg_cron";

    private final Database database;
    private final String spare;

    NameCheck(Database database, String spare) {
        this.database = database;
        this.spare = spare;
    }

    static boolean isBound(DatabaseProperties.Extension extension) {
        return extension.name().equals(CRON);
    }

    List<Fault> faults(DatabaseProperties properties) {
        List<Fault> faults = new ArrayList<>();
        if (properties.extensions().stream().anyMatch(NameCheck::isBound)) {
            faults.add(
                    new Fault(
                            ErrorCode.MISSING_EXTENSION,
                            "the site's database has the extension pg_cron, which a server allows only in the database that cron.database_name names",
                            "on the primary, set cron.database_name = 'postgres', restart PostgreSQL, CREATE EXTENSION pg_cron in database postgres,"
                                    + " move the jobs there with cron.schedule_in_database, and DROP EXTENSION pg_cron in the site's database"));
        }
        if (isShutOut()) {
            String user = Sql.identifier(database.settings().user());
            faults.add(new Fault(
                    ErrorCode.DATABASE_DENIED,
                    "user " + user + " may not connect to database " + Sql.identifier(spare)
                            + ", into which snapshots are loaded",
                    "let pg_hba.conf name " + spare + " where it names the site's database, then reload PostgreSQL"));
        }
        return faults;
    }

    /** The server looks at pg_hba.conf first, and then whether there is such a database. */
    private boolean isShutOut() {
        try {
            database.open(spare).close();
            return false;
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.DATABASE_DENIED) {
                return true;
            }
            if (DatabaseErrors.state(e).filter("3D000"::equals).isPresent()) {
                return false;
            }
            throw e;
        }
    }
}
