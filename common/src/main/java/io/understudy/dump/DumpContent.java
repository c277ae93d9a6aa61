package io.understudy.dump;

import io.understudy.cli.Json;
import io.understudy.dump.DumpScript.Place;
import io.understudy.files.AtomicFiles;
import io.understudy.files.Sha256;
import io.understudy.restore.RestorePoint;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What is written of a dump, with a list of what of it is durable next to it: a line for each chunk, with the place in
 * the script and the hash. A line is written when its chunk was forced to disk, so what has no line is cut off. Not
 * thread-safe.
 */
final class DumpContent extends OutputStream {
    static final long CHUNK = 64L << 20;

    private static final int BLOCK = 64 << 10;

    private final FileChannel content;
    private final Path list;
    private final FileChannel marks;
    private final long chunk;
    private final ByteBuffer buffer = ByteBuffer.allocate(BLOCK);
    private final MessageDigest digest = Sha256.digest();
    private long end;
    private long marked;

    /**
     * How far the content was durable.
     *
     * @param end bytes of the content
     * @param hash SHA-256 of those behind the mark before
     */
    record Mark(int part, long rows, long end, String hash) {}

    private DumpContent(Path place, long chunk) throws IOException {
        this.list = DumpDraft.marks(place);
        this.chunk = chunk;
        this.content =
                FileChannel.open(place, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        try {
            if (!Files.exists(list, LinkOption.NOFOLLOW_LINKS)) {
                AtomicFiles.write(list, new byte[0], AtomicFiles.PRIVATE);
            }
            this.marks = FileChannel.open(list, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException | RuntimeException e) {
            content.close();
            throw e;
        }
    }

    /** @param place that exists */
    static DumpContent open(Path place, long chunk) throws IOException {
        return new DumpContent(place, chunk);
    }

    /**
     * Compares what is there with its hashes, and cuts off what is not as it was written.
     *
     * @return what to go on behind
     */
    Place keep() throws IOException {
        Place place = Place.START;
        String all = Files.readString(list, StandardCharsets.ISO_8859_1);
        int good = 0;
        for (int next = all.indexOf('\n'); next >= 0; next = all.indexOf('\n', good)) {
            Optional<Mark> mark = mark(all.substring(good, next));
            if (mark.isEmpty() || !isDurable(mark.get())) {
                break;
            }
            end = mark.get().end();
            place = new Place(mark.get().part(), mark.get().rows());
            good = next + 1;
        }
        marked = end;
        content.truncate(end);
        content.position(end);
        marks.truncate(good);
        marks.position(good);
        return place;
    }

    private static Optional<Mark> mark(String line) {
        try {
            return Optional.of(Json.read(line, Mark.class));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private boolean isDurable(Mark mark) throws IOException {
        return mark.end() >= end
                && mark.end() <= content.size()
                && hash(end, mark.end()).equals(mark.hash());
    }

    private String hash(long from, long to) throws IOException {
        MessageDigest found = Sha256.digest();
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        long at = from;
        while (at < to) {
            block.clear().limit((int) Math.min(BLOCK, to - at));
            int count = content.read(block, at);
            if (count < 0) {
                throw new FileNotFoundException("the end of " + list + " came early");
            }
            found.update(block.array(), 0, count);
            at += count;
        }
        return HexFormat.of().formatHex(found.digest());
    }

    /** Receives each place from which the script can go on. */
    void at(Place place) {
        if (end + buffer.position() - marked < chunk) {
            return;
        }
        try {
            force();
            append(new Mark(place.part(), place.rows(), end, HexFormat.of().formatHex(digest.digest())));
            marks.force(false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        marked = end;
        RestorePoint.DUMP_MARKED.reached();
    }

    private void append(Mark mark) throws IOException {
        ByteBuffer line = ByteBuffer.wrap((Json.line(mark) + "\n").getBytes(StandardCharsets.US_ASCII));
        while (line.hasRemaining()) {
            marks.write(line);
        }
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        digest.update(bytes, offset, length);
        int at = offset;
        while (at < offset + length) {
            if (!buffer.hasRemaining()) {
                flush();
            }
            int count = Math.min(buffer.remaining(), offset + length - at);
            buffer.put(bytes, at, count);
            at += count;
        }
    }

    @Override
    public void flush() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            end += content.write(buffer);
        }
        buffer.clear();
    }

    /** All that was written so far lasts. */
    void force() throws IOException {
        flush();
        content.force(true);
    }

    /** What was not forced is cut off by the next one. */
    @Override
    public void close() throws IOException {
        try (content) {
            marks.close();
        }
    }
}
