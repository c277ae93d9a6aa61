package io.understudy.primary.capture.database;

import io.understudy.dump.ArchiveVersion;
import io.understudy.files.Sha256;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * Passes pg_dump's archive on and makes of it what a snapshot needs: a hash of the schema, from its table of contents,
 * and the same bytes for the same content, by a fixed date of creation. So one run of pg_dump does for both, and an
 * unchanged schema is stored once.
 *
 * <p>Source: {@code WriteHead}, {@code WriteToc} and {@code WriteInt} of PostgreSQL's {@code pg_backup_archiver.c}, in
 * the versions that {@link ArchiveVersion} knows. Of another version nothing is understood: it is passed on as it is,
 * and its hash is that of the whole archive.
 */
final class ArchiveHead {
    /**
     * seconds, minutes, hours, day of the month, month, years since 1900, daylight saving: the first of January 2000.
     */
    private static final int[] DATE = {0, 0, 0, 1, 0, 100, 0};

    private static final int SECTION_OF_DATA = 3;
    /**
     * What comes and goes with data, in whatever section it stands, and what belongs to the database rather than to its
     * content.
     */
    private static final Set<String> NO_SCHEMA = Set.of(
            "BLOB",
            "BLOBS",
            "BLOB METADATA",
            "BLOB COMMENTS",
            "MATERIALIZED VIEW DATA",
            "STATISTICS DATA",
            "DATABASE",
            "DATABASE PROPERTIES");

    /** Rights, comments and labels go with what they are of, which their tag begins with. */
    private static final Set<String> OF_SOMETHING = Set.of("ACL", "COMMENT", "SECURITY LABEL");

    private static final int BUFFER = 64 << 10;

    private final InputStream archive;
    private final OutputStream out;
    private final MessageDigest schema = Sha256.digest();
    private final byte[] buffer = new byte[BUFFER];
    private ArchiveVersion version;

    private ArchiveHead(InputStream archive, OutputStream out) {
        this.archive = archive;
        this.out = out;
    }

    /**
     * Copies the archive to its end.
     *
     * @return SHA-256 in hexadecimal; empty when the archive ends in its table of contents: then pg_dump failed
     */
    static String copy(InputStream archive, OutputStream out) throws IOException {
        MessageDigest whole = Sha256.digest();
        ArchiveHead head =
                new ArchiveHead(new BufferedInputStream(archive, BUFFER), new DigestOutputStream(out, whole));
        try {
            boolean known = head.versions();
            if (known) {
                head.contents();
            }
            head.archive.transferTo(head.out);
            return HexFormat.of().formatHex(known ? head.schema.digest() : whole.digest());
        } catch (EOFException e) {
            return "";
        }
    }

    private boolean versions() throws IOException {
        Optional<ArchiveVersion> read = ArchiveVersion.read(this::one).filter(ArchiveVersion::isKnown);
        if (read.isEmpty()) {
            return false;
        }
        version = read.get();
        if (version.hasByteOfCompression()) {
            one();
        } else {
            number();
        }
        for (int part : DATE) {
            archive.readNBytes(1 + version.intSize());
            out.write(new byte[] {0, (byte) part, 0, 0, 0});
        }
        return true;
    }

    private void contents() throws IOException {
        // The database's name, the server's version, pg_dump's version: no schema.
        text();
        text();
        text();
        int entries = number();
        for (int i = 0; i < entries; i++) {
            entry();
        }
    }

    private void entry() throws IOException {
        number();
        number();
        text();
        text();
        String tag = text();
        String kind = text();
        int section = number();
        MessageDigest hash =
                section == SECTION_OF_DATA || !isSchema(String.valueOf(kind), String.valueOf(tag)) ? null : schema;
        add(hash, tag);
        add(hash, kind);
        text(hash);
        text();
        text();
        text(hash);
        text(hash);
        text(hash);
        if (version.hasKindOfRelation()) {
            number();
        }
        text(hash);
        text();
        while (text() != null) {
            // Numbers of entries that this one depends on.
        }
        copy(1 + version.offsetSize(), null);
    }

    private static boolean isSchema(String kind, String tag) {
        boolean elsewhere = tag.startsWith("LARGE OBJECT") || tag.startsWith("DATABASE ");
        return !NO_SCHEMA.contains(kind) && !(elsewhere && OF_SOMETHING.contains(kind));
    }

    private int one() throws IOException {
        copy(1, null);
        return buffer[0] & 0xff;
    }

    private int number() throws IOException {
        copy(1 + version.intSize(), null);
        int value = 0;
        for (int i = version.intSize(); i > 0; i--) {
            value = value << 8 | buffer[i] & 0xff;
        }
        return buffer[0] == 0 ? value : -value;
    }

    /** A short text; null when there is none. */
    private String text() throws IOException {
        int length = number();
        if (length < 0) {
            return null;
        }
        if (length > BUFFER) {
            copy(length, null);
            return "";
        }
        copy(length, null);
        return new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
    }

    /** A text of any length that goes into the hash. */
    private void text(MessageDigest hash) throws IOException {
        int length = number();
        addLength(hash, length);
        copy(Math.max(0, length), hash);
    }

    private static void add(MessageDigest hash, String text) {
        addLength(hash, text == null ? -1 : text.length());
        if (hash != null && text != null) {
            hash.update(text.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    /** So that two texts never look like two others. */
    private static void addLength(MessageDigest hash, int length) {
        if (hash != null) {
            hash.update((length + ":").getBytes(StandardCharsets.US_ASCII));
        }
    }

    private void copy(int length, MessageDigest hash) throws IOException {
        int left = length;
        while (left > 0) {
            int count = archive.readNBytes(buffer, 0, Math.min(left, BUFFER));
            if (count == 0) {
                throw new EOFException();
            }
            out.write(buffer, 0, count);
            if (hash != null) {
                hash.update(buffer, 0, count);
            }
            left -= count;
        }
    }
}
