package io.understudy.postgres;

import io.understudy.failure.UnderstudyException;
import io.understudy.process.Command;
import io.understudy.process.CommandResult;
import io.understudy.process.CommandRunner;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks for installations of PostgreSQL's programs and asks each once for its version. Thread-safe. */
final class ToolFinder {
    private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) ((\\d+)\\S*.*)");
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final CommandRunner runner;
    private final Path root;
    private final String searchPath;
    private final Map<Installed, Toolset> asked = new ConcurrentHashMap<>();

    /**
     * @param root where the usual places lie below: {@code /}
     * @param searchPath value of {@code PATH}
     */
    ToolFinder(CommandRunner runner, Path root, String searchPath) {
        this.runner = runner;
        this.root = root;
        this.searchPath = searchPath;
    }

    /**
     * A program as it was when its version was asked; an upgrade changes it.
     *
     * @param dump with its folder
     */
    private record Installed(Path dump, long size, FileTime modified, Object key) {
        static Optional<Installed> of(Path dump) {
            try {
                BasicFileAttributes now = Files.readAttributes(dump, BasicFileAttributes.class);
                return Optional.of(new Installed(dump, now.size(), now.lastModifiedTime(), now.fileKey()));
            } catch (IOException e) {
                return Optional.empty();
            }
        }
    }

    /** Every installation on the search path and in the usual places of Debian, Red Hat and source builds. */
    List<Toolset> everywhere() {
        Set<Path> folders = new LinkedHashSet<>();
        for (String folder : searchPath.split(File.pathSeparator)) {
            if (!folder.isEmpty()) {
                folders.add(Path.of(folder));
            }
        }
        folders.addAll(below(root.resolve("usr/lib/postgresql"), "*", "bin"));
        folders.addAll(below(root.resolve("usr"), "pgsql-*", "bin"));
        folders.add(root.resolve("usr/local/pgsql/bin"));
        return folders.stream().map(this::in).flatMap(Optional::stream).toList();
    }

    /** The installation in this folder, if there is a whole one that works. */
    Optional<Toolset> in(Path folder) {
        Path dump = folder.resolve("pg_dump");
        if (!Files.isExecutable(dump) || !Files.isExecutable(folder.resolve("pg_restore")) || isWrapper(dump)) {
            return Optional.empty();
        }
        Optional<Installed> files = Installed.of(dump);
        Toolset known = files.map(asked::get).orElse(null);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<Toolset> found = ask(folder, dump);
        found.ifPresent(tools -> files.ifPresent(each -> asked.put(each, tools)));
        return found;
    }

    private Optional<Toolset> ask(Path folder, Path dump) {
        try {
            CommandResult result = runner.run(Command.of(List.of(dump.toString(), "--version"), LIMIT));
            return result.ok() ? parse(folder, result.output()) : Optional.empty();
        } catch (UnderstudyException e) {
            return switch (e.code()) {
                case COMMAND_FAILED, COMMAND_TIMEOUT -> Optional.empty();
                default -> throw e;
            };
        }
    }

    private static Optional<Toolset> parse(Path folder, String output) {
        Matcher version = VERSION.matcher(output.strip());
        return version.find()
                ? Optional.of(new Toolset(folder, Integer.parseInt(version.group(2)), version.group(1)))
                : Optional.empty();
    }

    /**
     * Debian's {@code /usr/bin/pg_dump} is a script that guesses a version; the programs themselves are among the usual
     * places.
     */
    private static boolean isWrapper(Path program) {
        try {
            return program.toRealPath().getFileName().toString().equals("pg_wrapper");
        } catch (IOException e) {
            return false;
        }
    }

    private static List<Path> below(Path parent, String glob, String child) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(parent, glob)) {
            entries.forEach(entry -> found.add(entry.resolve(child)));
        } catch (IOException e) {
            return List.of();
        }
        return found;
    }
}
