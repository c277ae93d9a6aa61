package io.understudy.replica.prepare;

import io.understudy.failure.UnderstudyException;
import java.util.Optional;

/**
 * What one check found.
 *
 * @param name of what was looked at: {@code filestore}
 * @param detail what is there, or what is wrong
 * @param failure empty when all is well, or when it is only worth knowing
 */
public record Finding(String name, boolean ok, String detail, Optional<UnderstudyException> failure) {
    static Finding good(String name, String detail) {
        return new Finding(name, true, detail, Optional.empty());
    }

    static Finding bad(String name, UnderstudyException failure) {
        return new Finding(name, false, failure.getMessage(), Optional.of(failure));
    }
}
