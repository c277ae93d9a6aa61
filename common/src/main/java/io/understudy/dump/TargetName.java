package io.understudy.dump;

import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseNames;
import io.understudy.postgres.Sql;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * The name of a database that a restore makes.
 *
 * @param name as the operator gave it
 * @param draft under which it is loaded; a later restore of the same name clears it up
 */
record TargetName(String name, String draft) {
    private static final Set<String> OF_POSTGRES = Set.of("postgres", "template0", "template1");

    /** @throws UnderstudyException {@code USAGE} where it is another's */
    static TargetName of(String name, DatabaseSettings settings) {
        if (name.isEmpty()
                || name.getBytes(StandardCharsets.UTF_8).length > DatabaseNames.LONGEST
                || name.matches("(?s).*\\p{Cntrl}.*")) {
            throw refused(name, "PostgreSQL takes names of 1 to " + DatabaseNames.LONGEST + " bytes");
        }
        if (name.equals(settings.name())) {
            throw refused(name, "it is the site's live database");
        }
        if (name.startsWith(settings.name() + "_understudy")
                || DatabaseNames.of(settings.name()).isAside(name)) {
            throw refused(name, "Understudy itself names databases so");
        }
        if (OF_POSTGRES.contains(name) || name.equals(settings.maintenance())) {
            throw refused(name, "it belongs to the server");
        }
        return new TargetName(name, DatabaseNames.of(name).passing("restore"));
    }

    private static UnderstudyException refused(String name, String why) {
        return new UnderstudyException(
                ErrorCode.USAGE,
                "cannot restore into database " + Sql.identifier(name) + ": " + why,
                "give another name, as --to database:restored");
    }
}
