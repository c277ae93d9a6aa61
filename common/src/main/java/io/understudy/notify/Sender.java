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
     * @param permanent whether it is this notice that is not taken, now and later, and others may be
     */
    record Refusal(String why, String hint, Optional<Duration> retryAfter, boolean permanent) {
        Refusal(String why, String hint, Optional<Duration> retryAfter) {
            this(why, hint, retryAfter, false);
        }

        static Optional<Refusal> of(String why, String hint) {
            return Optional.of(new Refusal(why, hint, Optional.empty()));
        }

        static Optional<Refusal> ofNotice(String why, String hint) {
            return Optional.of(new Refusal(why, hint, Optional.empty(), true));
        }
    }
}
