package io.understudy.cli;

import io.understudy.failure.UnderstudyException;

/** A failure inside a result: {@code {"code":"fenced","message":"cannot …","hint":"…"}}. */
public record Problem(String code, String message, String hint) {
    public static Problem of(UnderstudyException failure) {
        return new Problem(failure.code().label(), failure.getMessage(), failure.hint());
    }
}
