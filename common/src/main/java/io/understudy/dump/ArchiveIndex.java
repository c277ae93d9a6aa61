package io.understudy.dump;

import io.understudy.dump.ArchiveItem.Section;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads the table of contents of pg_dump's custom archive, which is its beginning, without a program: pg_restore prints
 * names with blanks between them, so that two can look like one.
 *
 * <p>Source: {@code ReadHead} and {@code ReadToc} of PostgreSQL's {@code pg_backup_archiver.c}, versions 1.14 to 1.16 of
 * the archive, which pg_dump 12 to 18 write.
 */
final class ArchiveIndex {
    private static final byte[] MAGIC = "PGDMP".getBytes(StandardCharsets.US_ASCII);
    private static final int FIRST_KNOWN = 14;
    private static final int LAST_KNOWN = 16;
    private static final int BYTE_OF_COMPRESSION = 15;
    private static final int KIND_OF_RELATION = 16;
    private static final int PARTS_OF_DATE = 7;
    /** No text of a table of contents is longer: PostgreSQL allocates a GB at most. */
    private static final int LONGEST = 1 << 30;

    private static final int PIECE = 64 << 10;
    private static final String BY_HASH = "\nPARTITION BY HASH (";

    private final InputStream in;
    private final Charset charset;
    private int minor;
    private int intSize;
    private int offsetSize;

    private ArchiveIndex(InputStream in, Charset charset) {
        this.in = new BufferedInputStream(in, PIECE);
        this.charset = charset;
    }

    /**
     * @param encoding of the archive's names, as PostgreSQL names it
     * @return the entries in the archive's order
     * @throws UnderstudyException {@code FORMAT_UNKNOWN}, and those of the stream
     */
    static List<ArchiveItem> read(InputStream archive, String encoding) throws IOException {
        try {
            return new ArchiveIndex(archive, charset(encoding)).items();
        } catch (EOFException e) {
            throw unknown("it ends in its table of contents", e);
        }
    }

    /** Names in an encoding that Java does not know are compared byte by byte: those in ASCII are right. */
    static Charset charset(String encoding) {
        if (encoding.equals("SQL_ASCII")) {
            return StandardCharsets.UTF_8;
        }
        String name = encoding.replaceFirst("^WIN(\\d+)$", "windows-$1").replaceFirst("^KOI8([RU])$", "KOI8-$1");
        return Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.ISO_8859_1;
    }

    private List<ArchiveItem> items() throws IOException {
        head();
        text();
        text();
        text();
        int count = number();
        List<ArchiveItem> items = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            items.add(item());
        }
        return items;
    }

    private void head() throws IOException {
        for (byte expected : MAGIC) {
            if (one() != expected) {
                throw unknown("it is no archive of pg_dump", null);
            }
        }
        int major = one();
        minor = one();
        one();
        intSize = one();
        offsetSize = one();
        one();
        if (major != 1 || minor < FIRST_KNOWN || minor > LAST_KNOWN || intSize != Integer.BYTES) {
            throw unknown("its version is " + major + "." + minor, null);
        }
        if (minor >= BYTE_OF_COMPRESSION) {
            one();
        } else {
            number();
        }
        for (int i = 0; i < PARTS_OF_DATE; i++) {
            number();
        }
    }

    private ArchiveItem item() throws IOException {
        int id = number();
        number();
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
        if (minor >= KIND_OF_RELATION) {
            number();
        }
        text();
        text();
        Set<Integer> needs = new HashSet<>();
        for (String need = text(); !need.isEmpty(); need = text()) {
            needs.add(Integer.parseInt(need));
        }
        in.skipNBytes(1L + offsetSize);
        return new ArchiveItem(id, kind, section, schema, name, needs, definition.contains(BY_HASH));
    }

    private int one() throws IOException {
        int value = in.read();
        if (value < 0) {
            throw new EOFException();
        }
        return value;
    }

    private int number() throws IOException {
        int sign = one();
        byte[] bytes = in.readNBytes(intSize);
        if (bytes.length < intSize) {
            throw new EOFException();
        }
        int value = 0;
        for (int i = intSize - 1; i >= 0; i--) {
            value = value << 8 | bytes[i] & 0xff;
        }
        return sign == 0 ? value : -value;
    }

    /** Empty where there is none. */
    private String text() throws IOException {
        int length = number();
        if (length <= 0) {
            return "";
        }
        if (length > LONGEST) {
            throw unknown("a text of it would have " + length + " bytes", null);
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        return new String(bytes, charset);
    }

    private static UnderstudyException unknown(String why, Throwable cause) {
        return new UnderstudyException(
                ErrorCode.FORMAT_UNKNOWN,
                "cannot read the table of contents of the snapshot's archive: " + why,
                "run verify; if it finds no fault, use a version of Understudy that knows the pg_dump that wrote it",
                cause);
    }
}
