package io.understudy.replica.load;

import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.postgres.TemporaryLogin;
import java.util.List;
import java.util.Optional;

/**
 * Who changes rows of the spare by the rules of this standby: database.user. A statement may run functions of the site,
 * in triggers and constraints; so in place of a superuser a temporary role that has the rights of all ordinary owners
 * of tables and may change rows of those of superusers, and no more.
 */
final class OwnLogin implements AutoCloseable {
    private final Database database;
    private final String spare;
    private final Optional<TemporaryLogin> login;

    private OwnLogin(Database database, String spare, Optional<TemporaryLogin> login) {
        this.database = database;
        this.spare = spare;
        this.login = login;
    }

    static OwnLogin of(Database database, String spare) {
        try (Session session = database.open(spare)) {
            if (!session.isSuperuser()) {
                return new OwnLogin(database, spare, Optional.empty());
            }
            TemporaryLogin login = TemporaryLogin.create(database, "load", LoadRights.purpose(spare), List.of());
            OwnLogin own = new OwnLogin(database, spare, Optional.of(login));
            try {
                TableOwners owners = TableOwners.of(session);
                for (String owner : owners.ordinary()) {
                    TableOwners.grant(session, login.name(), owner);
                    TableOwners.showRows(session, login.name(), owner);
                }
                if (!owners.privileged().isEmpty()) {
                    TableOwners.changeAll(session, login.name());
                    owners.privileged().forEach(owner -> TableOwners.showRows(session, login.name(), owner));
                }
                return own;
            } catch (RuntimeException e) {
                own.close();
                throw e;
            }
        }
    }

    Session open() {
        return login.map(each -> each.open(spare)).orElseGet(() -> database.openApart(spare));
    }

    @Override
    public void close() {
        if (login.isPresent()) {
            LoadRights.dropLeftoversIn(database, spare);
        }
    }
}
