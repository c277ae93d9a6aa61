package io.understudy.primary.app;

import io.understudy.failure.UnderstudyException;

/** A failure inside a result: {@code {"code":"fenced","message":"cannot …","hint":"…"}}. */
record Problem(String code, String message, String hint) {
    static Problem of(UnderstudyException failure) {
        return new Problem(failure.code().label(), failure.getMessage(), failure.hint());
    }
}
