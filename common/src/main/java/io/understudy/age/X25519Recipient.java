package io.understudy.age;

import com.exceptionfactory.jagged.RecipientStanzaWriter;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaWriterFactory;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.util.Optional;

/** The kind that {@code age-keygen} makes. */
final class X25519Recipient extends Recipient {
    /** Made when something is first encrypted: the native library is not loaded for reading a configuration. */
    private volatile RecipientStanzaWriter writer;

    private X25519Recipient(String text) {
        super(text);
    }

    static X25519Recipient of(String text) {
        try {
            X25519RecipientStanzaWriterFactory.newRecipientStanzaWriter(text);
            return new X25519Recipient(text);
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new IllegalArgumentException("its checksum or length is wrong", e);
        }
    }

    @Override
    RecipientStanzaWriter writer() {
        RecipientStanzaWriter made = writer;
        if (made == null) {
            made = made();
            writer = made;
        }
        return made;
    }

    private RecipientStanzaWriter made() {
        Optional<Provider> provider = NativeCiphers.provider();
        try {
            return provider.isPresent()
                    ? X25519RecipientStanzaWriterFactory.newRecipientStanzaWriter(text(), provider.get())
                    : X25519RecipientStanzaWriterFactory.newRecipientStanzaWriter(text());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the same key was parsed before", e);
        }
    }
}
