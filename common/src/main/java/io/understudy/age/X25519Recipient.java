package io.understudy.age;

import com.exceptionfactory.jagged.RecipientStanzaWriter;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaWriterFactory;
import java.security.GeneralSecurityException;

/** The kind that {@code age-keygen} makes. */
final class X25519Recipient extends Recipient {
    private final RecipientStanzaWriter writer;

    private X25519Recipient(String text, RecipientStanzaWriter writer) {
        super(text);
        this.writer = writer;
    }

    static X25519Recipient of(String text) {
        try {
            return new X25519Recipient(text, X25519RecipientStanzaWriterFactory.newRecipientStanzaWriter(text));
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new IllegalArgumentException("its checksum or length is wrong", e);
        }
    }

    @Override
    RecipientStanzaWriter writer() {
        return writer;
    }
}
