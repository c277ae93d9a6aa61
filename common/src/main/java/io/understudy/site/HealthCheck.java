package io.understudy.site;

import java.time.Duration;
import java.util.Optional;

/** One way to ask a site how it is. */
interface HealthCheck {
    /**
     * Asks once. Never throws, unless interrupted: then {@code CANCELLED}.
     *
     * @param limit the longest it may take, positive
     * @return what is wrong, as a sentence about the check; empty when the site is healthy
     */
    Optional<String> ask(Duration limit);
}
