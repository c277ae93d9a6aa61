package io.understudy.replica.load;

import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.postgres.TemporaryLogin;
import io.understudy.replica.load.ArchiveRestore.Section;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whose rights the site's own functions have while rows go into the spare database and constraints are checked: a
 * CHECK, a generated column, a domain or a cast runs them with those of the session. A user that is no superuser has no
 * more than the site has. For a superuser there is a {@link TemporaryLogin} for each owner of tables, a member of that
 * owner alone; for the tables of superusers one that may read and fill all tables, and no more. It cannot turn off
 * their triggers and rules that act everywhere, so database.user itself changes rows of those, unless the site's
 * functions would run. Thread-safe.
 */
final class LoadRights implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LoadRights.class);

    private final Database database;
    private final String spare;
    /** Of the tables that rights were given for. */
    private final TableOwners owners;
    /** The only tables that rights were given for; empty: all. */
    private final Set<String> some;

    /** By owner. */
    private final Map<String, TemporaryLogin> logins = new LinkedHashMap<>();

    private Optional<TemporaryLogin> ofSuperusers = Optional.empty();

    private LoadRights(Database database, String spare, TableOwners owners, Set<String> some) {
        this.database = database;
        this.spare = spare;
        this.owners = owners;
        this.some = some;
    }

    /** Those of database.user for everything. */
    static LoadRights ofUser(Database database, String spare) {
        return new LoadRights(database, spare, TableOwners.none(), Set.of());
    }

    /** @param spare the database, its schema restored */
    static LoadRights of(Database database, String spare) {
        return of(database, spare, Set.of());
    }

    /**
     * As {@link #of(Database, String)}, to change rows of some tables alone, in which no function of the site runs: the
     * effort does not grow with the others.
     *
     * @param some qualified; empty: all
     */
    static LoadRights of(Database database, String spare, Set<String> some) {
        try (Session session = database.open(spare)) {
            if (!session.isSuperuser()) {
                return ofUser(database, spare);
            }
            TableOwners found = some.isEmpty() ? TableOwners.of(session) : TableOwners.of(session, some);
            LoadRights rights = new LoadRights(database, spare, found, some);
            try {
                if (some.isEmpty()) {
                    rights.create(session, found);
                } else {
                    rights.createSome(session, found);
                }
                return rights;
            } catch (RuntimeException e) {
                rights.close();
                throw e;
            }
        }
    }

    private void createSome(Session session, TableOwners found) {
        for (String owner : found.ordinary()) {
            TemporaryLogin login = login(List.of());
            logins.put(owner, login);
            TableOwners.grantSome(session, login.name(), owner, some);
            TableOwners.showRows(session, login.name(), owner);
        }
        if (!found.privileged().isEmpty()) {
            TemporaryLogin login = login(List.of("lo_compat_privileges TO on"));
            ofSuperusers = Optional.of(login);
            TableOwners.fillSome(
                    session,
                    login.name(),
                    some.stream()
                            .filter(table ->
                                    found.privileged().contains(found.byName().getOrDefault(table, "")))
                            .toList());
            found.privileged().forEach(owner -> TableOwners.showRows(session, login.name(), owner));
        }
    }

    private void create(Session session, TableOwners found) {
        for (String owner : found.ordinary()) {
            TemporaryLogin login = login(List.of());
            logins.put(owner, login);
            TableOwners.grant(session, login.name(), owner);
            TableOwners.showRows(session, login.name(), owner);
        }
        if (!found.privileged().isEmpty()) {
            TemporaryLogin login = login(List.of("lo_compat_privileges TO on"));
            ofSuperusers = Optional.of(login);
            TableOwners.grantAll(session, login.name());
            found.privileged().forEach(owner -> TableOwners.showRows(session, login.name(), owner));
        }
    }

    private TemporaryLogin login(List<String> settings) {
        return TemporaryLogin.create(database, "load", purpose(spare), settings);
    }

    static String purpose(String spare) {
        return "temporary: Understudy fills database " + spare;
    }

    /** Drops the roles that a killed agent left; the database that they were for is gone. */
    static void dropLeftovers(Database database, String spare) {
        TemporaryLogin.drop(database, purpose(spare), role -> {});
    }

    /** The same where the database that they were for is there. */
    static void dropLeftoversIn(Database database, String spare) {
        TemporaryLogin.drop(database, purpose(spare), role -> disown(database, spare, role));
    }

    /** A session in which rows of this table, qualified, can be stored and read. */
    Session open(String table) {
        return login(table).map(login -> login.open(spare)).orElseGet(() -> database.openApart(spare));
    }

    /**
     * What tables have in common for which {@link #open} logs in as the same role.
     *
     * @param late whether rows go into the table only by way of the site's own functions
     * @throws FullLoadRequired when no role may change rows of the table in place
     */
    String group(String table, boolean late) {
        if (owners.loudAndCoded().contains(table) || late && owners.loud().contains(table)) {
            throw new FullLoadRequired(
                    "triggers or rules of " + table
                            + " are enabled ALWAYS or for replicas, its owner is a superuser, and functions of the site would run");
        }
        Optional<TemporaryLogin> login = login(table);
        return login.isEmpty()
                ? "user"
                : login.equals(ofSuperusers)
                        ? "superusers"
                        : "owner " + owners.byName().get(table);
    }

    /** Whether {@link #open} logs in as the same role for both. */
    boolean same(String table, String other) {
        return login(table).equals(login(other));
    }

    private Optional<TemporaryLogin> login(String table) {
        if (owners.loud().contains(table)) {
            return Optional.empty();
        }
        return Optional.ofNullable(owners.byName().get(table)).map(logins::get).or(() -> ofSuperusers);
    }

    /** Restores what the archive holds of data. */
    void restoreRows(ArchiveRestore archive, List<String> options, List<ArchiveEntry> entries) {
        restore(archive, Section.DATA, options, entries);
    }

    /**
     * Restores what depends on rows. PostgreSQL itself builds indexes and refreshes views as their owner, in an
     * operation in which rights cannot be changed; only constraints run functions of the site with the session's
     * rights. Those of superusers' tables no other may add. Policies come after them, or foreign keys would not see all
     * rows, and event triggers after all statements of this class.
     */
    void restorePostData(ArchiveRestore archive, List<String> options, List<ArchiveEntry> entries) {
        if (logins.isEmpty()) {
            close();
            archive.restore(Section.POST_DATA, options, entries);
            return;
        }
        List<ArchiveEntry> first = new ArrayList<>();
        List<ArchiveEntry> constraints = new ArrayList<>();
        List<ArchiveEntry> last = new ArrayList<>();
        List<ArchiveEntry> now = last;
        for (ArchiveEntry entry : entries) {
            // pg_restore takes a comment for part of the section of the entry before it.
            if (!entry.isAbout()) {
                now = entry.isConstraintOnRows() ? constraints : entry.isIndexOrTrigger() ? first : last;
            }
            now.add(entry);
        }
        archive.restore(Section.POST_DATA, options, first);
        restore(archive, Section.POST_DATA, options, constraints);
        close();
        archive.restore(Section.POST_DATA, options, last);
    }

    private void restore(ArchiveRestore archive, Section section, List<String> options, List<ArchiveEntry> entries) {
        Map<Optional<TemporaryLogin>, List<ArchiveEntry>> shares = new LinkedHashMap<>();
        for (ArchiveEntry entry : entries) {
            Optional<TemporaryLogin> login = entry.owner(logins.keySet()).map(logins::get);
            if (login.isEmpty() && entry.isRows()) {
                login = ofSuperusers;
            }
            shares.computeIfAbsent(login, none -> new ArrayList<>()).add(entry);
        }
        shares.forEach((login, share) -> login.map(archive::as).orElse(archive).restore(section, options, share));
    }

    /** Drops the roles, with what functions of the site may have left to them. Idempotent. */
    @Override
    public void close() {
        if (logins.isEmpty() && ofSuperusers.isEmpty()) {
            return;
        }
        logins.clear();
        ofSuperusers = Optional.empty();
        try {
            if (some.isEmpty()) {
                dropLeftoversIn(database, spare);
            } else {
                TemporaryLogin.drop(database, purpose(spare), role -> disown(role, some));
            }
        } catch (UnderstudyException e) {
            LOG.warn("temporary roles stay until the next load: {}", e.getMessage());
        }
    }

    private void disown(String role, Set<String> tables) {
        try (Session session = database.open(spare)) {
            TableOwners.revokeSome(session, role, tables);
        }
    }

    private static void disown(Database database, String spare, String role) {
        try (Session session = database.open(spare)) {
            TableOwners.revoke(session, role);
        }
    }
}
