package io.understudy.repository.digest;

import io.understudy.files.AtomicFiles;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Which lines went and which came between two tables in COPY's text format, as multisets: equal lines of both sides
 * cancel each other, whatever their order. Lines are compared by their 128-bit hash. What has no counterpart yet is
 * held in memory; above a budget it goes to files, parted by hash, and is compared part by part in the end. So the
 * memory that it takes depends neither on the table nor on the change. Not thread-safe.
 */
public final class RowDifference implements Closeable {
    private static final int PARTS = 64;

    /** What has no counterpart takes more than was allowed: the difference is not worth having. */
    public static final class TooLarge extends Exception {
        private static final long serialVersionUID = 1;

        TooLarge(long bytes) {
            super("more than " + (bytes >> 20) + " MiB of rows differ", null, false, false);
        }
    }

    private final long budget;
    private final long most;
    private final Path folder;
    private final Murmur3 hash = new Murmur3();
    private final List<Closeable> open = new ArrayList<>();
    private final List<Path> files = new ArrayList<>();
    private HeldLines held = new HeldLines();
    private List<DataOutputStream> parts = List.of();
    private long spilled;

    /**
     * @param budget bytes that lines without a counterpart may take in memory
     * @param most bytes that they may take in files, before {@link TooLarge}
     * @param folder of its own, for files; made when it is needed
     */
    public RowDifference(long budget, long most, Path folder) {
        this.budget = budget;
        this.most = most;
        this.folder = folder;
    }

    /** A line of the older side, without its newline. */
    public void older(byte[] bytes, int from, int to) throws IOException, TooLarge {
        add(-1, bytes, from, to);
    }

    /** A line of the newer side, without its newline. */
    public void newer(byte[] bytes, int from, int to) throws IOException, TooLarge {
        add(1, bytes, from, to);
    }

    private void add(int side, byte[] bytes, int from, int to) throws IOException, TooLarge {
        hash.update(bytes, from, to);
        hash.finish();
        held.add(hash.high(), hash.low(), side, bytes, from, to);
        if (held.bytes() > budget) {
            spill();
        }
    }

    private void spill() throws IOException, TooLarge {
        if (parts.isEmpty()) {
            AtomicFiles.createFolders(folder, AtomicFiles.PRIVATE_FOLDER);
            List<DataOutputStream> made = new ArrayList<>();
            for (int i = 0; i < PARTS; i++) {
                made.add(new DataOutputStream(create(part(i))));
            }
            parts = made;
        }
        spilled += held.bytes();
        if (spilled > most) {
            throw new TooLarge(most);
        }
        held.forEach((high, low, count, line) -> {
            DataOutputStream part = parts.get((int) (high >>> (Long.SIZE - 6)));
            part.writeLong(high);
            part.writeLong(low);
            part.writeInt(count);
            part.writeInt(line.length);
            part.write(line);
        });
        held = new HeldLines();
    }

    private Path part(int number) {
        return folder.resolve("part-" + number);
    }

    private OutputStream create(Path file) throws IOException {
        OutputStream out = new BufferedOutputStream(AtomicFiles.openPrivate(file), 16 << 10);
        open.add(out);
        files.add(file);
        return out;
    }

    /**
     * What has no counterpart.
     *
     * @param gone lines that only the older side has, or has more often
     * @param came lines that only the newer side has, or has more often
     */
    public record Result(Lines gone, Lines came) {
        /** Plain bytes of both. */
        public long bytes() {
            return gone.bytes() + came.bytes();
        }
    }

    /** Both sides are complete. The result is there until this is closed. */
    public Result finish() throws IOException, TooLarge {
        if (parts.isEmpty()) {
            return new Result(held.lines(-1), held.lines(1));
        }
        spill();
        for (DataOutputStream part : parts) {
            part.close();
        }
        Gathered gone = new Gathered(folder.resolve("gone"));
        Gathered came = new Gathered(folder.resolve("came"));
        for (int i = 0; i < PARTS; i++) {
            HeldLines part = read(part(i));
            part.forEach((high, low, count, line) -> (count < 0 ? gone : came).add(high, low, Math.abs(count), line));
            Files.delete(part(i));
        }
        return new Result(gone.lines(), came.lines());
    }

    private static HeldLines read(Path part) throws IOException {
        HeldLines found = new HeldLines();
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(part), 256 << 10))) {
            long left = Files.size(part);
            while (left > 0) {
                long high = in.readLong();
                long low = in.readLong();
                int count = in.readInt();
                byte[] line = new byte[in.readInt()];
                in.readFully(line);
                found.add(high, low, count, line, 0, line.length);
                left -= 24L + line.length;
            }
        }
        return found;
    }

    /** Deletes its files. */
    @Override
    public void close() throws IOException {
        for (Closeable each : open) {
            each.close();
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
        Files.deleteIfExists(folder);
    }

    /** Lines of one side in a file. */
    private final class Gathered {
        private final Path file;
        private final OutputStream out;
        private final HashSum sum = new HashSum();
        private long rows;
        private long bytes;

        Gathered(Path file) throws IOException {
            this.file = file;
            this.out = create(file);
        }

        void add(long high, long low, int count, byte[] line) throws IOException {
            for (int i = 0; i < count; i++) {
                out.write(line);
                out.write('\n');
                sum.add(high, low);
            }
            rows += count;
            bytes += (line.length + 1L) * count;
        }

        Lines lines() throws IOException {
            out.close();
            return new Lines(rows, bytes, sum.value(), () -> new BufferedInputStream(Files.newInputStream(file)));
        }
    }
}
