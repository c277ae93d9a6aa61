package io.understudy.git;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The names that git gives to contents: a hash of {@code blob}, the size and the bytes. */
public final class GitObject {
    private static final int SHA1 = 40;

    private GitObject() {}

    /**
     * The name of a file's content, as it is on disk.
     *
     * @param size what it holds when it does not change
     * @param digits of the names in its repository: 40 for SHA-1, 64 for SHA-256
     */
    public static String idOf(Path file, long size, int digits) throws IOException {
        MessageDigest digest = digest(size, digits);
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    public static String idOf(byte[] content, int digits) {
        return HexFormat.of().formatHex(digest(content.length, digits).digest(content));
    }

    private static MessageDigest digest(long size, int digits) {
        try {
            MessageDigest digest = MessageDigest.getInstance(digits == SHA1 ? "SHA-1" : "SHA-256");
            digest.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
            return digest;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1 and SHA-256", e);
        }
    }
}
