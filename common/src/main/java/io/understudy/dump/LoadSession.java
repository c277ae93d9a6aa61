package io.understudy.dump;

import io.understudy.dump.DumpScript.Kind;
import io.understudy.dump.DumpScript.Part;
import io.understudy.dump.DumpScript.Place;
import io.understudy.dump.DumpScript.Watch;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.PgTools;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import io.understudy.postgres.TemporaryLogin;
import io.understudy.postgres.Toolset;
import io.understudy.process.CommandResult;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseProperties.Extension;
import io.understudy.restore.RestorePoint;
import java.io.BufferedOutputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Loads a dump by psql, which reads it as it is made. What is to belong to one role is made by that role: where
 * database.user is a superuser, in a session that logged in as a temporary role, a member of that one alone, so that
 * no function of the site gets more rights.
 */
final class LoadSession {
    /** Far more than any load takes: a program that hangs is ended. */
    private static final Duration LIMIT = Duration.ofDays(7);

    private static final int BLOCK = 64 << 10;

    private final Database database;
    private final PgTools tools;
    private final TargetName target;

    LoadSession(Database database, PgTools tools, TargetName target) {
        this.database = database;
        this.tools = tools;
        this.target = target;
    }

    /**
     * Into the draft.
     *
     * @param from number of the part that comes first: those before it are there
     */
    void load(DatabaseDump dump, Optional<String> owner, int from, DraftDatabase draft, Progress progress) {
        if (owner.isEmpty()) {
            String nothing = "";
            run(dump, target.draft(), List.of(), tools, out -> steps(dump, from, draft, nothing, out, progress));
            return;
        }
        List<Extension> made = extensions(dump, owner.get());
        as(owner.get(), target.draft(), (role, by) -> {
            List<String> more = new ArrayList<>();
            PgTools own = by.apply(more);
            run(dump, target.draft(), more, own, out -> steps(dump.without(made), from, draft, role, out, progress));
        });
    }

    /**
     * Each part that a transaction can hold is stored together with its number: whatever is killed, and wherever psql
     * takes the end of its input for the end of a table's rows, the number says what is there.
     */
    private static void steps(
            DatabaseDump dump, int from, DraftDatabase draft, String before, OutputStream stream, Progress progress) {
        DumpOutput out = new DumpOutput(new BufferedOutputStream(stream, BLOCK));
        out.text(before);
        List<Part> parts = dump.scriptInSteps(progress).parts();
        parts.subList(0, from).stream()
                .filter(part -> part.kind() == Kind.VALUES)
                .forEach(part -> again(part, out));
        for (int i = from; i < parts.size(); i++) {
            Part part = parts.get(i);
            boolean one = part.kind().isOneTransaction();
            if (i == from && (part.kind() == Kind.ROWS || part.kind() == Kind.VALUES)) {
                out.text(RowScript.SETTINGS);
            }
            out.text(one ? "BEGIN;\n" : "");
            part.content().write(out, 0, written -> {});
            out.text(draft.stored(i + 1));
            out.text(one ? "COMMIT;\n" : "");
            out.flush();
            RestorePoint.DRAFT_PART_GIVEN.reached();
        }
    }

    /** A crash of the server sets unlogged sequences back, which have no rows to count. */
    private static void again(Part values, DumpOutput out) {
        out.text("BEGIN;\n" + RowScript.SETTINGS);
        values.content().write(out, 0, written -> {});
        out.text("COMMIT;\n");
        out.flush();
    }

    /**
     * Into a database that has the tables, in one transaction. Its end is the last that psql reads: by its own
     * {@code --single-transaction} it would store a half, as it takes any end of its input for that of the script.
     */
    void fill(DatabaseDump dump, Progress progress) {
        run(dump, target.name(), List.of(), tools, stream -> {
            DumpOutput out = new DumpOutput(new BufferedOutputStream(stream, BLOCK));
            out.text("BEGIN;\n");
            dump.scriptInOneTransaction(progress).write(out, Place.START, Watch.NONE);
            out.text("COMMIT;\n");
            out.flush();
        });
    }

    private static String setRole(String owner) {
        return "SET ROLE " + Sql.identifier(owner) + ";\n";
    }

    /** What is run as another role. */
    private interface Work {
        void run(String role, Function<List<String>, PgTools> tools);
    }

