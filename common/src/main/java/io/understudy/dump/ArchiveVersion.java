package io.understudy.dump;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What pg_dump's custom archive begins with: which version of the format it has, and how long its numbers are.
 *
 * <p>Source: {@code ReadHead} of PostgreSQL's {@code pg_backup_archiver.c}. Known are versions 1.14 to 1.16, which
 * pg_dump 12 to 18 write.
 *
 * @param intSize bytes of a number, without its sign
 * @param offsetSize bytes of a place in the archive, without its flag
 */
public record ArchiveVersion(int major, int minor, int intSize, int offsetSize) {
    private static final byte[] MAGIC = "PGDMP".getBytes(StandardCharsets.US_ASCII);
    private static final int FIRST_KNOWN = 14;
    private static final int LAST_KNOWN = 16;
    private static final int BYTE_OF_COMPRESSION = 15;
    private static final int KIND_OF_RELATION = 16;

    /** Bytes, one after the other, from 0 to 255; what ends before throws. */
    public interface Bytes {
        int next() throws IOException;
    }

    /**
     * Reads it, and no byte behind it.
     *
     * @return empty where it is no archive: the byte that shows it was the last one read
     */
    public static Optional<ArchiveVersion> read(Bytes bytes) throws IOException {
        for (byte expected : MAGIC) {
            if (bytes.next() != expected) {
                return Optional.empty();
            }
        }
        int major = bytes.next();
        int minor = bytes.next();
        bytes.next();
        int intSize = bytes.next();
        int offsetSize = bytes.next();
        bytes.next();
        return Optional.of(new ArchiveVersion(major, minor, intSize, offsetSize));
    }

    public boolean isKnown() {
        return major == 1 && minor >= FIRST_KNOWN && minor <= LAST_KNOWN && intSize == Integer.BYTES;
    }

    /** Whether how it is compressed is a byte; else it is a number. */
    public boolean hasByteOfCompression() {
        return minor >= BYTE_OF_COMPRESSION;
    }

    /** Whether an entry has the kind of its relation. */
    public boolean hasKindOfRelation() {
        return minor >= KIND_OF_RELATION;
    }
}
