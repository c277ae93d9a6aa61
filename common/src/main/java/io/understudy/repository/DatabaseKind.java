package io.understudy.repository;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.Locale;

/** How a database of a snapshot was read, and how it is restored. */
public enum DatabaseKind {
    /** A database of a PostgreSQL server: a pg_dump archive, tables, sequences. */
    POSTGRESQL,
    /** What a command of the site wrote, which another command reads. */
    COMMAND;

    /** @throws UnderstudyException {@code FORMAT_UNKNOWN} */
    @JsonCreator
    static DatabaseKind of(String label) {
        for (DatabaseKind kind : values()) {
            if (kind.label().equals(label)) {
                return kind;
            }
        }
        throw new UnderstudyException(
                ErrorCode.FORMAT_UNKNOWN,
                "a database has the kind \"" + label + "\"; this version knows postgresql and command",
                "upgrade Understudy on this server");
    }

    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
