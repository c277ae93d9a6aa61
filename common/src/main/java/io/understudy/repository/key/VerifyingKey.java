package io.understudy.repository.key;

import io.understudy.files.Sha256;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;

/** The public half of a key pair: says whether a signature is its own. */
public final class VerifyingKey {
    private static final int ID_BYTES = 8;

    private final PublicKey key;
    private final String id;

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
            throw PemFile.invalid(file, "it is not an Ed25519 key", "create the pair with agent-primary init", e);
        }
    }

    /** The key's name in signatures: the first 16 hexadecimal digits of the SHA-256 of its SubjectPublicKeyInfo. */
    public String id() {
        return id;
    }

    byte[] encoded() {
        return key.getEncoded();
    }

    boolean verifies(byte[] content, int offset, int length, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance(SigningKey.ALGORITHM);
            verifier.initVerify(key);
            verifier.update(content, offset, length);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