    private void as(String owner, String name, Work work) {
        if (!isSuperuser()) {
            work.run(setRole(owner), more -> tools);
            return;
        }
        loggedIn(owner, name, login -> {
            work.run(setRole(owner), more -> login.tools(tools, name, more::add));
            return true;
        });
    }

    private boolean isSuperuser() {
        try (Session session = database.maintenance()) {
            return session.isSuperuser();
        }
    }

    /** Asks the draft, with the rights that it is loaded with. */
    Optional<String> look(Optional<String> owner, Function<Session, Optional<String>> question) {
        if (owner.isEmpty()) {
            return asked(() -> database.openApart(target.draft()), "", question);
        }
        String role = setRole(owner.get());
        return isSuperuser()
                ? loggedIn(
                        owner.get(), target.draft(), login -> asked(() -> login.open(target.draft()), role, question))
                : asked(() -> database.openApart(target.draft()), role, question);
    }

    private static Optional<String> asked(
            Supplier<Session> opened, String role, Function<Session, Optional<String>> question) {
        try (Session session = opened.get()) {
            if (!role.isEmpty()) {
                session.execute(role);
            }
            return question.apply(session);
        }
    }

    private <T> T loggedIn(String owner, String name, Function<TemporaryLogin, T> work) {
        // What a killed restore left, which may be known in the database that it left too.
        TemporaryLogin.drop(database, purpose(), each -> disown(each, name));
        TemporaryLogin login = TemporaryLogin.create(database, "restore", purpose(), List.of());
        try {
            try (Session session = database.maintenance()) {
                session.execute("GRANT " + Sql.identifier(owner) + " TO " + Sql.identifier(login.name()));
            }
            return work.apply(login);
        } finally {
            boolean interrupted = Thread.interrupted();
            TemporaryLogin.drop(database, purpose(), each -> disown(each, name));
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private String purpose() {
        return "temporary: Understudy restores database " + target.name();
    }

    private void disown(String role, String name) {
        try (Session session = database.open(name)) {
            session.execute("DROP OWNED BY " + Sql.identifier(role));
        }
    }

    /** Those that the dump brings, made beforehand: most need more rights than the owner has. */
    private List<Extension> extensions(DatabaseDump dump, String owner) {
        List<Extension> wanted = dump.extensions();
        try (Session session = database.open(target.draft())) {
            for (Extension each : wanted) {
                boolean own = !List.of("public", "pg_catalog").contains(each.schema());
                if (own) {
                    session.execute("CREATE SCHEMA IF NOT EXISTS " + Sql.identifier(each.schema()) + " AUTHORIZATION "
                            + Sql.identifier(owner));
                }
                session.execute("CREATE EXTENSION IF NOT EXISTS " + Sql.identifier(each.name()) + " WITH SCHEMA "
                        + Sql.identifier(each.schema()));
            }
        }
        return wanted;
    }

    private void run(DatabaseDump dump, String name, List<String> more, PgTools by, Consumer<OutputStream> script) {
        Toolset programs = by.forRestore(dump.manifest().versions().tools(), serverVersion());
        List<String> arguments = new ArrayList<>(
                List.of("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=terse", "--file=-"));
        arguments.addAll(more);
        // What psql prints are the numbers of setval.
        CommandResult result =
                by.run(programs.psql(), name, arguments, LIMIT, command -> command.fedBy(script::accept));
        if (!result.ok()) {
            throw failed(dump, name, result);
        }
    }

    private int serverVersion() {
        try (Session session = database.maintenance()) {
            return session.serverVersion();
        }
    }

    private UnderstudyException failed(DatabaseDump dump, String name, CommandResult result) {
        String why = result.errors()
                .lines()
                .filter(line -> line.contains("ERROR:") || line.contains("FATAL:") || line.contains("error:"))
                .findFirst()
                .map(line -> line.replaceFirst("^psql:[^:]*:\\d+: ", "").replaceFirst("^(ERROR|FATAL): +", ""))
                .orElse("psql ended with " + result.exitCode());
        return new UnderstudyException(
                ErrorCode.LOAD_FAILED,
                "cannot load " + dump.manifest().snapshot() + " into database " + Sql.identifier(target.name()) + ": "
                        + why,
                name.equals(target.name())
                        ? "nothing was stored; correct what it says, and run the command again"
                        : "nothing is left of it; correct what it says, and run the command again",
                null);
    }
}
