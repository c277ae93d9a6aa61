package io.understudy.replica.forecast;

import com.fasterxml.jackson.annotation.JsonValue;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.Locale;

/**
 * Something that stands in the way of a switch at this moment.
 *
 * @param code the stable code under which it is reported
 * @param message what it is, as part of a sentence
 * @param hint how it is removed
 */
public record Obstacle(Weight weight, String code, String message, String hint) {
    /** How much it matters, the worst first. */
    public enum Weight {
        /** {@code promote} would be refused, or would serve a site that does not work. */
        BLOCKER,
        /** {@code promote} would work, but not as well as it should. */
        WARNING,
        /** What can't be said, because it was never measured or tried. */
        UNKNOWN;

        @JsonValue
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public static Obstacle blocker(ErrorCode code, String message, String hint) {
        return new Obstacle(Weight.BLOCKER, code.label(), message, hint);
    }

    public static Obstacle warning(ErrorCode code, String message, String hint) {
        return new Obstacle(Weight.WARNING, code.label(), message, hint);
    }

    public static Obstacle unknown(ErrorCode code, String message, String hint) {
        return new Obstacle(Weight.UNKNOWN, code.label(), message, hint);
    }

    static Obstacle blocker(UnderstudyException failure) {
        return blocker(failure.code(), failure.getMessage(), failure.hint());
    }
}
