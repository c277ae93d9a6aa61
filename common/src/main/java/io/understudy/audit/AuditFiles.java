package io.understudy.audit;

import io.understudy.files.AtomicFiles;
import io.understudy.state.StateEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The files that the chain goes through: the one that lines are appended to, and older ones, each named after its last
 * entry. Its methods are called by the holder of the audit lock.
 */
final class AuditFiles {
    private static final long LARGEST = 4 << 20;
    private static final int MOST_OLDER = 15;
    private static final String SUFFIX = ".jsonl";
    /** More than a line takes: six bytes of JSON a character, at most, and the other fields. */
    private static final int TAIL = 256 << 10;

    private final Path current;
    private final Path older;
    private final long largest;
    private final int mostOlder;

    AuditFiles(Path state) {
        this(state, LARGEST, MOST_OLDER);
    }

    /**
     * @param largest the size from which on a file is not appended to, in bytes
     * @param mostOlder how many others are kept
     */
    AuditFiles(Path state, long largest, int mostOlder) {
        this.current = StateEntry.AUDIT.in(state);
        this.older = StateEntry.AUDIT_OLDER.in(state);
        this.largest = largest;
        this.mostOlder = mostOlder;
    }

    /** What lines are appended to. */
    Path current() {
        return current;
    }

    /** Those that are there, the oldest first. */
    List<Path> all() throws IOException {
        List<Path> all = older();
        if (Files.exists(current, LinkOption.NOFOLLOW_LINKS)) {
            // A link would have root write where another user points, and a pipe without a reader is waited for.
            if (!Files.isRegularFile(current, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException("it is no regular file: move it away");
            }
            all.add(current);
        }
        return all;
    }

    /** The number in the name of an older file: its last entry. */
    static long lastEntry(Path older) {
        return Long.parseLong(older.getFileName().toString().replace(SUFFIX, ""));
    }

    private List<Path> older() throws IOException {
        List<Path> all = new ArrayList<>();
        if (Files.isDirectory(older)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(older)) {
                files.forEach(file -> {
                    if (file.getFileName().toString().matches("\\d{12}\\" + SUFFIX)) {
                        all.add(file);
                    }
                });
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
        }
        all.sort(null);
        return all;
    }

    /** The last lines of the newest file that has any, oldest first; the last of them may have no end. */
    List<byte[]> lastLines() throws IOException {
        List<Path> all = all();
        for (int i = all.size() - 1; i >= 0; i--) {
            List<byte[]> lines = lines(tail(all.get(i)));
            if (!lines.isEmpty()) {
                return lines;
            }
        }
        return List.of();
    }

    private static byte[] tail(Path file) throws IOException {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            long from = Math.max(0, in.size() - TAIL);
            ByteBuffer tail = ByteBuffer.allocate((int) (in.size() - from));
            while (tail.hasRemaining() && in.read(tail, from + tail.position()) > 0) {
                // Reads on until all is there.
                continue;
            }
            return Arrays.copyOf(tail.array(), tail.position());
        }
    }

    private static List<byte[]> lines(byte[] bytes) {
        List<byte[]> lines = new ArrayList<>();
        int begin = 0;
        for (int i = 0; i <= bytes.length; i++) {
            if (i == bytes.length ? begin < i : bytes[i] == '\n') {
                lines.add(Arrays.copyOfRange(bytes, begin, i));
                begin = i + 1;
            }
        }
        return lines;
    }

    boolean isFull() throws IOException {
        return Files.exists(current) && Files.size(current) >= largest;
    }

    /** The current file becomes an older one, which no one appends to. */
    void rotate(long lastEntry) throws IOException {
        AtomicFiles.createFolders(older, AtomicFiles.PRIVATE_FOLDER);
        AtomicFiles.giveToOwnerOfFolder(older);
        Path name = older.resolve("%012d%s".formatted(lastEntry, SUFFIX));
        if (!Files.exists(name)) {
            AtomicFiles.move(current, name);
        }
    }

    /** Those that are too many, the oldest first. */
    Stream<Path> surplus() throws IOException {
        List<Path> all = older();
        return all.stream().limit(Math.max(0, all.size() - mostOlder));
    }

    /** Durable. A line that was cut is ended first, and stays. */
    void append(byte[] line) throws IOException {
        boolean fresh = !Files.exists(current);
        try (FileChannel out = FileChannel.open(
                current,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(AtomicFiles.PRIVATE))) {
            if (fresh) {
                AtomicFiles.giveToOwnerOfFolder(current);
                AtomicFiles.forceFolder(current.getParent());
            }
            ByteBuffer all = ByteBuffer.allocate(line.length + 2);
            if (endsInside()) {
                all.put((byte) '\n');
            }
            all.put(line).put((byte) '\n').flip();
            while (all.hasRemaining()) {
                out.write(all);
            }
            out.force(false);
        }
    }

    private boolean endsInside() throws IOException {
        try (FileChannel in = FileChannel.open(current, StandardOpenOption.READ)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            return in.size() > 0 && in.read(one, in.size() - 1) == 1 && one.get(0) != '\n';
        }
    }
}
