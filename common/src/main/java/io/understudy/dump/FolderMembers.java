package io.understudy.dump;

import io.understudy.files.AtomicFiles;
import io.understudy.restore.RestorePoint;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/** Files of a folder, readable by this user alone, in pieces that are durable one after the other. Not thread-safe. */
final class FolderMembers implements DumpMembers, DumpDraft.Content {
    /** Files without a line in the list: each is a name in memory. */
    private static final int MOST_OPEN = 10_000;

    private final Path folder;
    private final PieceList<Piece> list;
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

    private FolderMembers(Path folder, PieceList<Piece> list, long chunk) {
        this.folder = folder;
        this.list = list;
        this.chunk = chunk;
    }

    /**
     * Compares what is there with its hashes, and takes away what is not as it was written, and all behind it.
     *
     * @param folder that exists
     * @param chunk how many bytes are written again at most
     */
    static FolderMembers open(Path folder, long chunk) throws IOException {
        PieceList<Piece> list = PieceList.open(folder, Piece.class);
        try {
            FolderMembers made = new FolderMembers(folder, list, chunk);
            list.keep(made::keep);
            made.cut();
            return made;
        } catch (IOException | RuntimeException e) {
            list.close();
            throw e;
        }
    }

    @Override
    public boolean isKept() {
        return !kept.isEmpty();
    }

    private boolean keep(Piece piece) throws IOException {
        if (piece.file() == null || !isDurable(piece)) {
            return false;
        }
        kept.put(piece.file(), piece);
        return true;
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
        try (FileChannel content = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            return piece.end() >= from
                    && piece.end() <= content.size()
                    && PieceOutput.hash(content, from, piece.end()).equals(piece.hash());
        }
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
        private final PieceOutput out;

        Writer(String name, long from) throws IOException {
            this.name = name;
            this.out = new PieceOutput(writable(folder.resolve(name)), from);
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            // Before these bytes: the end of rows, which comes last and at once, is never in a piece without its
            // file's.
            if (unforced >= chunk) {
                endPiece(false);
                mark();
            }
            unforced += length;
            out.write(bytes, offset, length);
        }

        private void endPiece(boolean whole) throws IOException {
            String hash = out.endPiece();
            open.add(new Piece(name, out.end(), whole, hash));
        }

        void end() throws IOException {
            endPiece(true);
        }

        /** What has no line is cut off by the next one. */
        @Override
        public void close() throws IOException {
            out.close();
        }
    }

    private void mark() throws IOException {
        List<Piece> pieces = List.copyOf(open);
        force();
        list.append(pieces);
        RestorePoint.DUMP_MARKED.reached();
    }

    @Override
    public void force() throws IOException {
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
