package io.understudy.age;

import java.security.GeneralSecurityException;
import java.security.Provider;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Callable;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.conscrypt.OpenSSLProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ChaCha20-Poly1305 (RFC 8439) by BoringSSL, through Conscrypt: about five times as fast as that of Java 17. It is for
 * Linux with glibc on x86-64 and AArch64; elsewhere, and where a library may not be loaded, Java's own is used.
 */
final class NativeCiphers {
    private static final Logger LOG = LoggerFactory.getLogger(NativeCiphers.class);
    private static final String NAME = "ChaCha20-Poly1305";

    /** Sixteen zeros by a key and a nonce of zeros, as Java's own cipher seals them. */
    static final byte[] SAMPLE =
            HexFormat.of().parseHex("9f07e7be5551387a98ba977c732d080dc34a88047320f52aa2c6683ef8084d2f");

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
        }
    }

    static Cipher conscrypt() throws GeneralSecurityException {
        return Cipher.getInstance(NAME, Conscrypt.PROVIDER);
    }

    /** Empty where Java's own is to be used. */
    static Optional<Provider> provider() {
        return Found.PROVIDER;
    }

    /** A provider is used when it seals as Java does. @param loading may fail in any way that loading a library can */
    static Optional<Provider> tried(Callable<Provider> loading) {
        String why;
        try {
            Provider provider = loading.call();
            if (Arrays.equals(sealed(Cipher.getInstance(NAME, provider)), SAMPLE)) {
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
}
