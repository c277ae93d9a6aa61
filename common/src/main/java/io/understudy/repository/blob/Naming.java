package io.understudy.repository.blob;

import io.understudy.files.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * How content gets its name, and where it is cut. In a plain repository both are public: SHA-256, and the table of
 * {@link Gear}. In an encrypted one both depend on a secret of the repository, so that a person who has a file cannot
 * compute what it would be called, nor how long its blobs would be: names are HMAC-SHA256 (RFC 2104), and number
 * {@code i} of the table is the first 8 bytes, the highest first, of HMAC-SHA256 of {@code gear i}. Thread-safe.
 */
public final class Naming {
    public static final Naming PUBLIC = new Naming(null, null, null, Gear.TABLE, true);
    /** Bytes of a secret. */
    public static final int SECRET = 32;

    private static final String HMAC = "HmacSHA256";

    private final SecretKeySpec key;
    private final SecretKeySpec lengths;
    private final byte[] erasures;
    private final long[] gear;
    private final boolean hashes;

    /** @param hashes whether content may be called by its SHA-256 */
    private Naming(SecretKeySpec key, SecretKeySpec lengths, byte[] erasures, long[] gear, boolean hashes) {
        this.key = key;
        this.lengths = lengths;
        this.erasures = erasures;
        this.gear = gear;
        this.hashes = hashes;
    }

    /** The same, where some content has the name that it had in a plain repository. What is new gets the other one. */
    Naming orPublic() {
        return new Naming(key, lengths, erasures, gear, true);
    }

    /** @param secret of {@value #SECRET} bytes, for this repository alone */
    public static Naming keyed(byte[] secret) {
        if (secret.length != SECRET) {
            throw new IllegalArgumentException("a secret has " + SECRET + " bytes, not " + secret.length);
        }
        SecretKeySpec root = new SecretKeySpec(secret, HMAC);
        long[] gear = new long[Gear.TABLE.length];
        for (int i = 0; i < gear.length; i++) {
            gear[i] = ByteBuffer.wrap(derived(root, "gear " + i)).getLong();
        }
        SecretKeySpec names = new SecretKeySpec(derived(root, "names"), HMAC);
        SecretKeySpec lengths = new SecretKeySpec(derived(root, "lengths"), HMAC);
        return new Naming(names, lengths, derived(root, "erased rows"), gear, false);
    }

    private static byte[] derived(SecretKeySpec key, String what) {
        return mac(key).doFinal(what.getBytes(StandardCharsets.US_ASCII));
    }

    /** Whether a name is the SHA-256 of the content, so that it says what a hash says. */
    public boolean isPublic() {
        return key == null;
    }

    /** The name of this content. */
    public BlobId of(byte[] buffer, int offset, int length) {
        Digest digest = begin();
        digest.update(buffer, offset, length);
        return digest.name();
    }

    /** For content that comes in pieces. */
    Digest begin() {
        return new Digest();
    }

    /**
     * A number that looks random to who does not know the secret, and is the same where the content is. Only of an
     * encrypted repository.
     *
     * @param what the number is for
     * @return from 0 to {@code bound - 1}
     */
    public long draw(String what, BlobId content, long bound) {
        byte[] drawn = derived(lengths, what + " " + content.hex());
        return (ByteBuffer.wrap(drawn).getLong() >>> 1) % bound;
    }

    /** A secret to hash keys of rows with; empty where all is public. */
    public Optional<byte[]> erasureKey() {
        return Optional.ofNullable(erasures).map(byte[]::clone);
    }

    long[] gear() {
        return gear;
    }

    private static Mac mac(SecretKeySpec key) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + HMAC, e);
        }
    }

    /** Not thread-safe. */
    final class Digest {
        private final MessageDigest hash = hashes ? Sha256.digest() : null;
        private final Mac mac = key == null ? null : mac(key);

        void update(byte[] buffer, int offset, int length) {
            if (mac != null) {
                mac.update(buffer, offset, length);
            }
            if (hash != null) {
                hash.update(buffer, offset, length);
            }
        }

        /** Of all that came; once. */
        BlobId name() {
            return BlobId.of(mac == null ? hash.digest() : mac.doFinal());
        }

        /** Whether all that came had this name in the plain repository that this one was; once, after {@link #name}. */
        boolean wasCalled(BlobId id) {
            return mac != null && hash != null && BlobId.of(hash.digest()).equals(id);
        }
    }
}
