package io.understudy.notify;

import java.time.Duration;
import java.util.Optional;

/** Brings notices to people; one at a time. May block, and may throw what no one foresaw. */
@FunctionalInterface
interface Sender {
    /** @return empty when the receiver took it */
    Optional<Refusal> send(Notice notice);

    /**
     * Why a notice was not taken.
     *
     * @param why for an operator, without a secret: {@code hooks.example.net answers 503}
     * @param hint what to do
     * @param retryAfter how long the receiver wants to be left alone
     */
    record Refusal(String why, String hint, Optional<Duration> retryAfter) {
        static Optional<Refusal> of(String why, String hint) {
            return Optional.of(new Refusal(why, hint, Optional.empty()));
        }
    }
}
