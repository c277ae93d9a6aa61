package io.understudy.postgres;

import io.understudy.config.Secret;
import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.Command;
import io.understudy.process.CommandResult;
import io.understudy.process.CommandRunner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * PostgreSQL's own programs: finds the installation that fits, and runs them. The password travels in their
 * environment, which their own user alone can read; no other {@code PG…} variable reaches them, nor anything else that
 * the agent has for itself.
 * Thread-safe.
 */
public final class PgTools {
    /** The first version whose pg_restore refuses older servers. */
    private static final int STRICT = 17;

    private static final String PASSWORD = "PGPASSWORD";
    /** Messages are in English in the locale C.UTF-8 too, unless a language is asked for. */
    private static final Map<String, String> MESSAGES = Map.of("LC_ALL", "C.UTF-8", "LANGUAGE", "");
    /** Places of what a login may need besides a password; they hold no secret themselves. */
    private static final List<String> OF_LOGINS = List.of("PGPASSFILE", "KRB5CCNAME", "KRB5_CONFIG");

    private final DatabaseSettings settings;
    private final CommandRunner runner;
    private final Path root;
    private final ToolFinder finder;
    private final String name;
    private final Function<String, StartupSettings> startup;

    public PgTools(DatabaseSettings settings, CommandRunner runner) {
        this(
                settings,
                runner,
                Path.of("/"),
                System.getenv().getOrDefault("PATH", ""),
                ConnectionString.NAME,
                StartupSettings.asked(new Database(settings)));
    }

    /** @param searched folders that programs are looked for in, as {@code PATH} has them */
    PgTools(
            DatabaseSettings settings,
            CommandRunner runner,
            Path root,
            String searched,
            String name,
            Function<String, StartupSettings> startup) {
        this(settings, runner, root, name, startup, new ToolFinder(runner, root, searched));
    }

    private PgTools(
            DatabaseSettings settings,
            CommandRunner runner,
            Path root,
            String name,
            Function<String, StartupSettings> startup,
            ToolFinder finder) {
        this.settings = settings;
        this.runner = runner;
        this.root = root;
        this.name = name;
        this.startup = startup;
        this.finder = finder;
    }

    /** The same, but the server knows the programs' sessions by this name: at most 63 bytes. */
    public PgTools named(String name) {
        return new PgTools(settings, runner, root, name, startup, finder);
    }

    /** The same for another user. */
    public PgTools as(String user, Secret password) {
        DatabaseSettings other = settings.as(user, password);
        return new PgTools(other, runner, root, name, StartupSettings.asked(new Database(other)), finder);
    }

    /**
     * The programs to dump a server with: of its own major version or, failing that, the next later one.
     *
     * @param serverVersion {@code server_version_num}
     * @throws UnderstudyException {@code TOOL_UNFIT}
     */
    public Toolset forDump(int serverVersion) {
        int major = serverVersion / 10000;
        return between(major, Integer.MAX_VALUE, "dump a PostgreSQL " + major + " server");
    }

    /**
     * The programs to restore an archive into a server with: not older than the pg_dump that wrote it nor than the
     * server, but as old as possible. From version 17 on pg_restore sets {@code transaction_timeout}, which older
     * servers refuse.
     *
     * @param archive version of that pg_dump, as {@link Toolset#version()} gave it
     * @param serverVersion {@code server_version_num} of the target
     * @throws UnderstudyException {@code TOOL_UNFIT}
     */
    public Toolset forRestore(String archive, int serverVersion) {
        int wrote = major(archive);
        int server = serverVersion / 10000;
        String purpose = "restore into PostgreSQL " + server + " what pg_dump " + wrote + " wrote";
        if (isTooLate(wrote, serverVersion)) {
            throw new UnderstudyException(
                    ErrorCode.TOOL_UNFIT,
                    "cannot " + purpose + ": pg_restore " + wrote + " works only with servers from PostgreSQL " + STRICT
                            + " on",
                    "install the client programs of PostgreSQL " + server
                            + " on the primary and take a snapshot, or upgrade this server to PostgreSQL " + STRICT);
        }
        return between(Math.max(wrote, server), server < STRICT ? STRICT - 1 : Integer.MAX_VALUE, purpose);
    }

