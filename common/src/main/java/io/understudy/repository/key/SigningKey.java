package io.understudy.repository.key;

import io.understudy.files.AtomicFiles;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;

/**
 * The private half of an Ed25519 key pair (RFC 8032): signs manifests and claims. In PEM files as OpenSSL reads them:
 * PKCS#8 for the private key, SubjectPublicKeyInfo for the public one. Never prints. Thread-safe.
 */
public final class SigningKey {
    static final String ALGORITHM = "Ed25519";

    private final PrivateKey key;
    private final VerifyingKey publicKey;

    private SigningKey(PrivateKey key, PublicKey publicKey) {
        this.key = key;
        this.publicKey = new VerifyingKey(publicKey);
    }

    /**
     * @throws io.understudy.failure.UnderstudyException {@code KEY_MISSING}; {@code KEY_INVALID} also when others than
     *     its owner may read it
     */
    public static SigningKey load(Path privatePem) {
        byte[] encoded = PemFile.read(privatePem, PemFile.PRIVATE);
        PemFile.requirePrivate(privatePem);
        try {
            PrivateKey key = KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(encoded));
            return new SigningKey(key, publicOf(key));
        } catch (GeneralSecurityException e) {
            throw PemFile.invalid(privatePem, "it is not an Ed25519 key", PemFile.CREATE, e);
        }
    }

    /**
     * Creates a key pair: the private key in the file (0600), the public one next to it. Neither file is ever
     * overwritten.
     *
     * @throws io.understudy.failure.UnderstudyException {@code KEY_INVALID} when one of the files exists,
     *     {@code FILE_FAILED}
     */
    public static SigningKey generate(Path privatePem) {
        Path publicPem = publicPath(privatePem);
        if (Files.exists(publicPem, LinkOption.NOFOLLOW_LINKS)) {
            throw PemFile.exists(publicPem);
        }
        SigningKey key = generate();
        PemFile.create(privatePem, PemFile.PRIVATE, key.key.getEncoded(), AtomicFiles.PRIVATE);
        key.writePublic(privatePem);
        return key;
    }

    /** A key pair that is in no file. */
    public static SigningKey generate() {
        try {
            KeyPair pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
            return new SigningKey(pair.getPrivate(), pair.getPublic());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform since 15 has Ed25519", e);
        }
    }

    /**
     * Writes the public key next to its private one when it is not there, for instance after a copy of the private key
     * alone.
     */
    public void writePublic(Path privatePem) {
        Path file = publicPath(privatePem);
        if (!Files.exists(file)) {
            PemFile.create(file, PemFile.PUBLIC, publicKey.encoded(), AtomicFiles.READABLE);
        }
    }

    /** Where the public key lies: {@code x.pem} has {@code x.pub.pem} next to it. */
    public static Path publicPath(Path privatePem) {
        String name = privatePem.getFileName().toString();
        String stem = name.endsWith(".pem") ? name.substring(0, name.length() - ".pem".length()) : name;
        return privatePem.resolveSibling(stem + ".pub.pem");
    }

    public VerifyingKey publicKey() {
        return publicKey;
    }

    byte[] sign(byte[] content) {
        try {
            return signature(key, content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot sign with key " + publicKey.id(), e);
        }
    }

    @Override
    public String toString() {
        return "signing key " + publicKey.id();
    }

    private static byte[] signature(PrivateKey key, byte[] content) throws GeneralSecurityException {
        Signature signer = Signature.getInstance(ALGORITHM);
        signer.initSign(key);
        signer.update(content);
        return signer.sign();
    }

    /**
     * The public key belongs to the private one by computation, which the JDK offers only to its generator: so that is
     * given the private key's seed for its random bytes. A signature proves that the halves fit.
     */
    private static PublicKey publicOf(PrivateKey key) throws GeneralSecurityException {
        byte[] seed = ((EdECPrivateKey) key)
                .getBytes()
                .orElseThrow(() -> new GeneralSecurityException("the key does not give its bytes"));
        KeyPairGenerator generator = KeyPairGenerator.getInstance(ALGORITHM);
        generator.initialize(NamedParameterSpec.ED25519, new Given(seed));
        PublicKey found = generator.generateKeyPair().getPublic();
        byte[] probe = {1};
        if (!new VerifyingKey(found).verifies(probe, 0, probe.length, signature(key, probe))) {
            throw new GeneralSecurityException("the public key cannot be found on this Java platform");
        }
        return found;
    }

    private static final class Given extends SecureRandom {
        private final transient byte[] bytes;

        Given(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public void nextBytes(byte[] target) {
            System.arraycopy(bytes, 0, target, 0, target.length);
        }
    }
}
