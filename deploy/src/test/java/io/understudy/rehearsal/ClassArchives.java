package io.understudy.rehearsal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Archives of loaded classes (class data sharing): the end-to-end tests start some hundred processes. The launcher
 * makes the agents' archive, as on a server, and the sample site's service makes its own.
 */
public final class ClassArchives {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final ClassArchives INSTANCE = new ClassArchives(Rehearsal.packaged());

    private final Rehearsal programs;

    private ClassArchives(Rehearsal programs) {
        this.programs = programs;
    }

    /** The packaged programs; commands that end run in one process. */
    public static Rehearsal rehearsal() {
        return INSTANCE.programs.with(Map::of, CommandHost::run);
    }

    /** The options for a Java machine whose class path begins with the agents' libraries. */
    public static List<String> forAgents() {
        return INSTANCE.agents()
                .map(archive -> List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:disable"))
                .orElse(List.of());
    }

    /** The launcher makes the agents' archive, unless it is there; another process that wants it waits. */
    static void makeForAgents() {
        INSTANCE.haveMadeForAgents();
    }

    private void haveMadeForAgents() {
        try (FileChannel channel = FileChannel.open(
                        programs.stage().resolve("agents.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (lock.isValid() && agents().isEmpty()) {
                Program.of(programs.primary(), "init", "--help").run(LIMIT).successful();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<Path> agents() {
        Path made = programs.distribution().resolve("classes");
        if (!Files.exists(made)) {
            return Optional.empty();
        }
        try (Stream<Path> archives = Files.list(made)) {
            return archives.filter(file -> file.toString().endsWith(".jsa")).findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
