package io.understudy.config;

import io.understudy.failure.UnderstudyException;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A secret value that prints as dots. Compare and pass on, never log. One that comes from a file is read again when a
 * server refuses it, so that a renewed password needs no restart. What worked last is kept until then: it does not
 * matter whether the file or the server gets the new one first. Thread-safe.
 */
public final class Secret {
    private static final Logger LOG = LoggerFactory.getLogger(Secret.class);
    private static final Secret NONE = new Secret("", Optional.empty(), Optional::empty);

    private final String name;
    private final Supplier<Optional<String>> again;
    private Optional<String> value;

    private Secret(String name, Optional<String> value, Supplier<Optional<String>> again) {
        this.name = name;
        this.value = value;
        this.again = again;
    }

    /** A fixed one. */
    public static Secret of(String value) {
        return new Secret("", Optional.of(value), Optional::empty);
    }

    public static Secret none() {
        return NONE;
    }

    /**
     * One that may be renewed where it is kept.
     *
     * @param name of the setting, for the log
     * @param value as it was read at the start
     * @param again reads it again; throws UnderstudyException when that is not possible
     */
    public static Secret renewable(String name, Optional<String> value, Supplier<Optional<String>> again) {
        return new Secret(name, value, again);
    }

    /** The secret itself; empty when none is configured. */
    public synchronized Optional<String> reveal() {
        return value;
    }

    /**
     * For code whose login was refused: reads the secret again, unless that happened since. A file that is empty or
     * can't be read, perhaps while it is written, leaves the value as it is.
     *
     * @param refused the value that the server refused
     * @return whether {@link #reveal} has another value now: then one more attempt is worth it
     */
    public synchronized boolean differsFrom(Optional<String> refused) {
        if (value.equals(refused)) {
            value = readAgain().or(() -> value);
            if (!value.equals(refused)) {
                LOG.info("{} is read again: the value before was refused", name);
            }
        }
        return !Objects.equals(value, refused);
    }

    private Optional<String> readAgain() {
        try {
            return again.get();
        } catch (UnderstudyException e) {
            LOG.warn("{} cannot be read again: {}; hint: {}", name, e.getMessage(), e.hint());
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return reveal().isEmpty() ? "none" : "••••";
    }
}
