package io.understudy.config;

import java.util.Optional;

/** A secret value that prints as dots. Compare and pass on, never log. */
public final class Secret {
    private static final Secret NONE = new Secret(null);

    private final String value;

    private Secret(String value) {
        this.value = value;
    }

    public static Secret of(String value) {
        return new Secret(value);
    }

    public static Secret none() {
        return NONE;
    }

    /** The secret itself; empty when none is configured. */
    public Optional<String> reveal() {
        return Optional.ofNullable(value);
    }

    @Override
    public String toString() {
        return value == null ? "none" : "••••";
    }
}
