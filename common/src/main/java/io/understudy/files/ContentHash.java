package io.understudy.files;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/** The SHA-256 of a file's content. */
public final class ContentHash {
    /** Bytes of a hash. */
    public static final int LENGTH = 32;

    private final byte[] hash;

    private ContentHash(byte[] hash) {
        this.hash = hash;
    }

    /** @throws IllegalArgumentException unless there are 32 bytes */
    public static ContentHash of(byte[] hash) {
        if (hash.length != LENGTH) {
            throw new IllegalArgumentException("not a SHA-256: " + hash.length + " bytes");
        }
        return new ContentHash(hash.clone());
    }

    /** @throws IllegalArgumentException unless the text is 64 hexadecimal digits */
    public static ContentHash parse(String hex) {
        return of(HexFormat.of().parseHex(hex));
    }

    public static ContentHash ofContent(byte[] content, int offset, int length) {
        return of(Sha256.of(content, offset, length));
    }

    public byte[] bytes() {
        return hash.clone();
    }

    /** 64 lower-case hexadecimal digits. */
    public String hex() {
        return HexFormat.of().formatHex(hash);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ContentHash that && MessageDigest.isEqual(hash, that.hash);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(hash);
    }

    @Override
    public String toString() {
        return hex();
    }
}
