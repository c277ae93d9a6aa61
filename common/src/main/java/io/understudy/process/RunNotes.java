package io.understudy.process;

import io.understudy.files.Sha256;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which of the commands that {@linkplain Command#replacesOrphans replace orphans} run, in a folder of the agent's own:
 * {@code MARK.run} holds a line for the boot of the host and the command, one for the agent and, once it has started,
 * one for the program. A kill of the agent leaves both behind. What a command left behind when it ended is no orphan.
 */
final class RunNotes {
    private static final Logger LOG = LoggerFactory.getLogger(RunNotes.class);
    private static final String SUFFIX = ".run";
    private static final Path BOOT = HostBoot.FILE;
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Pattern NOT_PLAIN = Pattern.compile("[^!-~]");

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
                Files.writeString(file, line(process.pid()), StandardCharsets.US_ASCII, StandardOpenOption.APPEND);
            } catch (IOException e) {
                LOG.debug("cannot note in {} which program runs: {}", file, e.toString());
                // Without it what a command leaves behind would count as the command.
                delete(file);
            }
        }

        @Override
        public void close() {
            delete(file);
        }
    }

    /** Before the program starts. A command runs also where no note can be made. */
    Note begin(String mark, Command command) {
        Note note = new Note(folder.resolve(mark + SUFFIX));
        // Under its name it is never seen without the agent.
        Path draft = folder.resolve(mark + ".new");
        try {
            PrivateFolder.make(folder);
            Files.writeString(
                    draft,
                    heading(command) + "\n" + line(ProcessHandle.current().pid()),
                    StandardCharsets.US_ASCII,
                    StandardOpenOption.CREATE_NEW);
            Files.move(draft, note.file(), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            delete(draft);
            LOG.warn(
                    "the command runs; where this agent is killed before it ends, the next one does not find it: {}",
                    e.toString());
        }
        return note;
    }

    private static String line(long pid) throws IOException {
        return ProcessIdentity.of(pid)
                        .orElseThrow(() -> new IOException("/proc does not show process " + pid))
                        .text()
                + "\n";
    }

    /** The boot of the host, for numbers of processes come again, a hash of the arguments, and the program. */
    static String heading(Command command) throws IOException {
        MessageDigest digest = Sha256.digest();
        command.arguments().forEach(each -> digest.update((each + "\0").getBytes(StandardCharsets.UTF_8)));
        return Files.readString(BOOT).strip() + " " + HexFormat.of().formatHex(digest.digest()) + " "
                + NOT_PLAIN.matcher(command.arguments().get(0)).replaceAll("?");
    }

    private static String program(String heading) {
        return heading.substring(heading.lastIndexOf(' ') + 1);
    }

    /**
     * Ends those whose agents were killed, each with what it started. One that does what is to be done now gets the
     * time of that command to end by itself: a start that is ended takes the site down once more. Returns when they
     * have ended.
     *
     * @throws io.understudy.failure.UnderstudyException {@code CANCELLED}
     */
    void endOrphans(Command next) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> notes = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            for (Path note : notes) {
                endOrphan(note, next);
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.warn("cannot see in {} whether a killed agent left a command behind: {}", folder, e.toString());
        }
    }

    private void endOrphan(Path file, Command next) throws IOException {
        List<String> lines;
        try (Stream<String> read = Files.lines(file, StandardCharsets.ISO_8859_1)) {
            lines = read.toList();
        } catch (NoSuchFileException ended) {
            return;
        }
        String heading = heading(next);
        String boot = heading.substring(0, heading.indexOf(' '));
        Optional<ProcessIdentity> agent = identity(lines, 1);
        if (agent.isEmpty() || !lines.get(0).startsWith(boot + " ")) {
            // Damaged: it may be alive; or of another boot of the host.
            delete(file);
            return;
        }
        if (agent.get().running().isPresent()) {
            return;
        }
        Optional<ProcessIdentity> program = identity(lines, 2);
        if (lines.get(0).equals(heading)) {
            await(program, next.limit());
        }
        Optional<ProcessHandle> orphan = program.flatMap(ProcessIdentity::running);
        String name = file.getFileName().toString();
        String mark = name.substring(0, name.length() - SUFFIX.length());
        MarkedProcesses marked = new MarkedProcesses(mark, Instant.EPOCH, MarkedProcesses.OPEN);
        // Without its line the agent was killed in the moment in which it started the program.
        if (orphan.isPresent() || program.isEmpty() && marked.all().findAny().isPresent()) {
            LOG.warn(
                    "a command of the site ({}), which an agent that was killed left running, is ended first",
                    program(lines.get(0)));
            new ProcessTree(orphan, marked, ticker).end();
        }
        delete(file);
    }

    private static Optional<ProcessIdentity> identity(List<String> lines, int line) {
        return lines.size() > line ? ProcessIdentity.parse(lines.get(line)) : Optional.empty();
    }

    private void await(Optional<ProcessIdentity> program, Duration limit) {
        long begun = ticker.nanos();
        while (program.flatMap(ProcessIdentity::running).isPresent()
                && ticker.since(begun).compareTo(limit) < 0) {
            ticker.pause(PAUSE, "wait for the same command of an agent that was killed");
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.debug("cannot remove {}: {}", file, e.toString());
        }
    }
}
