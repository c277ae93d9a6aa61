package io.understudy.databases;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.Sha256;
import io.understudy.process.Command;
import io.understudy.process.Command.Consumer;
import io.understudy.process.Command.Producer;
import io.understudy.process.CommandResult;
import io.understudy.process.CommandRunner;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Runs the programs of one database. What they say at their end is in each error. The limit is of silence: a database
 * of any size comes to its end while bytes flow.
 */
final class Programs {
    private static final Pattern ERROR = Pattern.compile("(?:\\w+ )?[Ee](?:rror|RROR)\\b.*");
    /** What follows is of the statement, or of its values. */
    private static final Pattern OF_STATEMENT =
            Pattern.compile("((?:near|entry|value:|token:|column:|out of range in) ['\"]).*");

    private static final int LINES = 5;
    private static final int LONGEST = 600;
    private static final int LARGEST = 64 << 20;

    private final String database;
    private final CommandRunner runner;
    private final List<String> environment;
    private final Duration limit;

    Programs(String database, CommandRunner runner, List<String> environment, Duration limit) {
        this.database = database;
        this.runner = runner;
        this.environment = environment;
        this.limit = limit;
    }

    /** The same, each within another limit. */
    Programs within(Duration other) {
        return new Programs(database, runner, environment, other);
    }

    /** A program of a folder, or of PATH. */
    static String program(Optional<Path> folder, String name) {
        return folder.map(each -> each.resolve(name).toString()).orElse(name);
    }

    /**
     * Streams what a program writes.
     *
     * @param ending what the last line of a whole dump begins with
     * @throws UnderstudyException {@code DUMP_FAILED}
     */
    void dump(List<String> arguments, Optional<String> ending, Consumer to) {
        Ending[] read = new Ending[1];
        CommandResult result = runner.run(command(arguments, Map.of()).into(in -> {
            read[0] = new Ending(in);
            to.consume(read[0]);
        }));
        String what = "cannot dump database " + database + ": ";
        if (!result.ok()) {
            throw new UnderstudyException(
                    ErrorCode.DUMP_FAILED,
                    what + ended(arguments, result) + ", after " + read[0].bytes() + " bytes",
                    "run the command by hand; no snapshot was made of half a dump, and all earlier ones are as they were");
        }
        ending.filter(text -> !read[0].lastLine().startsWith(text)).ifPresent(text -> {
            throw new UnderstudyException(
                    ErrorCode.DUMP_FAILED,
                    what + arguments.get(0) + " ended with 0 after " + read[0].bytes()
                            + " bytes, and its last line does not begin with \"" + text + "\": it is not complete",
                    "run the command by hand and look at its end; no snapshot was made of half a dump");
        });
    }

    /**
     * Runs a program that reads all of a stream.
     *
     * @throws UnderstudyException {@code LOAD_FAILED}
     */
    void restore(List<String> arguments, Map<String, String> variables, Producer from) {
        Whole[] written = new Whole[1];
        CommandResult result = runner.run(command(arguments, variables).fedBy(out -> {
            Whole whole = new Whole(out);
            written[0] = whole;
            from.produce(whole);
            whole.flush();
            whole.complete = true;
        }));
        String what = "cannot restore database " + database + ": ";
        if (!result.ok()) {
            throw new UnderstudyException(
                    ErrorCode.LOAD_FAILED,
                    what + ended(arguments, result),
                    "run the command by hand, with the dump that agent-replica dump ID --database " + database
                            + " writes; what is live was not touched");
        }
        if (written[0] == null || !written[0].complete) {
            throw new UnderstudyException(
                    ErrorCode.LOAD_FAILED,
                    what + arguments.get(0) + " ended with 0 before it had read all of the dump",
                    "the command must read its standard input to the end");
        }
    }

    /**
     * Runs a program to its end.
     *
     * @param what it does, for people: {@code swap}
     * @return its standard output
     * @throws UnderstudyException of this code where it ends with another number than 0
     */
    String run(String what, ErrorCode code, List<String> arguments, Map<String, String> variables) {
        CommandResult result = runner.run(command(arguments, variables));
        return require(what, code, arguments, result).output();
    }

    /** The same for one that reads this text. */
    String run(String what, ErrorCode code, List<String> arguments, String input) {
        CommandResult result = runner.run(command(arguments, Map.of()).reading(input));
        return require(what, code, arguments, result).output();
    }

