package io.understudy.postgres;

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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * PostgreSQL's own programs: finds the installation that fits, and runs them. The password travels in a file that exists only meanwhile; no
 * {@code PG…} variable of the agent's environment reaches them. Thread-safe.
 */
public final class PgTools {
    private final DatabaseSettings settings;
    private final CommandRunner runner;
    private final Path temporary;
    private final Path root;
    private final ToolFinder finder;
    private final Map<String, String> environment;
    private final String name;
    private final Function<String, StartupSettings> startup;

    /** @param temporary a folder for the password file; made when it is missing */
    public PgTools(DatabaseSettings settings, CommandRunner runner, Path temporary) {
        this(
                settings,
                runner,
                temporary,
                Path.of("/"),
                System.getenv(),
                ConnectionString.NAME,
                StartupSettings.asked(new Database(settings)));
    }

    PgTools(
            DatabaseSettings settings,
            CommandRunner runner,
            Path temporary,
            Path root,
            Map<String, String> environment,
            String name,
            Function<String, StartupSettings> startup) {
        this.settings = settings;
        this.runner = runner;
        this.temporary = temporary;
        this.environment = environment;
        this.name = name;
        this.startup = startup;
        this.root = root;
        this.finder = new ToolFinder(runner, root, environment.getOrDefault("PATH", ""));
    }

    /** The same, but the server knows the programs' sessions by this name: at most 63 bytes. */
    public PgTools named(String name) {
        return new PgTools(settings, runner, temporary, root, environment, name, startup);
    }

    /**
     * The programs to dump a server with: of its own major version or, failing that, the next later one.
     *
     * @param serverVersion {@code server_version_num}
     * @throws UnderstudyException {@code TOOL_UNFIT}
     */
    public Toolset forDump(int serverVersion) {
        int major = serverVersion / 10000;
        return atLeast(major, "dump a PostgreSQL " + major + " server");
    }

    /**
     * The programs to restore an archive into a server with: not older than the pg_dump that wrote it nor than the server, but as old as
     * possible, because later ones speak of settings that the server does not know.
     *
     * @param archive version of that pg_dump, as {@link Toolset#version()} gave it
     * @param serverVersion {@code server_version_num} of the target
     * @throws UnderstudyException {@code TOOL_UNFIT}
     */
    public Toolset forRestore(String archive, int serverVersion) {
        int wrote = Integer.parseInt(archive.replaceFirst("\\D.*", ""));
        int major = Math.max(wrote, serverVersion / 10000);
        return atLeast(major, "restore into PostgreSQL " + serverVersion / 10000 + " what pg_dump " + wrote + " wrote");
    }

    private Toolset atLeast(int major, String purpose) {
        List<Toolset> all = settings.tools().map(this::told).orElseGet(finder::everywhere);
        return all.stream()
                .filter(tools -> tools.major() >= major)
                .min(Comparator.comparingInt(Toolset::major))
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.TOOL_UNFIT,
                        "cannot " + purpose + ": " + found(all),
                        "install postgresql-client-" + major + " or later, or let database.tools name its folder"));
    }

    private List<Toolset> told(Path folder) {
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
     * @param streams attaches what feeds it or consumes its output
     * @return the result, whatever the exit code
     * @throws UnderstudyException as {@link CommandRunner#run} and {@link Database#open(String)}
     */
    public CommandResult run(
            Path program, String database, List<String> arguments, Duration limit, UnaryOperator<Command> streams) {
        List<String> all = new ArrayList<>(shielded(program));
        all.add("--dbname=" + ConnectionString.of(settings, database, name, startup.apply(database)));
        all.add("--no-password");
        all.addAll(arguments);
        Optional<PgPassFile> password = PgPassFile.write(settings.password(), temporary);
        try {
            return runner.run(
                    streams.apply(new Command(all, variables(password), limit, Optional.empty(), Optional.empty())));
        } finally {
            password.ifPresent(PgPassFile::close);
        }
    }

    /** Runs one of the programs on files alone, without a connection: {@code pg_restore --list}. Otherwise as {@link #run}. */
    public CommandResult runOffline(
            Path program, List<String> arguments, Duration limit, UnaryOperator<Command> streams) {
        List<String> all = new ArrayList<>(shielded(program));
        all.addAll(arguments);
        return runner.run(streams.apply(
                new Command(all, variables(Optional.empty()), limit, Optional.empty(), Optional.empty())));
    }

    /** Even an empty PGSERVICE would be looked up, so the variables are taken away, not emptied. */
    private List<String> shielded(Path program) {
        List<String> command = new ArrayList<>();
        environment.keySet().stream()
                .filter(name -> name.startsWith("PG") && !name.equals("PGPASSFILE"))
                .sorted()
                .forEach(name -> command.addAll(List.of("-u", name)));
        if (!command.isEmpty()) {
            command.add(0, "/usr/bin/env");
        }
        command.add(program.toString());
        return command;
    }

    private static Map<String, String> variables(Optional<PgPassFile> password) {
        return password.map(file ->
                        Map.of("LC_MESSAGES", "C", "PGPASSFILE", file.file().toString()))
                .orElse(Map.of("LC_MESSAGES", "C"));
    }
}
