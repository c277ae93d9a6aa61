package io.understudy.replica.load;

import io.understudy.files.AtomicFiles;
import io.understudy.postgres.PgTools;
import io.understudy.postgres.TemporaryLogin;
import io.understudy.process.CommandResult;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** pg_restore of one archive into one database, section by section; the first error ends it. */
final class ArchiveRestore {
    /** Index builds of the largest sites take hours; a limit is there for a program that hangs. */
    private static final Duration LIMIT = Duration.ofDays(7);

    private static final Pattern TABLESPACE = Pattern.compile("SET default_tablespace = (.+);");

    /** The parts of an archive, in the order of their restore; rows go between the first two. */
    enum Section {
        PRE_DATA("pre-data", 1),
        DATA("data", 1),
        POST_DATA("post-data", Integer.MAX_VALUE);

        private final String option;
        private final int mostJobs;

        Section(String option, int mostJobs) {
            this.option = option;
            this.mostJobs = mostJobs;
        }
    }

    private final PgTools tools;
    private final Path program;
    private final ArchiveFile archive;
    private final String database;
    private final int jobs;
    private final List<String> rights;

    ArchiveRestore(PgTools tools, Path program, ArchiveFile archive, String database, int jobs) {
        this(tools, program, archive, database, jobs, List.of());
    }

    private ArchiveRestore(
            PgTools tools, Path program, ArchiveFile archive, String database, int jobs, List<String> rights) {
        this.tools = tools;
        this.program = program;
        this.archive = archive;
        this.database = database;
        this.jobs = jobs;
        this.rights = rights;
    }

    /** The same by another role. */
    ArchiveRestore as(TemporaryLogin login) {
        List<String> more = new ArrayList<>();
        PgTools its = login.tools(tools, database, more::add);
        return new ArchiveRestore(its, program, archive, database, jobs, more);
    }

    /**
     * @param options more of pg_restore's, the same for every section
     * @param entries of the table of contents; those of other sections are left out
     * @throws io.understudy.failure.UnderstudyException as {@link RestoreErrors#of}, and {@code CANCELLED} when the
     *     thread is interrupted
     */
    void restore(Section section, List<String> options, List<ArchiveEntry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        writeList(entries);
        List<String> arguments = new ArrayList<>(List.of("--exit-on-error", "--section=" + section.option));
        arguments.add("--jobs=" + Math.min(section.mostJobs, jobs));
        arguments.add("--use-list=" + archive.list());
        arguments.addAll(options);
        arguments.addAll(rights);
        arguments.add(archive.path().toString());
        check(section.option, tools.run(program, database, arguments, LIMIT, UnaryOperator.identity()));
    }

    private void writeList(List<ArchiveEntry> entries) {
        String lines = entries.stream().map(each -> each.line() + "\n").collect(Collectors.joining());
        try (OutputStream out = AtomicFiles.openPrivate(archive.list())) {
            out.write(lines.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The tablespaces that the schema names. */
    Set<String> tablespaces() {
        Set<String> found = new LinkedHashSet<>();
        read(List.of("--section=pre-data", "--section=post-data", "--file=-"), line -> {
            Matcher matcher = TABLESPACE.matcher(line);
            if (matcher.matches() && !matcher.group(1).equals("''")) {
                found.add(unquoted(matcher.group(1)));
            }
        });
        return found;
    }

    /** The archive's table of contents. */
    List<ArchiveEntry> contents() {
        List<ArchiveEntry> entries = new ArrayList<>();
        read(List.of("--list"), line -> {
            if (!line.isEmpty() && Character.isDigit(line.charAt(0))) {
                entries.add(ArchiveEntry.of(line));
            }
        });
        return entries;
    }

    private void read(List<String> options, Consumer<String> lines) {
        List<String> arguments = new ArrayList<>(options);
        arguments.add(archive.path().toString());
        check(
                "list",
                tools.runOffline(program, arguments, LIMIT, command -> command.into(output -> each(output, lines))));
    }

    private static void each(InputStream output, Consumer<String> lines) throws IOException {
        BufferedReader reader = new BufferedReader(new InputStreamReader(output, StandardCharsets.UTF_8));
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            lines.accept(line);
        }
    }

    private static String unquoted(String identifier) {
        return identifier.startsWith("\"")
                ? identifier.substring(1, identifier.length() - 1).replace("\"\"", "\"")
                : identifier;
    }

    private static void check(String section, CommandResult result) {
        if (!result.ok()) {
            throw RestoreErrors.of(section, result);
        }
    }
}
