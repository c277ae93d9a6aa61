package io.understudy.replica.load;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import io.understudy.repository.DatabaseProperties;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Whether this server can create a database of the snapshot's encoding and locale. */
final class LocaleCheck {
    private final Session session;

    /** @param session outside of a transaction */
    LocaleCheck(Session session) {
        this.session = session;
    }

    List<Fault> faults(DatabaseProperties properties) {
        List<Fault> faults = new ArrayList<>();
        if (session.number("SELECT pg_catalog.pg_char_to_encoding(?)", properties.encoding()) < 0) {
            faults.add(lacks("encoding " + properties.encoding(), "upgrade this server"));
        }
        if (!provides(properties.provider())) {
            faults.add(lacks(
                    "locale provider " + properties.provider(),
                    "use a PostgreSQL that was built with it, not older than the source's"));
        }
        for (String locale : locales(properties)) {
            if (!knows(locale)) {
                faults.add(lacks(
                        "locale \"" + locale + "\"", "generate it (dpkg-reconfigure locales) and restart PostgreSQL"));
            }
        }
        return faults;
    }

    private static Set<String> locales(DatabaseProperties properties) {
        return new LinkedHashSet<>(List.of(properties.collate(), properties.ctype()));
    }

    private boolean provides(String provider) {
        return switch (provider) {
            case "icu" ->
                session.serverVersion() >= 150000
                        && session.number("SELECT count(*) FROM pg_catalog.pg_collation WHERE collprovider = 'i'") > 0;
            case "builtin" -> session.serverVersion() >= 170000;
            default -> true;
        };
    }

    /** Any session may set this one, and the server looks whether the operating system has the locale. */
    private boolean knows(String locale) {
        session.execute("BEGIN");
        try {
            session.execute("SET LOCAL lc_monetary = " + Sql.literal(locale));
            return true;
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.DATABASE_FAILED) {
                return false;
            }
            throw e;
        } finally {
            session.execute("ROLLBACK");
        }
    }

    private static Fault lacks(String what, String hint) {
        return new Fault(ErrorCode.MISSING_EXTENSION, "this server lacks the " + what, hint);
    }
}
