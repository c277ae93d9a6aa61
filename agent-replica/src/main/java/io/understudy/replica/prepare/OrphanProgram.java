package io.understudy.replica.prepare;

import io.understudy.cli.Json;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.Command;
import io.understudy.process.CommandResult;
import io.understudy.process.CommandRunner;
import io.understudy.replica.kept.KeptCopies.Found;
import io.understudy.replica.prepare.Rejoin.Orphans;
import io.understudy.replica.prepare.Rejoin.Saved;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Has {@code agent-primary orphan} save it, as a program of its own: the two agents share no code, and what reads a
 * database and trees for a snapshot is the primary's.
 */
public final class OrphanProgram implements Orphans {
    /** A site of a terabyte takes hours. */
    private static final Duration LIMIT = Duration.ofDays(7);

    private final CommandRunner runner;
    private final List<String> program;

    /**
     * @param home folder of the installation; empty: the program is found by the search path
     * @param config arguments that name the configuration
     */
    public OrphanProgram(CommandRunner runner, Optional<Path> home, List<String> config) {
        this.runner = runner;
        this.program = new ArrayList<>();
        program.add(
                home.map(each -> each.resolve("bin/agent-primary").toString()).orElse("agent-primary"));
        program.add("orphan");
        program.add("--json");
        program.addAll(config);
    }

    /** Of this installation: it has its programs in {@code bin}, next to {@code lib} with this class. */
    public static OrphanProgram of(CommandRunner runner, List<String> config) {
        return new OrphanProgram(runner, home(), config);
    }

    private static Optional<Path> home() {
        try {
            return Optional.of(Path.of(OrphanProgram.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI()))
                    .map(Path::getParent)
                    .map(Path::getParent)
                    .filter(home -> Files.isExecutable(home.resolve("bin/agent-primary")));
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Saved save(Set<String> acceptEmpty, boolean beforeImport, Optional<Unclaimed> unclaimed) {
        List<String> arguments = arguments(acceptEmpty);
        if (beforeImport) {
            arguments.add("--before-import");
        }
        unclaimed.ifPresent(served -> {
            arguments.addAll(List.of("--epoch", Integer.toString(served.epoch())));
            served.imported().ifPresent(id -> arguments.addAll(List.of("--imported", id.toString())));
        });
        return run(arguments, beforeImport ? "" : "; the site is stopped, and nothing else was changed");
    }

    @Override
    public Saved saveKept(Set<String> acceptEmpty, Found kept) {
        List<String> arguments = arguments(acceptEmpty);
        arguments.addAll(List.of("--epoch", Integer.toString(kept.epoch())));
        kept.database().ifPresent(name -> arguments.addAll(List.of("--kept-database", name)));
        new TreeMap<>(kept.trees())
                .forEach((tree, folder) -> arguments.addAll(List.of("--kept-tree", tree + "=" + folder)));
        return run(arguments, "; what is kept of it stays");
    }

    private List<String> arguments(Set<String> acceptEmpty) {
        List<String> arguments = new ArrayList<>(program);
        acceptEmpty.stream().sorted().forEach(name -> arguments.addAll(List.of("--accept-empty", name)));
        return arguments;
    }

    private Saved run(List<String> arguments, String state) {
        // It is an agent of this host: the keys of the filestore are its own too.
        CommandResult result = runner.run(
                Command.of(arguments, LIMIT).inheriting(System.getenv().keySet()));
        if (!result.ok()) {
            throw failed(result, state);
        }
        try {
            return Json.read(result.output().strip(), Saved.class);
        } catch (IllegalArgumentException e) {
            throw new UnderstudyException(
                    ErrorCode.COMMAND_FAILED,
                    "cannot save what was never shipped: agent-primary orphan printed no result",
                    "install the same version of both agents",
                    e);
        }
    }

    private static UnderstudyException failed(CommandResult result, String state) {
        ErrorCode code = Arrays.stream(ErrorCode.values())
                .filter(each -> each != ErrorCode.INTERNAL && each.exitCode() == result.exitCode())
                .findFirst()
                .orElse(ErrorCode.COMMAND_FAILED);
        return new UnderstudyException(
                code,
                "cannot save what was never shipped" + state + ": "
                        + line(result, "error: ")
                                .map(text -> text.replaceFirst("^cannot save an orphan: ", ""))
                                .orElse("agent-primary orphan ended with exit code " + result.exitCode()),
                line(result, "hint: ").orElse("run agent-primary orphan by hand; or rejoin --without-orphan"));
    }

    private static Optional<String> line(CommandResult result, String start) {
        List<String> found = result.errors()
                .lines()
                .filter(line -> line.startsWith(start))
                .map(line -> line.substring(start.length()))
                .collect(Collectors.toList());
        return found.isEmpty() ? Optional.empty() : Optional.of(found.get(found.size() - 1));
    }
}
