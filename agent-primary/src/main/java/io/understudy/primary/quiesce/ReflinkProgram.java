package io.understudy.primary.quiesce;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.Command;
import io.understudy.process.CommandResult;
import io.understudy.process.CommandRunner;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * By {@code cp} of GNU coreutils, since Java has no call for it. One file of a single byte is tried first: a file
 * system without reflinks would refuse each file of a large tree.
 */
public final class ReflinkProgram implements Reflinks {
    private static final Logger LOG = LoggerFactory.getLogger(ReflinkProgram.class);
    private static final List<String> COPY = List.of("cp", "-a", "--reflink=always");

    /** Arguments of one call; a path has 4 KiB at the most. */
    private static final int MOST = 256;

    private final CommandRunner runner;
    private final Ticker ticker;

    public ReflinkProgram(CommandRunner runner, Ticker ticker) {
        this.runner = runner;
        this.ticker = ticker;
    }

    @Override
    public boolean copy(List<Path> entries, Path folder, Duration limit) {
        try {
            if (!isPossible(folder, limit)) {
                return false;
            }
            long begun = ticker.nanos();
            for (int from = 0; from < entries.size(); from += MOST) {
                List<String> arguments = new ArrayList<>(COPY);
                arguments.addAll(List.of("-t", folder.toString(), "--"));
                entries.subList(from, Math.min(from + MOST, entries.size()))
                        .forEach(entry -> arguments.add(entry.toString()));
                Duration left = limit.minus(ticker.since(begun));
                if (left.isNegative() || left.isZero() || !run(arguments, left)) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            LOG.debug("no reflinks in {}", folder, e);
            return false;
        }
    }

    /** A file with content: an empty one needs no room to share. */
    private boolean isPossible(Path folder, Duration limit) throws IOException {
        Path from = folder.resolveSibling(folder.getFileName() + ".try");
        Path to = folder.resolveSibling(folder.getFileName() + ".tried");
        try {
            Files.write(from, new byte[1]);
            List<String> arguments = new ArrayList<>(COPY);
            arguments.addAll(List.of("--", from.toString(), to.toString()));
            return run(arguments, limit);
        } finally {
            Files.deleteIfExists(from);
            Files.deleteIfExists(to);
        }
    }

    private boolean run(List<String> arguments, Duration limit) {
        try {
            CommandResult result = runner.run(Command.of(arguments, limit));
            if (!result.ok()) {
                LOG.debug("cp --reflink=always ended with {}: {}", result.exitCode(), result.errors());
            }
            return result.ok();
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.CANCELLED) {
                throw e;
            }
            LOG.debug("cp --reflink=always: {}", e.getMessage());
            return false;
        }
    }
}
