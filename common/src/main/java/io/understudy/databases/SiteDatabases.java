package io.understudy.databases;

import io.understudy.config.OtherDatabase;
import io.understudy.config.OtherDatabase.Commands;
import io.understudy.config.OtherDatabase.Schema;
import io.understudy.config.OtherDatabase.Sqlite;
import io.understudy.process.CommandRunner;
import java.nio.file.Path;
import java.util.List;

/** The site's databases that are no PostgreSQL server's, as the configuration names them. */
public final class SiteDatabases {
    private SiteDatabases() {}

    /**
     * @param work folder for the copies that a preset has to make of a file; made when it is needed
     * @return in the order of the configuration
     */
    public static List<SiteDatabase> of(List<OtherDatabase> settings, CommandRunner runner, Path work) {
        return settings.stream().map(each -> of(each, runner, work)).toList();
    }

    private static SiteDatabase of(OtherDatabase settings, CommandRunner runner, Path work) {
        if (settings.access() instanceof Schema schema) {
            return new SchemaDatabase(settings, schema, runner);
        }
        if (settings.access() instanceof Sqlite sqlite) {
            return new SqliteDatabase(settings, sqlite, runner, work);
        }
        return new CommandDatabase(settings, (Commands) settings.access(), runner);
    }
}
