package io.understudy.repository;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.HexFormat;

/** The SHA-256 of a blob's plain content: 64 lower-case hexadecimal digits. */
public record BlobId(@JsonValue String hex) implements Comparable<BlobId> {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public BlobId {
        if (hex.length() != 64 || !hex.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            throw new IllegalArgumentException("not a blob's name: " + hex);
        }
    }

    public static BlobId of(byte[] sha256) {
        return new BlobId(HexFormat.of().formatHex(sha256));
    }

    /** Where the blob lies in a repository: {@code blobs/ab/abcdef….zst}. */
    public String key() {
        return "blobs/" + hex.substring(0, 2) + "/" + hex + ".zst";
    }

    @Override
    public int compareTo(BlobId other) {
        return hex.compareTo(other.hex);
    }

    @Override
    public String toString() {
        return hex;
    }
}