    /**
     * The programs to read an archive with, without a server: not older than the pg_dump that wrote it, but as old as
     * possible, so that the script suits the servers that the archive suits.
     *
     * @param archive version of that pg_dump, as {@link Toolset#version()} gave it
     * @throws UnderstudyException {@code TOOL_UNFIT}
     */
    public Toolset forScript(String archive) {
        int wrote = major(archive);
        return between(wrote, Integer.MAX_VALUE, "read what pg_dump " + wrote + " wrote");
    }

    private static int major(String version) {
        return Integer.parseInt(version.replaceFirst("\\D.*", ""));
    }

    /** Whether no pg_restore can bring what this version of pg_dump writes back into a server of this version. */
    public static boolean isTooLate(int dump, int serverVersion) {
        return dump >= STRICT && serverVersion / 10000 < STRICT;
    }

    private Toolset between(int least, int most, String purpose) {
        List<Toolset> all = settings.tools().map(this::configured).orElseGet(finder::everywhere);
        return all.stream()
                .filter(tools -> tools.major() >= least && tools.major() <= most)
                .min(Comparator.comparingInt(Toolset::major))
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.TOOL_UNFIT,
                        "cannot " + purpose + ": " + needed(least, most) + "; " + found(all),
                        ClientPackage.installation(root, least) + ", or let database.tools name their folder"));
    }

    private static String needed(int least, int most) {
        return "version " + least + (most == least ? "" : most == Integer.MAX_VALUE ? " or later" : " to " + most)
                + " is needed";
    }

    private List<Toolset> configured(Path folder) {
        return finder.in(folder).stream().toList();
    }

    private String found(List<Toolset> all) {
        String where = settings.tools().map(Path::toString).orElse("PATH and the usual places");
        if (all.isEmpty()) {
            return "no working pg_dump and pg_restore in " + where;
        }
        return all.stream()
                .map(tools -> "pg_dump in " + tools.folder() + " is " + tools.version())
                .collect(Collectors.joining(", "));
    }

    /**
     * Runs one of the programs connected to a database, with the settings of {@link SessionSettings}, to its end.
     *
     * @param program {@link Toolset#dump()} or {@link Toolset#restore()}
     * @param arguments the program's own; those of the connection are added
     * @param streams attaches what consumes its output
     * @return the result, whatever the exit code
     * @throws UnderstudyException as {@link CommandRunner#run} and {@link Database#open(String)}
     */
    public CommandResult run(
            Path program, String database, List<String> arguments, Duration limit, UnaryOperator<Command> streams) {
        Map<String, String> variables = new HashMap<>(MESSAGES);
        // Asked first: its session finds out when the password was renewed.
        StartupSettings accepted = startup.apply(database);
        settings.password().reveal().ifPresent(password -> variables.put(PASSWORD, password));
        List<String> all = new ArrayList<>(List.of(program.toString()));
        all.add("--dbname=" + ConnectionString.of(settings, database, name, accepted));
        all.add("--no-password");
        all.addAll(arguments);
        return runner.run(
                streams.apply(Command.of(all, limit).inheriting(OF_LOGINS).with(variables)));
    }

    /**
     * Runs one of the programs on files alone, without a connection: {@code pg_restore --list}. Otherwise as
     * {@link #run}.
     */
    public CommandResult runOffline(
            Path program, List<String> arguments, Duration limit, UnaryOperator<Command> streams) {
        List<String> all = new ArrayList<>(List.of(program.toString()));
        all.addAll(arguments);
        return runner.run(streams.apply(Command.of(all, limit).with(MESSAGES)));
    }
}
