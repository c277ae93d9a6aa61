package io.understudy.files;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers the hash of every file of a tree by path, size, times and inode, so that a file which did not change is not
 * read again. A sorted file on disk that is read and written as a stream during a walk; it is never needed: absent,
 * damaged or of another version it is empty.
 *
 * <p>The file: {@code understudy file cache 1\n}, then per file the length of its path (two bytes), the path, size,
 * seconds and nanoseconds of both times, inode and hash; two bytes {@code ffff} and the CRC-32C of all before end it.
 */
public final class FileCache {
    private static final Logger LOG = LoggerFactory.getLogger(FileCache.class);
    private static final byte[] HEADER = "understudy file cache 1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int END = 0xffff;
    private static final int TRAILER = 8;
    /**
     * A file changed this many seconds before it is read may change again without a new time: the clocks of file
     * systems are coarse.
     */
    private static final long RACY_SECONDS = 2;

    private FileCache() {}

    /** One remembered file. */
    public record Known(SafePath path, long size, Instant modified, Instant changed, long inode, ContentHash hash) {
        boolean describes(FileStat stat) {
            return size == stat.size()
                    && inode == stat.inode()
                    && modified.equals(stat.modified())
                    && changed.equals(stat.changed());
        }
    }

    public static Reader read(Path file) {
        try {
            if (Files.isRegularFile(file) && isWhole(file)) {
                InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
                in.skipNBytes(HEADER.length);
                return new Reader(new DataInputStream(in));
            }
        } catch (IOException e) {
            LOG.debug("a file cache that can't be read counts as none", e);
        }
        return new Reader(new DataInputStream(InputStream.nullInputStream()));
    }

    /** The new cache takes the old one's place when it is committed. */
    public static Writer write(Path file) {
        try {
            return new Writer(file, AtomicFiles.draft(file, AtomicFiles.PRIVATE));
        } catch (IOException e) {
            throw FileFailure.of("write", file, e);
        }
    }

    private static boolean isWhole(Path file) throws IOException {
        long size = Files.size(file);
        if (size < HEADER.length + 2 + TRAILER) {
            return false;
        }
        CRC32C sum = new CRC32C();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            byte[] buffer = in.readNBytes(HEADER.length);
            sum.update(buffer);
            boolean ours = java.util.Arrays.equals(buffer, HEADER);
            buffer = new byte[1 << 16];
            long left = size - HEADER.length - TRAILER;
            while (ours && left > 0) {
                int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
                if (count < 0) {
                    return false;
                }
                sum.update(buffer, 0, count);
                left -= count;
            }
            return ours && new DataInputStream(in).readLong() == sum.getValue();
        } catch (EOFException e) {
            return false;
        }
    }

    /** Answers in the order of the walk. Not thread-safe. */
    public static final class Reader implements AutoCloseable {
        private final DataInputStream in;
        private Known current;
        private boolean first = true;

        private Reader(DataInputStream in) {
            this.in = in;
            advance();
        }

        /**
         * The hash of the file as it was when it looked exactly like this.
         *
         * @param path after every path asked for before
         */
        public Optional<ContentHash> find(SafePath path, FileStat stat) {
            while (current != null && current.path.compareTo(path) < 0) {
                advance();
            }
            boolean known = current != null && current.path.equals(path) && current.describes(stat);
            return known ? Optional.of(current.hash) : Optional.empty();
        }

        /** All that is left, one after the other. */
        public Optional<Known> next() {
            Optional<Known> next = Optional.ofNullable(current);
            advance();
            return next;
        }

        private void advance() {
            try {
                current = first || current != null ? readNext() : null;
                first = false;
            } catch (IOException e) {
                current = null;
            }
        }

        private Known readNext() throws IOException {
            int length = in.readUnsignedShort();
            if (length == END) {
                return null;
            }
            SafePath path = SafePath.of(in.readNBytes(length));
            long size = in.readLong();
            Instant modified = Instant.ofEpochSecond(in.readLong(), in.readInt());
            Instant changed = Instant.ofEpochSecond(in.readLong(), in.readInt());
            long inode = in.readLong();
            return new Known(path, size, modified, changed, inode, ContentHash.of(in.readNBytes(ContentHash.LENGTH)));
        }

        @Override
        public void close() {
            try {
                in.close();
            } catch (IOException e) {
                LOG.debug("a file cache that was read can't be closed", e);
            }
        }
    }

    /** Takes files in the order of the walk. Closing without {@link #commit} leaves the old cache. Not thread-safe. */
    public static final class Writer implements AutoCloseable {
        private final Path file;
        private final AtomicFiles.Draft draft;
        private final CRC32C sum = new CRC32C();
        private final DataOutputStream out;

        private Writer(Path file, AtomicFiles.Draft draft) throws IOException {
            this.file = file;
            this.draft = draft;
            OutputStream buffered = new BufferedOutputStream(draft.out(), 1 << 16);
            this.out = new DataOutputStream(new CheckedOutputStream(buffered, sum));
            out.write(HEADER);
        }

        /**
         * Remembers a file that was read, unless it had just been changed.
         *
         * @param read before the reading began
         */
        public void add(SafePath path, FileStat stat, ContentHash hash, Instant read) {
            if (stat.changed().isBefore(read.minusSeconds(RACY_SECONDS))) {
                add(path, stat, hash);
            }
        }

        /** Remembers a file whose content is known for sure, or was found in the old cache. */
        public void add(SafePath path, FileStat stat, ContentHash hash) {
            add(new Known(path, stat.size(), stat.modified(), stat.changed(), stat.inode(), hash));
        }

        public void add(Known known) {
            try {
                out.writeShort(known.path.length());
                out.write(known.path.raw());
                out.writeLong(known.size);
                out.writeLong(known.modified.getEpochSecond());
                out.writeInt(known.modified.getNano());
                out.writeLong(known.changed.getEpochSecond());
                out.writeInt(known.changed.getNano());
                out.writeLong(known.inode);
                out.write(known.hash.bytes());
            } catch (IOException e) {
                throw FileFailure.of("write", file, e);
            }
        }

        public void commit() {
            try {
                out.writeShort(END);
                out.writeLong(sum.getValue());
                out.flush();
                draft.commit();
            } catch (IOException e) {
                throw FileFailure.of("write", file, e);
            }
        }

        @Override
        public void close() {
            try {
                draft.close();
            } catch (IOException e) {
                throw FileFailure.of("write", file, e);
            }
        }
    }
}
