package io.understudy.postgres;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.sql.SQLException;
import java.util.Optional;

/** What pgbouncer says of a startup message that it does not pass on, in its one language. */
final class PoolerErrors {
    private static final String REFUSED = "unsupported startup parameter";

    private PoolerErrors() {}

    static boolean refusesOptions(SQLException failure) {
        return refuses(failure) && failure.getMessage().contains("options");
    }

    /** Empty when the failure is another one. */
    static Optional<UnderstudyException> of(String what, SQLException failure) {
        return refuses(failure)
                ? Optional.of(new UnderstudyException(
                        ErrorCode.CONFIG_INVALID,
                        what + ": " + failure.getMessage(),
                        "let database.url name the PostgreSQL server itself, or take the parameter out of it",
                        failure))
                : Optional.empty();
    }

    private static boolean refuses(SQLException failure) {
        return failure.getMessage() != null && failure.getMessage().contains(REFUSED);
    }
}
