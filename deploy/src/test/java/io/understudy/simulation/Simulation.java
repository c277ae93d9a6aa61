package io.understudy.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.understudy.files.FolderDeletion;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/** Plays runs of seeds. Thread-safe; runs of several threads know nothing of each other. */
final class Simulation implements AutoCloseable {
    private final Path folder;
    private final Keys keys;

    Simulation() {
        // A disk that forgets is fast, and nothing here outlives the run.
        Path memory = Path.of("/dev/shm");
        try {
            this.folder = Files.isWritable(memory)
                    ? Files.createTempDirectory(memory, "understudy-simulation-")
                    : Files.createTempDirectory("understudy-simulation-");
            this.keys = Keys.in(Files.createDirectory(folder.resolve("keys")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * How a run ended.
     *
     * @param failure what broke; empty when all went well
     * @param tail the last events
     * @param fingerprint the same for the same run
     * @param reached what there was to compare
     */
    record Outcome(
            long seed, Optional<Error> failure, List<String> tail, long events, long fingerprint, Reached reached) {}

    /** @param all receives every event; may be null */
    Outcome play(long seed, PrintStream all) {
        Path own = create(seed);
        Run run = new Run(seed, own, keys, all);
        Optional<Error> failure = Optional.empty();
        try {
            run.play();
        } catch (Error e) {
            failure = Optional.of(e);
        } finally {
            FolderDeletion.delete(own);
        }
        return new Outcome(seed, failure, run.trace.tail(), run.trace.events(), run.trace.fingerprint(), run.reached);
    }

    /** The agents' own logs are silenced; the trace shows more. */
    static void hush() {
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.OFF);
    }

    @Override
    public void close() {
        FolderDeletion.delete(folder);
    }

    private Path create(long seed) {
        try {
            return Files.createTempDirectory(folder, seed + "-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
