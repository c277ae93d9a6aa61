package io.understudy.repository.blob;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The SHA-256 of a blob's plain content: 64 lower-case hexadecimal digits. */
public record BlobId(@JsonValue String hex) implements Comparable<BlobId> {
    private static final Pattern KEY = Pattern.compile("blobs/([0-9a-f]{2})/([0-9a-f]{64})\\.zst");

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public BlobId {
        if (hex.length() != 64 || !isHex(hex)) {
            throw new IllegalArgumentException("not a blob's name: " + hex);
        }
    }

    private static boolean isHex(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    public static BlobId of(byte[] sha256) {
        return new BlobId(HexFormat.of().formatHex(sha256));
    }

    /** Where the blob lies in a repository: {@code blobs/ab/abcdef….zst}. */
    public String key() {
        return "blobs/" + hex.substring(0, 2) + "/" + hex + ".zst";
    }

    /** The blob that lies under this key; empty when no blob can. */
    public static Optional<BlobId> ofKey(String key) {
        Matcher matcher = KEY.matcher(key);
        return matcher.matches() && matcher.group(2).startsWith(matcher.group(1))
                ? Optional.of(new BlobId(matcher.group(2)))
                : Optional.empty();
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
