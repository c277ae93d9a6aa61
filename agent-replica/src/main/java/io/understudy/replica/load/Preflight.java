package io.understudy.replica.load;

import io.understudy.config.Settings.Ownership;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.DiskSpace;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseNames;
import io.understudy.postgres.PgTools;
import io.understudy.postgres.Session;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.Manifest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Looks for everything that would stop a load, before anything is downloaded into a database or changed on the server.
 */
final class Preflight {
    private final Database database;
    private final PgTools tools;
    private final SpareDatabase spare;
    private final SpareBase base;
    private final DiskCheck disk;

    Preflight(Database database, PgTools tools, SpareDatabase spare, SpareBase base, Path state, DiskSpace space) {
        this.database = database;
        this.tools = tools;
        this.spare = spare;
        this.base = base;
        this.disk = new DiskCheck(database.settings(), state, space);
    }

    /** @throws UnderstudyException with all that was found; the first fault's code leads */
    void check(Manifest manifest) {
        requireOtherMaintenance();
        DatabaseData data = manifest.database();
        List<Fault> faults = new ArrayList<>();
        try (Session session = database.maintenance()) {
            server(manifest, session).ifPresent(faults::add);
            restoreTool(manifest, session).ifPresent(faults::add);
            faults.addAll(new RoleCheck(session, single())
                    .faults(data.properties(), database.settings().name()));
            faults.addAll(new ExtensionCheck(session).faults(data.properties()));
            faults.addAll(new LocaleCheck(session).faults(data.properties()));
            faults.addAll(new NameCheck(database, spare.name()).faults(data.properties()));
            foreignSpare().ifPresent(faults::add);
            if (spare.holding(manifest.snapshot()).isEmpty()) {
                faults.addAll(disk.faults(manifest, session, base()));
            }
        }
        if (!faults.isEmpty()) {
            throw Fault.all("cannot load " + manifest.snapshot(), faults);
        }
    }

    /** The database whose room a load has: a load in full drops it first. */
    private String base() {
        return base.find().flatMap(found -> spare.name(found.identity())).orElse(spare.name());
    }

    /** A session cannot rename the database that it is in, and would be ended with the others. */
    private void requireOtherMaintenance() {
        DatabaseNames own = DatabaseNames.of(database.settings().name());
        String maintenance = database.settings().maintenance();
        if (List.of(own.live(), own.spare(), own.previous()).contains(maintenance)) {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot load into database \"" + own.live()
                            + "\": database.maintenance names one of the site's own databases",
                    "let database.maintenance name another one, such as template1");
        }
    }

    private boolean single() {
        return database.settings().ownership() == Ownership.SINGLE;
    }

    private static Optional<Fault> server(Manifest manifest, Session session) {
        int source = manifest.versions().postgres() / 10000;
        int target = session.serverVersion() / 10000;
        return target >= source
                ? Optional.empty()
                : Optional.of(new Fault(
                        ErrorCode.SERVER_TOO_OLD,
                        "this server is PostgreSQL " + target + ", the snapshot comes from " + source,
                        "upgrade this server to PostgreSQL " + source + " or later"));
    }

    private Optional<Fault> restoreTool(Manifest manifest, Session session) {
        try {
            tools.forRestore(manifest.versions().tools(), session.serverVersion());
            return Optional.empty();
        } catch (UnderstudyException e) {
            return Optional.of(Fault.of(e));
        }
    }

    private Optional<Fault> foreignSpare() {
        return spare.stranger()
                .map(name -> new Fault(
                        ErrorCode.DATABASE_FOREIGN,
                        "a database that Understudy did not create has the name of the spare, " + name,
                        "rename or drop that database"));
    }
}
