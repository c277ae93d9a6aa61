package io.understudy.primary.capture.database;

import io.understudy.files.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * Hashes the SQL of a schema line by line, without what changes while the schema does not: the comments of the program that wrote it (versions,
 * headings between two lines {@code --}), empty lines, and the random keys of {@code \restrict}.
 */
final class SchemaHash {
    private static final int BUFFER = 64 << 10;

    private final MessageDigest digest = Sha256.digest();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private boolean heading;

    /** Reads to the end. @return SHA-256 in hexadecimal */
    static String of(InputStream sql) throws IOException {
        SchemaHash hash = new SchemaHash();
        byte[] buffer = new byte[BUFFER];
        for (int length = sql.read(buffer); length >= 0; length = sql.read(buffer)) {
            hash.add(buffer, length);
        }
        hash.endLine();
        return HexFormat.of().formatHex(hash.digest.digest());
    }

    private void add(byte[] buffer, int length) {
        int start = 0;
        for (int i = 0; i < length; i++) {
            if (buffer[i] == '\n') {
                line.write(buffer, start, i - start);
                endLine();
                start = i + 1;
            }
        }
        line.write(buffer, start, length - start);
    }

    private void endLine() {
        String text = line.toString(StandardCharsets.ISO_8859_1);
        line.reset();
        if (text.equals("--")) {
            heading = !heading;
            return;
        }
        if (!ignored(text)) {
            digest.update(text.getBytes(StandardCharsets.ISO_8859_1));
            digest.update((byte) '\n');
        }
        heading = heading && text.startsWith("--");
    }

    private boolean ignored(String text) {
        return text.isEmpty()
                || (heading && text.startsWith("-- "))
                || text.startsWith("-- Dumped ")
                || text.startsWith("\\restrict ")
                || text.startsWith("\\unrestrict ");
    }
}
