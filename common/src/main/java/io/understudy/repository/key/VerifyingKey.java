package io.understudy.repository.key;

import io.understudy.files.Sha256;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** The public half of a key pair: says whether a signature is its own. */
public final class VerifyingKey {
    private static final int ID_BYTES = 8;
    private static final int REMEMBERED = 64;

    private final PublicKey key;
    private final String id;
    private final Map<ByteBuffer, byte[]> verified = Collections.synchronizedMap(new Recent());

    VerifyingKey(PublicKey key) {
        byte[] encoded = key.getEncoded();
        this.key = key;
        this.id = HexFormat.of().formatHex(Sha256.of(encoded, 0, encoded.length), 0, ID_BYTES);
    }

    /**
     * @param file a PEM file with an Ed25519 public key (SubjectPublicKeyInfo)
     * @throws io.understudy.failure.UnderstudyException {@code KEY_MISSING}, {@code KEY_INVALID}
     */
    public static VerifyingKey load(Path file) {
        byte[] encoded = PemFile.read(file, PemFile.PUBLIC);
        try {
            return new VerifyingKey(
                    KeyFactory.getInstance(SigningKey.ALGORITHM).generatePublic(new X509EncodedKeySpec(encoded)));
        } catch (GeneralSecurityException e) {
            throw PemFile.invalid(file, "it is not an Ed25519 key", PemFile.CREATE, e);
        }
    }

    /** The key's name in signatures: the first 16 hexadecimal digits of the SHA-256 of its SubjectPublicKeyInfo. */
    public String id() {
        return id;
    }

    byte[] encoded() {
        return key.getEncoded();
    }

    /**
     * What was verified is remembered by its hash: one fetch reads, copies and checks the same manifest, and Ed25519
     * takes a hundred times as long as the hash of a small object.
     */
    boolean verifies(byte[] content, int offset, int length, byte[] signature) {
        ByteBuffer hash = ByteBuffer.wrap(Sha256.of(content, offset, length));
        if (Arrays.equals(verified.get(hash), signature)) {
            return true;
        }
        boolean valid = signed(content, offset, length, signature);
        if (valid) {
            verified.put(hash, signature.clone());
        }
        return valid;
    }

    private boolean signed(byte[] content, int offset, int length, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance(SigningKey.ALGORITHM);
            verifier.initVerify(key);
            verifier.update(content, offset, length);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** Those that were looked up last, from a hash to the signature that is valid for it. */
    private static final class Recent extends LinkedHashMap<ByteBuffer, byte[]> {
        private static final long serialVersionUID = 1L;

        Recent() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, byte[]> eldest) {
            return size() > REMEMBERED;
        }
    }
}
