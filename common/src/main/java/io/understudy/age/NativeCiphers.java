package io.understudy.age;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Provider;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Callable;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.conscrypt.OpenSSLProvider;
import org.conscrypt.OpenSSLXDHKeyAgreement;
import org.conscrypt.OpenSSLXDHKeyFactory;
import org.conscrypt.OpenSSLXDHKeyPairGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ChaCha20-Poly1305 (RFC 8439) and X25519 (RFC 7748) by BoringSSL, through Conscrypt: about five times as fast as
 * those of Java 17, and at full speed from the first blob on. It is for Linux with glibc on x86-64 and AArch64;
 * elsewhere, and where a library may not be loaded, Java's own are used.
 */
final class NativeCiphers {
    private static final Logger LOG = LoggerFactory.getLogger(NativeCiphers.class);
    private static final String NAME = "ChaCha20-Poly1305";
    private static final String AGREEMENT = "X25519";

    /** Sixteen zeros by a key and a nonce of zeros, as Java's own cipher seals them. */
    static final byte[] SAMPLE =
            HexFormat.of().parseHex("9f07e7be5551387a98ba977c732d080dc34a88047320f52aa2c6683ef8084d2f");

    /** What Bob makes of Alice's public key, RFC 7748 section 6.1. */
    private static final byte[] PRIVATE = HexFormat.of()
            .parseHex(
                    "302e020100300506032b656e042204205dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");

    private static final byte[] PUBLIC = HexFormat.of()
            .parseHex("302a300506032b656e0321008520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    private static final byte[] SHARED =
            HexFormat.of().parseHex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");

    private NativeCiphers() {}

    /** Loaded once, when something is first encrypted or opened. */
    private static final class Conscrypt {
        static final Provider PROVIDER = new OpenSSLProvider("UnderstudyConscrypt");
    }

    private static final class Found {
        static final Optional<Provider> PROVIDER = tried(() -> new OwnProvider(NativeCipher.class));
    }

    private static final class OwnProvider extends Provider {
        private static final long serialVersionUID = 1;

        OwnProvider(Class<?> cipher) {
            super("UnderstudyAge", "1", NAME);
            put("Cipher." + NAME, cipher.getName());
            put("KeyAgreement." + AGREEMENT, OpenSSLXDHKeyAgreement.class.getName());
            put("KeyFactory." + AGREEMENT, OpenSSLXDHKeyFactory.class.getName());
            put("KeyPairGenerator." + AGREEMENT, OpenSSLXDHKeyPairGenerator.class.getName());
        }
    }

    static Cipher conscrypt() throws GeneralSecurityException {
        return Cipher.getInstance(NAME, Conscrypt.PROVIDER);
    }

    /** Empty where Java's own is to be used. */
    static Optional<Provider> provider() {
        return Found.PROVIDER;
    }

    /**
     * A provider is used when it seals and agrees as Java does.
     *
     * @param loading may fail in any way that loading a library can
     */
    static Optional<Provider> tried(Callable<Provider> loading) {
        String why;
        try {
            Provider provider = loading.call();
            if (Arrays.equals(sealed(Cipher.getInstance(NAME, provider)), SAMPLE)
                    && Arrays.equals(agreed(provider), SHARED)) {
                return Optional.of(provider);
            }
            why = "it seals otherwise than Java";
        } catch (Exception | LinkageError e) {
            why = e.toString();
        }
        LOG.info("no native {} on this machine: Java's own is used, which is slower ({})", NAME, why);
        return Optional.empty();
    }

    private static byte[] sealed(Cipher cipher) throws GeneralSecurityException {
        cipher.init(
                Cipher.ENCRYPT_MODE, new SecretKeySpec(new byte[32], "ChaCha20"), new IvParameterSpec(new byte[12]));
        return cipher.doFinal(new byte[16]);
    }

    private static byte[] agreed(Provider provider) throws GeneralSecurityException {
        KeyFactory keys = KeyFactory.getInstance(AGREEMENT, provider);
        KeyAgreement agreement = KeyAgreement.getInstance(AGREEMENT, provider);
        agreement.init(keys.generatePrivate(new PKCS8EncodedKeySpec(PRIVATE)));
        agreement.doPhase(keys.generatePublic(new X509EncodedKeySpec(PUBLIC)), true);
        return agreement.generateSecret();
    }
}
