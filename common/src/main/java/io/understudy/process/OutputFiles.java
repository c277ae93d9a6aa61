package io.understudy.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files that commands of the site write to, in a folder of the agent's own. A file goes when its command has ended
 * and nothing that it started is left; one that a service still writes to is emptied when it outgrows {@link #LARGEST}.
 * Also those of agents that were killed: the name gives the command's mark and between which moments it ran,
 * {@code MARK_FROM_UNTIL.out} with milliseconds of the epoch.
 */
final class OutputFiles {
    private static final Logger LOG = LoggerFactory.getLogger(OutputFiles.class);

    /** In bytes. */
    static final long LARGEST = 16L * 1024 * 1024;

    private static final Pattern NAME = Pattern.compile("([0-9a-f-]{36})_(\\d{1,15})_(\\d{1,15})\\.(out|err)");
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path folder;
    private final Clock clock;

    OutputFiles(Path folder, Clock clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /** The two files of one run. */
    record Pair(Path output, Path errors, MarkedProcesses processes) {
        void bound() {
            cut(output);
            cut(errors);
        }

        /** After the command's end: what it printed has been read. */
        void release() {
            if (!processes.any()) {
                delete(output);
                delete(errors);
            }
        }
    }

    /** @return empty where they can't be made */
    Optional<Pair> create(String mark, Duration limit) {
        Instant from = clock.instant();
        Instant until = from.plus(limit);
        String name = mark + "_" + from.toEpochMilli() + "_" + until.toEpochMilli();
        try {
            PrivateFolder.make(folder);
            Path output = Files.createFile(folder.resolve(name + ".out"), OWNER_ONLY);
            Path errors = Files.createFile(folder.resolve(name + ".err"), OWNER_ONLY);
            return Optional.of(new Pair(output, errors, new MarkedProcesses(mark, from, until)));
        } catch (IOException e) {
            LOG.warn("what the command prints is dropped, because no file can be made in {}: {}", folder, e.toString());
            return Optional.empty();
        }
    }

    /** Empties what has grown too large, and removes what no process can hold any more. Never throws. */
    void tidy() {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            files.forEach(this::tidy);
        } catch (IOException | RuntimeException e) {
            LOG.debug("cannot tidy {}: {}", folder, e.toString());
        }
    }

    private void tidy(Path file) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (!name.matches()) {
            return;
        }
        cut(file);
        Instant from = Instant.ofEpochMilli(Long.parseLong(name.group(2)));
        Instant until = Instant.ofEpochMilli(Long.parseLong(name.group(3)));
        if (clock.instant().isAfter(until) && !new MarkedProcesses(name.group(1), from, until).any()) {
            delete(file);
        }
    }

    /** The last of it as text; empty when it can't be read. */
    static String tail(Path file) {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r");
                InputStream in = Channels.newInputStream(open.getChannel())) {
            long start = Math.max(0, open.length() - Tail.KEPT - 1);
            open.seek(start);
            byte[] bytes = in.readNBytes(Tail.KEPT + 1);
            Tail tail = new Tail();
            tail.add(bytes, bytes.length);
            return tail.text();
        } catch (IOException e) {
            LOG.debug("cannot read {}: {}", file, e.toString());
            return "";
        }
    }

    private static void cut(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            if (channel.size() > LARGEST) {
                channel.truncate(0);
            }
        } catch (NoSuchFileException gone) {
            // Another agent of this server removed it.
        } catch (IOException e) {
            LOG.debug("cannot empty {}: {}", file, e.toString());
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
