package io.understudy.age;

import com.exceptionfactory.jagged.RecipientStanzaReader;
import com.exceptionfactory.jagged.x25519.X25519KeyFactory;
import com.exceptionfactory.jagged.x25519.X25519KeyPairGenerator;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaReaderFactory;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.Provider;
import java.util.Optional;
import javax.crypto.spec.SecretKeySpec;

/** The private half of an X25519 key, which opens what is encrypted to its {@link #recipient}. Thread-safe. */
public final class AgeIdentity {
    private static final String PREFIX = "AGE-SECRET-KEY-1";

    private final String secret;
    private final Recipient recipient;
    /** Made when something is first opened: the native library is not loaded for reading a configuration. */
    private volatile RecipientStanzaReader reader;

    private AgeIdentity(String secret) throws GeneralSecurityException {
        Key key = new SecretKeySpec(secret.getBytes(StandardCharsets.US_ASCII), "X25519");
        byte[] encoded = new X25519KeyFactory().translateKey(key).getEncoded();
        this.secret = secret;
        this.recipient = Recipient.parse(new String(encoded, StandardCharsets.US_ASCII));
    }

    /** A new key, by the platform's strong source of randomness. */
    public static AgeIdentity generate() {
        try {
            byte[] encoded =
                    new X25519KeyPairGenerator().generateKeyPair().getPrivate().getEncoded();
            return new AgeIdentity(new String(encoded, StandardCharsets.US_ASCII));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has X25519", e);
        }
    }

    /**
     * @param text as {@code age-keygen} writes it: {@code AGE-SECRET-KEY-1…}
     * @throws IllegalArgumentException why it is none; never quotes it
     */
    public static AgeIdentity parse(String text) {
        String trimmed = text.strip();
        if (!trimmed.startsWith(PREFIX)) {
            throw new IllegalArgumentException("it does not begin with " + PREFIX);
        }
        try {
            return new AgeIdentity(trimmed);
        } catch (GeneralSecurityException | RuntimeException e) {
            // Its message may quote the key.
            throw new IllegalArgumentException("its checksum or length is wrong");
        }
    }

    /** The public half. */
    public Recipient recipient() {
        return recipient;
    }

    /** The secret itself: for the file or the sheet that keeps it, and for nothing else. */
    public String reveal() {
        return secret;
    }

    RecipientStanzaReader reader() {
        RecipientStanzaReader made = reader;
        if (made == null) {
            made = made();
            reader = made;
        }
        return made;
    }

    private RecipientStanzaReader made() {
        Optional<Provider> provider = NativeCiphers.provider();
        try {
            return provider.isPresent()
                    ? X25519RecipientStanzaReaderFactory.newRecipientStanzaReader(secret, provider.get())
                    : X25519RecipientStanzaReaderFactory.newRecipientStanzaReader(secret);
        } catch (GeneralSecurityException e) {
            // Its message may quote the key.
            throw new IllegalStateException("the same key was parsed before");
        }
    }

    /** Says nothing of the secret. */
    @Override
    public String toString() {
        return "identity of " + recipient;
    }
}
