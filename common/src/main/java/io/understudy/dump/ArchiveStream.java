package io.understudy.dump;

import io.understudy.dump.ArchiveItem.Section;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.ServerEncoding;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads pg_dump's custom archive from its beginning on: its head, its table of contents entry by entry, then its
 * content. It does so without a program, as pg_restore prints names with blanks between them, so that two can look like
 * one. Not thread-safe.
 *
 * <p>Source: {@code ReadHead} and {@code ReadToc} of PostgreSQL's {@code pg_backup_archiver.c} and
 * {@code pg_backup_custom.c}, in the versions that {@link ArchiveVersion} knows.
 */
final class ArchiveStream {
    private static final int PARTS_OF_DATE = 7;
    private static final int PIECE = 64 << 10;
    private static final String BY_HASH = "\nPARTITION BY HASH (";

    private final InputStream in;
    private final Charset charset;
    private final ByteArrayOutputStream raw = new ByteArrayOutputStream();
    private final byte[] piece = new byte[PIECE];
    private ArchiveVersion version;
    private byte[] head;
    private int left;
    private boolean filled;

    private ArchiveStream(InputStream in, Charset charset) {
        this.in = new BufferedInputStream(in, PIECE);
        this.charset = charset;
    }

    /**
     * Reads the head.
     *
     * @param encoding of the archive's names, as PostgreSQL names it
     * @throws UnderstudyException {@code FORMAT_UNKNOWN}, and those of the stream
     */
    static ArchiveStream open(InputStream archive, String encoding) throws IOException {
        ArchiveStream stream = new ArchiveStream(archive, ServerEncoding.charset(encoding));
        try {
            stream.readHead();
            return stream;
        } catch (EOFException e) {
            throw truncated(e);
        }
    }

    /** All entries. @throws UnderstudyException as {@link #open} */
    static List<ArchiveItem> items(InputStream archive, String encoding) throws IOException {
        ArchiveStream stream = open(archive, encoding);
        List<ArchiveItem> items = new ArrayList<>();
        while (stream.hasNext()) {
            items.add(stream.next());
        }
        return items;
    }

    /** All bytes before the number of entries. */
    byte[] head() {
        return head.clone();
    }

    /** Of the version 1.x. */
    int minor() {
        return version.minor();
    }

    boolean hasNext() {
        return left > 0;
    }

    ArchiveItem next() throws IOException {
        try {
            left--;
            raw.reset();
            return item();
        } catch (EOFException e) {
            throw truncated(e);
        }
    }

    /** The bytes of the last entry, without its place in this archive. */
    byte[] raw() {
        return raw.toByteArray();
    }

    /** Whether the archive has content for the last entry. */
    boolean filled() {
        return filled;
    }

    private void readHead() throws IOException {
        version = ArchiveVersion.read(this::one).orElseThrow(() -> unknown("it is no archive of pg_dump", null));
        if (!version.isKnown()) {
            throw unknown("its version is " + version.major() + "." + version.minor(), null);
        }
        if (version.hasByteOfCompression()) {
            one();
        } else {
            number();
        }
        for (int i = 0; i < PARTS_OF_DATE; i++) {
            number();
        }
        text();
        text();
        text();
        head = raw.toByteArray();
        left = number();
    }

    private ArchiveItem item() throws IOException {
        int id = number();
        filled = number() != 0;
        text();
        text();
        String name = text();
        String kind = text();
        Section section = Section.of(number());
        String definition = text();
        text();
        text();
        String schema = text();
        text();
        text();
        if (version.hasKindOfRelation()) {
            number();
        }
        String owner = text();
        text();
        Set<Integer> needs = new HashSet<>();
        for (String need = text(); !need.isEmpty(); need = text()) {
            needs.add(number(need));
        }
        in.skipNBytes(1L + version.offsetSize());
        return new ArchiveItem(
                id,
                kind,
                section,
                schema,
                name,
                owner,
                needs,
                definition.contains(BY_HASH),
                kind.equals("FK CONSTRAINT") ? ForeignKey.parse(definition) : Optional.empty());
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw unknown("an entry of it needs \"" + text + "\"", e);
        }
    }

    /**
     * The next piece of content, when all entries are read and the piece before is copied.
     *
     * @return null behind the last one
     */
    Block block() throws IOException {
        int type = in.read();
        if (type < 0) {
            return null;
        }
        if (type != Block.ROWS && type != Block.OBJECTS) {
            throw unknown("its content has a part of the unknown kind " + type, null);
        }
        return new Block(numberOfContent(), type == Block.OBJECTS);
    }

    /** What the archive holds of one entry. */
    final class Block {
        private static final int ROWS = 1;
        private static final int OBJECTS = 3;

        private final int id;
        private final boolean objects;

        private Block(int id, boolean objects) {
            this.id = id;
            this.objects = objects;
        }

        /** The entry's number. */
        int id() {
            return id;
        }

        /** Whether it holds large objects, one after the other, in place of rows. */
        boolean isOfObjects() {
            return objects;
        }

        /** The next large object's number; 0 behind the last one. Its content must be copied. */
        int object() throws IOException {
            return numberOfContent();
        }

        /** Copies the rows, or the content of the large object. */
        void copy(OutputStream out) throws IOException {
            for (int length = numberOfContent(); length > 0; length = numberOfContent()) {
                while (length > 0) {
                    int count = in.readNBytes(piece, 0, Math.min(length, PIECE));
                    if (count == 0) {
                        throw truncated(new EOFException());
                    }
                    out.write(piece, 0, count);
                    length -= count;
                }
            }
        }
    }

    private int one() throws IOException {
        int value = in.read();
        if (value < 0) {
            throw new EOFException();
        }
        raw.write(value);
        return value;
    }

    private int number() throws IOException {
        int sign = one();
        byte[] bytes = bytes(version.intSize());
        int value = 0;
        for (int i = bytes.length - 1; i >= 0; i--) {
            value = value << 8 | bytes[i] & 0xff;
        }
        return sign == 0 ? value : -value;
    }

    private int numberOfContent() throws IOException {
        raw.reset();
        try {
            return number();
        } catch (EOFException e) {
            throw truncated(e);
        }
    }

    /** Empty where there is none. */
    private String text() throws IOException {
        int length = number();
        return length <= 0 ? "" : new String(bytes(length), charset);
    }

    /** Memory is taken for what is there, not for what a length says. */
    private byte[] bytes(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        raw.write(bytes, 0, length);
        return bytes;
    }

    private static UnderstudyException truncated(EOFException cause) {
        return unknown("it is truncated", cause);
    }

    private static UnderstudyException unknown(String why, Throwable cause) {
        return new UnderstudyException(
                ErrorCode.FORMAT_UNKNOWN,
                "cannot read the snapshot's archive: " + why,
                "run verify; if it finds no fault, use a version of Understudy that knows the pg_dump that wrote it",
                cause);
    }
}
