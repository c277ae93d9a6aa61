package io.understudy.process;

import io.understudy.time.Ticker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which of the commands that {@linkplain Command#replacesOrphans replace orphans} run, in a folder of the agent's own:
 * {@code MARK.run} holds a line for the agent and, once it has started, one for the program. A kill of the agent leaves
 * both behind; they need not outlive one of the host. What a command left behind when it ended is no orphan.
 */
final class RunNotes {
    private static final Logger LOG = LoggerFactory.getLogger(RunNotes.class);
    private static final String SUFFIX = ".run";

    private final Path folder;
    private final Ticker ticker;

    RunNotes(Path folder, Ticker ticker) {
        this.folder = folder;
        this.ticker = ticker;
    }

    /** The note of one run. */
    record Note(Path file) implements AutoCloseable {
        void started(Process process) {
            try {
                write(file, process.pid(), StandardOpenOption.APPEND);
            } catch (IOException e) {
                LOG.debug("cannot note in {} which program runs: {}", file, e.toString());
            }
        }

        @Override
        public void close() {
            delete(file);
        }
    }

    private static void write(Path file, long pid, StandardOpenOption option) throws IOException {
        Optional<ProcessIdentity> identity = ProcessIdentity.of(pid);
        if (identity.isPresent()) {
            Files.writeString(file, identity.get().text() + "\n", StandardCharsets.US_ASCII, option);
        }
    }

    /** Before the program starts. A command runs also where no note can be made. */
    Note begin(String mark) {
        Note note = new Note(folder.resolve(mark + SUFFIX));
        // Under its name it is never seen without the agent.
        Path draft = folder.resolve(mark + ".new");
        try {
            PrivateFolder.make(folder);
            write(draft, ProcessHandle.current().pid(), StandardOpenOption.CREATE_NEW);
            Files.move(draft, note.file(), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            delete(draft);
            LOG.warn(
                    "the command runs; where this agent is killed before it ends, the next one does not find it: {}",
                    e.toString());
        }
        return note;
    }

    /** Ends those whose agents were killed, each with what it started. Returns when they have ended. Never throws. */
    void endOrphans() {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> notes = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            notes.forEach(this::endOrphan);
        } catch (IOException | RuntimeException e) {
            LOG.warn("cannot see in {} whether a killed agent left a command behind: {}", folder, e.toString());
        }
    }

    private void endOrphan(Path file) {
        List<Optional<ProcessIdentity>> found;
        try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
            found = lines.map(ProcessIdentity::parse).toList();
        } catch (NoSuchFileException ended) {
            return;
        } catch (IOException e) {
            LOG.warn("cannot read {}: {}", file, e.toString());
            return;
        }
        Optional<ProcessIdentity> agent = found.stream().findFirst().flatMap(first -> first);
        if (agent.isEmpty()) {
            // Damaged: it may be alive.
            delete(file);
            return;
        }
        if (agent.get().running().isPresent()) {
            return;
        }
        Optional<ProcessIdentity> program = found.stream().skip(1).findFirst().flatMap(second -> second);
        Optional<ProcessHandle> orphan = program.flatMap(ProcessIdentity::running);
        String name = file.getFileName().toString();
        String mark = name.substring(0, name.length() - SUFFIX.length());
        MarkedProcesses marked = new MarkedProcesses(mark, Instant.EPOCH, MarkedProcesses.OPEN);
        // Without a second line the agent was killed in the moment in which it started the program.
        if (orphan.isPresent() || program.isEmpty() && marked.all().findAny().isPresent()) {
            LOG.warn("a command of the site, which an agent that was killed left running, is ended first");
            new ProcessTree(orphan, marked, ticker).end();
        }
        delete(file);
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.debug("cannot remove {}: {}", file, e.toString());
        }
    }
}