    /**
     * Has a program change a restored copy by SQL that it reads. Of what it says the errors alone are passed on, and
     * without the values in them: some programs print the statement too, which may hold what is no one's to read.
     *
     * @throws UnderstudyException {@code LOAD_FAILED}
     */
    String change(String what, String hint, List<String> arguments, String sql) {
        CommandResult result = runner.run(command(arguments, Map.of()).reading(sql));
        requireChanged(what, hint, arguments, result);
        return result.output();
    }

    /**
     * The hash of all rows that a program finds by SQL that it reads. Its errors are those of {@link #change}.
     *
     * @throws UnderstudyException {@code LOAD_FAILED}
     */
    String rows(String what, String hint, List<String> arguments, String sql) {
        MessageDigest digest = Sha256.digest();
        CommandResult result = runner.run(command(arguments, Map.of())
                .reading(sql)
                .into(in -> in.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest))));
        requireChanged(what, hint, arguments, result);
        return HexFormat.of().formatHex(digest.digest());
    }

    private void requireChanged(String what, String hint, List<String> arguments, CommandResult result) {
        if (result.ok()) {
            return;
        }
        String said = result.errors()
                .lines()
                .filter(line -> ERROR.matcher(line).matches())
                .map(line -> OF_STATEMENT.matcher(line).replaceFirst("$1…"))
                .collect(Collectors.joining(" / "));
        throw new UnderstudyException(
                ErrorCode.LOAD_FAILED,
                "cannot " + what + " database " + database + ": " + arguments.get(0) + " ended with "
                        + result.exitCode() + (said.isEmpty() ? "" : ": " + end(said)),
                hint);
    }

    /**
     * Reads all that a program writes, however much: {@link #run} has its end alone.
     *
     * @param ending what the last line begins with where all was written
     */
    String read(String what, ErrorCode code, List<String> arguments, String input, Optional<String> ending) {
        byte[][] read = {new byte[0]};
        CommandResult result = runner.run(
                command(arguments, Map.of()).reading(input).into(in -> read[0] = in.readNBytes(LARGEST + 1)));
        String failed = "cannot " + what + " database " + database + ": ";
        if (read[0].length > LARGEST) {
            throw new UnderstudyException(
                    code,
                    failed + arguments.get(0) + " wrote more than " + (LARGEST >> 20) + " MiB",
                    "restore this database by commands of your own");
        }
        require(what, code, arguments, result);
        String text = new String(read[0], StandardCharsets.UTF_8);
        String end = text.stripTrailing();
        ending.filter(line -> !end.substring(end.lastIndexOf('\n') + 1).startsWith(line))
                .ifPresent(line -> {
                    throw new UnderstudyException(
                            code,
                            failed + arguments.get(0) + " ended with 0, and its last line does not begin with \"" + line
                                    + "\": it is not complete",
                            "run the command by hand and look at its end");
                });
        return text;
    }

    /**
     * The hash of all that a program writes.
     *
     * @return empty where it writes nothing
     */
    Optional<String> hash(String what, List<String> arguments, Map<String, String> variables) {
        MessageDigest digest = Sha256.digest();
        boolean[] any = new boolean[1];
        CommandResult result = runner.run(command(arguments, variables).into(in -> {
            byte[] buffer = new byte[1 << 16];
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                digest.update(buffer, 0, length);
                any[0] |= length > 0;
            }
        }));
        require(what, ErrorCode.COMMAND_FAILED, arguments, result);
        return any[0] ? Optional.of(HexFormat.of().formatHex(digest.digest())) : Optional.empty();
    }

    private CommandResult require(String what, ErrorCode code, List<String> arguments, CommandResult result) {
        if (result.ok()) {
            return result;
        }
        throw new UnderstudyException(
                code,
                "cannot " + what + " database " + database + ": " + ended(arguments, result),
                "run the command by hand as the agent's user");
    }

    private Command command(List<String> arguments, Map<String, String> variables) {
        return Command.of(arguments, limit)
                .limitingSilence()
                .inheriting(environment)
                .with(variables);
    }

    private static String ended(List<String> arguments, CommandResult result) {
        String said = end(result.errors().isBlank() ? result.output() : result.errors());
        return arguments.get(0) + " ended with " + result.exitCode() + (said.isEmpty() ? "" : ": " + said);
    }

    /** The last lines, on one. */
    static String end(String text) {
        List<String> lines =
                text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
        String all = lines.stream().skip(Math.max(0, lines.size() - LINES)).collect(Collectors.joining(" / "));
        return all.length() <= LONGEST ? all : "…" + all.substring(all.length() - LONGEST);
    }

    /** Knows whether all was written. */
    private static final class Whole extends FilterOutputStream {
        private volatile boolean complete;

        Whole(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }
    }
}
