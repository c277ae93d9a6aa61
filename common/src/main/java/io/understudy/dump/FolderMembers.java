package io.understudy.dump;

import io.understudy.cli.Json;
import io.understudy.files.AtomicFiles;
import io.understudy.files.Sha256;
import io.understudy.restore.RestorePoint;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Files of a folder, readable by this user alone, with a list of what of them is durable next to the folder: a line for
 * each piece of a file, with its hash. Lines are written when their pieces were forced to disk, so what has no line is
 * cut off. Not thread-safe.
 */
final class FolderMembers implements DumpMembers, AutoCloseable {
    private static final int BLOCK = 64 << 10;

    /** Files without a line in the list: each is a name in memory. */
    private static final int MOST_OPEN = 10_000;

    private final Path folder;
    private final FileChannel list;
    private final Path listFile;
    private final long chunk;
    private final Map<String, Piece> kept = new HashMap<>();
    /** Written, but not in the list: durable only once they are forced. */
    private final List<Piece> open = new ArrayList<>();

    private long unforced;

    /**
     * A piece of a file.
     *
     * @param end bytes of the file up to which it goes, from the end of the piece before
     * @param whole whether it is the last one
     * @param hash SHA-256 of it
     */
    record Piece(String file, long end, boolean whole, String hash) {}

    private FolderMembers(Path folder, Path listFile, FileChannel list, long chunk) {
        this.folder = folder;
        this.listFile = listFile;
        this.list = list;
        this.chunk = chunk;
    }

    /**
     * Opens it, and changes nothing.
     *
     * @param folder that exists
     * @param chunk how many bytes are written again at most
     */
    static FolderMembers open(Path folder, long chunk) throws IOException {
        Path list = DumpDraft.marks(folder);
        if (!Files.exists(list, LinkOption.NOFOLLOW_LINKS)) {
            AtomicFiles.write(list, new byte[0], AtomicFiles.PRIVATE);
        }
        return new FolderMembers(
                folder, list, FileChannel.open(list, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS), chunk);
    }

    /**
     * Compares what is there with its hashes, and takes away what is not as it was written, and all behind it.
     *
     * @return whether anything is kept
     */
    boolean keep() throws IOException {
        String all = Files.readString(listFile, StandardCharsets.ISO_8859_1);
        int good = 0;
        for (int next = all.indexOf('\n'); next >= 0; next = all.indexOf('\n', good)) {
            Optional<Piece> piece = piece(all.substring(good, next));
            if (piece.isEmpty() || !isDurable(piece.get())) {
                break;
            }
            kept.put(piece.get().file(), piece.get());
            good = next + 1;
        }
        cut();
        list.truncate(good);
        list.position(good);
        return !kept.isEmpty();
    }

    private static Optional<Piece> piece(String line) {
        try {
            return Optional.of(Json.read(line, Piece.class)).filter(each -> each.file() != null);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private long end(String file) {
        return Optional.ofNullable(kept.get(file)).map(Piece::end).orElse(0L);
    }

    private boolean isDurable(Piece piece) throws IOException {
        Path file = folder.resolve(piece.file());
        if (!folder.equals(file.getParent()) || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        long from = end(piece.file());
        return piece.end() >= from
                && piece.end() <= Files.size(file)
                && hash(file, from, piece.end()).equals(piece.hash());
    }

    private static String hash(Path file, long from, long to) throws IOException {
        MessageDigest found = Sha256.digest();
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            for (long at = from; at < to; at += block.position()) {
                block.clear().limit((int) Math.min(BLOCK, to - at));
                if (in.read(block, at) < 0) {
                    throw new EOFException("the end of " + file + " came early");
                }
                found.update(block.array(), 0, block.position());
            }
        }
        return HexFormat.of().formatHex(found.digest());
    }

    private void cut() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path each : files) {
                long end = end(each.getFileName().toString());
                if (!kept.containsKey(each.getFileName().toString())) {
                    Files.delete(each);
                } else if (Files.size(each) > end) {
                    try (FileChannel file = writable(each)) {
                        file.truncate(end);
                    }
                }
            }
        }
    }

    private static FileChannel writable(Path file) throws IOException {
        return FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(AtomicFiles.PRIVATE));
    }

    @Override
    public void add(String name, LongSupplier size, Content content) throws IOException {
        Piece there = kept.get(name);
        if (there != null && there.whole()) {
            content.pass();
            return;
        }
        try (Writer out = new Writer(name, end(name))) {
            content.write(out, end(name));
            out.end();
        }
        if (unforced >= chunk || open.size() >= MOST_OPEN) {
            mark();
        }
    }

    /** One file, from what is there of it on. */
    private final class Writer extends OutputStream {
        private final String name;
        private final FileChannel file;
        private final MessageDigest digest = Sha256.digest();
        private final ByteBuffer buffer = ByteBuffer.allocate(BLOCK);
        private long end;

        Writer(String name, long from) throws IOException {
            this.name = name;
            this.file = writable(folder.resolve(name));
            this.end = from;
            file.position(from);
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            // Before these bytes: the end of rows, which comes last and at once, is never in a piece without its
            // file's.
            if (unforced >= chunk) {
                piece(false);
                mark();
            }
            digest.update(source, offset, length);
            unforced += length;
            int at = offset;
            while (at < offset + length) {
                if (!buffer.hasRemaining()) {
                    flush();
                }
                int count = Math.min(buffer.remaining(), offset + length - at);
                buffer.put(source, at, count);
                at += count;
            }
        }

        private void piece(boolean whole) throws IOException {
            flush();
            open.add(new Piece(name, end, whole, HexFormat.of().formatHex(digest.digest())));
        }

        void end() throws IOException {
            piece(true);
        }

        @Override
        public void flush() throws IOException {
            buffer.flip();
            while (buffer.hasRemaining()) {
                end += file.write(buffer);
            }
            buffer.clear();
        }

        /** What has no line is cut off by the next one. */
        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    private void mark() throws IOException {
        StringBuilder lines = new StringBuilder();
        open.forEach(each -> lines.append(Json.line(each)).append('\n'));
        force();
        ByteBuffer bytes = ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) {
            list.write(bytes);
        }
        list.force(false);
        RestorePoint.DUMP_MARKED.reached();
    }

    /** All that was written so far lasts. */
    void force() throws IOException {
        for (Piece each : open) {
            Path written = folder.resolve(each.file());
            try (FileChannel file = FileChannel.open(written, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
                file.force(true);
            }
        }
        AtomicFiles.forceFolder(folder);
        open.clear();
        unforced = 0;
    }

    @Override
    public void close() throws IOException {
        list.close();
    }
}
