package io.understudy.postgres;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Makes stable codes with hints of what PostgreSQL and its driver report. SQL states decide: texts are translated. Here
 * what a server says enters the agents, and the site's rows are taken out of it ({@link ServerText}).
 */
public final class DatabaseErrors {
    private record Meaning(ErrorCode code, String hint) {}

    private static final Meaning GONE = new Meaning(
            ErrorCode.DATABASE_UNREACHABLE, "check that the server runs and that database.url names its host and port");
    private static final Meaning DENIED =
            new Meaning(ErrorCode.DATABASE_DENIED, "check database.user, its password and the server's pg_hba.conf");
    private static final Meaning BUSY =
            new Meaning(ErrorCode.DATABASE_BUSY, "try again; pg_stat_activity and pg_locks show what is in the way");
    private static final Meaning ENDED = new Meaning(
            ErrorCode.DATABASE_UNREACHABLE, "the server ended the session or is starting; try again when it is up");
    private static final Meaning FULL = new Meaning(ErrorCode.DISK_FULL, "free space on the database server's disk");

    private static final Map<String, Meaning> STATES = Map.ofEntries(
            Map.entry("08004", DENIED),
            Map.entry(
                    "3D000",
                    new Meaning(
                            ErrorCode.DATABASE_UNREACHABLE,
                            "correct database.url, or create the database; on a standby the first import creates it")),
            Map.entry(
                    "42501",
                    new Meaning(
                            ErrorCode.MISSING_PRIVILEGE,
                            "let database.user own the database's objects, or GRANT it the roles that do; tables with row security need BYPASSRLS")),
            Map.entry(
                    "53300",
                    new Meaning(
                            ErrorCode.DATABASE_BUSY,
                            "raise max_connections or the limit of the role or database, or lower database.connections")),
            Map.entry(
                    "53200",
                    new Meaning(
                            ErrorCode.DATABASE_BUSY,
                            "where the server's lock table is full, raise max_locks_per_transaction and restart it")),
            Map.entry("53100", FULL),
            Map.entry("55P03", BUSY),
            Map.entry("55006", BUSY),
            Map.entry("55000", BUSY),
            Map.entry("40001", BUSY),
            Map.entry("40P01", BUSY),
            Map.entry("57P01", ENDED),
            Map.entry("57P02", ENDED),
            Map.entry("57P03", ENDED),
            Map.entry("57P05", ENDED));
    private static final Meaning OTHER =
            new Meaning(ErrorCode.DATABASE_FAILED, "see the database server's log for the cause");

    /** Classes of states: connection, access, resources, operator's intervention, system, internal. */
    private static final Set<String> AT_FAULT = Set.of("08", "28", "53", "57", "58", "XX");

    private DatabaseErrors() {}

    /** @param what {@code cannot <do what> <to what>} */
    public static UnderstudyException of(String what, SQLException failure) {
        Meaning meaning = meaning(failure.getSQLState());
        return new UnderstudyException(
                meaning.code(), what + ": " + why(failure), hint(meaning, failure), withoutRows(failure));
    }

    /** The SQL state behind a failure that a session has thrown. */
    public static Optional<String> state(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return Optional.ofNullable(sql.getSQLState());
            }
        }
        return Optional.empty();
    }

    /**
     * Whether the server judged the statement and may judge it otherwise when other rows are there; not when the
     * session or the server is at fault.
     */
    public static boolean refuses(Throwable failure) {
        return state(failure)
                .filter(state -> state.length() == 5 && !AT_FAULT.contains(state.substring(0, 2)))
                .isPresent();
    }

    /** Whether the server or a pooler may let another password in; poolers name a wrong password a protocol error. */
    static boolean refusesLogin(SQLException failure) {
        String state = String.valueOf(failure.getSQLState());
        return state.startsWith("28") || state.equals("08004") || state.equals("08P01");
    }

    /** The functions that ran when a session's statement failed, as the server lists them; empty when it does not. */
    public static String context(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return sql instanceof Answer answer ? answer.context : "";
            }
        }
        return "";
    }

    /** Where in the statement the server saw the fault, in characters from 1; empty when it does not say. */
    public static OptionalInt position(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return sql instanceof Answer answer && answer.position > 0
                        ? OptionalInt.of(answer.position)
                        : OptionalInt.empty();
            }
        }
        return OptionalInt.empty();
    }

    private static Meaning meaning(String state) {
        if (state == null) {
            return OTHER;
        }
        Meaning exact = STATES.get(state);
        if (exact != null) {
            return exact;
        }
        return switch (state.substring(0, 2)) {
            case "08" -> GONE;
            case "28" -> DENIED;
            default -> OTHER;
        };
    }

    private static String hint(Meaning meaning, SQLException failure) {
        return meaning == OTHER
                ? server(failure)
                        .filter(said -> !ServerText.isRaised(said, failure.getSQLState()))
                        .map(ServerErrorMessage::getHint)
                        .orElse(OTHER.hint())
                : meaning.hint();
    }

    private static String why(SQLException failure) {
        return server(failure)
                .map(said -> ServerText.of(said, failure.getSQLState()))
                .orElse(failure.getMessage());
    }

    /** The cause as logs may show it: the driver's own has all that the server said. */
    private static SQLException withoutRows(SQLException failure) {
        return server(failure)
                .<SQLException>map(said -> new Answer(failure, ServerText.context(said.getWhere()), said.getPosition()))
                .orElse(failure);
    }

    /** What the server answered, without the site's rows. */
    private static final class Answer extends SQLException {
        private static final long serialVersionUID = 1L;

        private final String context;
        private final int position;

        Answer(SQLException failure, String context, int position) {
            super(why(failure), failure.getSQLState());
            this.context = context;
            this.position = position;
            setStackTrace(failure.getStackTrace());
        }
    }

    private static Optional<ServerErrorMessage> server(SQLException failure) {
        return failure instanceof PSQLException psql
                ? Optional.ofNullable(psql.getServerErrorMessage())
                : Optional.empty();
    }
}
