package io.understudy.metrics;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * The page for people at {@code /}.
 *
 * @param policy of the header {@code Content-Security-Policy}
 * @param html one document; empty when it can't be made in the time that a visitor waits
 */
public record HttpPage(String policy, Supplier<Optional<String>> html) {}
