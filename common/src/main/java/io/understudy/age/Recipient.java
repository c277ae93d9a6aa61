package io.understudy.age;

import com.exceptionfactory.jagged.RecipientStanzaWriter;
import java.util.Locale;

/**
 * For whom content is encrypted: a public key. Thread-safe. Other kinds than X25519 are added here, as classes below
 * this one.
 */
public abstract class Recipient {
    private static final String X25519 = "age1";
    /** What other kinds begin with, and what they are called. */
    private static final String[][] OTHERS = {
        {"ssh-", "an SSH key"},
        {"age1pq1", "a post-quantum recipient"},
        {"age1tag1", "a recipient on a token"},
        {"age1tagpq1", "a recipient on a token"},
        {"age1yubikey1", "a recipient of a plugin"},
        {"age-secret-key-", "an identity: the private half"},
    };

    private final String text;

    Recipient(String text) {
        this.text = text;
    }

    /**
     * @param text as {@code age-keygen} prints it: {@code age1…}
     * @throws IllegalArgumentException why it is none; never quotes what may be a secret
     */
    public static Recipient parse(String text) {
        String trimmed = text.strip();
        String lower = trimmed.toLowerCase(Locale.ROOT);
        for (String[] other : OTHERS) {
            if (lower.startsWith(other[0])) {
                throw new IllegalArgumentException(
                        "it is " + other[1] + "; only X25519 recipients (age1…) are accepted");
            }
        }
        if (!trimmed.startsWith(X25519)) {
            throw new IllegalArgumentException("it does not begin with age1");
        }
        return X25519Recipient.of(trimmed);
    }

    /** The public key, as it was parsed. */
    public String text() {
        return text;
    }

    abstract RecipientStanzaWriter writer();

    @Override
    public boolean equals(Object other) {
        return other instanceof Recipient that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
