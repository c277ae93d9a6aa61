package io.understudy.sample;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The uploaded files, named by their content, in one folder. */
final class MediaFolder {
    private final Path folder;
    private final long limit;

    /** @param limit largest file in bytes */
    MediaFolder(Path folder, long limit) {
        this.folder = folder;
        this.limit = limit;
    }

    /** A file that is complete in the folder. */
    record Stored(String file, long bytes, String sha256) {}

    /**
     * Receives one file. It appears under its name complete or not at all.
     *
     * @throws TooLarge when it has more bytes than the limit
     */
    Stored store(InputStream content, String unique) throws IOException {
        Files.createDirectories(folder);
        Path incoming = Files.createTempFile(folder, ".incoming-", "");
        try {
            MessageDigest digest = sha256();
            long bytes = receive(new DigestInputStream(content, digest), incoming);
            String hash = HexFormat.of().formatHex(digest.digest());
            String file = hash.substring(0, 16) + "-" + unique;
            Files.move(incoming, folder.resolve(file), StandardCopyOption.ATOMIC_MOVE);
            return new Stored(file, bytes, hash);
        } finally {
            Files.deleteIfExists(incoming);
        }
    }

    Path path(String file) {
        return folder.resolve(file);
    }

    boolean holds(String file, long bytes) {
        try {
            return Files.size(path(file)) == bytes;
        } catch (IOException e) {
            return false;
        }
    }

    private long receive(InputStream content, Path target) throws IOException {
        long bytes = 0;
        byte[] buffer = new byte[64 * 1024];
        try (OutputStream out = Files.newOutputStream(target)) {
            for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
                bytes += n;
                if (bytes > limit) {
                    throw new TooLarge(limit);
                }
                out.write(buffer, 0, n);
            }
        }
        return bytes;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** An upload beyond the limit. */
    static final class TooLarge extends IOException {
        private static final long serialVersionUID = 1L;

        TooLarge(long limit) {
            super("the largest upload is " + limit + " bytes");
        }
    }
}
