package io.understudy.failure;

/** When it makes sense to try again what failed. */
public enum Retry {
    /** The cause passes by itself (a network that is down, a lock that is held): try again with backoff. */
    WITH_BACKOFF,
    /** Nothing changes until an operator acts: do not repeat in a tight loop. */
    AFTER_OPERATOR,
    /** The same input fails the same way every time: never try this input again by itself. */
    NEVER
}
