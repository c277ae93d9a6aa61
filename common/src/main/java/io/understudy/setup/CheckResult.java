package io.understudy.setup;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.understudy.cli.Problem;
import io.understudy.failure.UnderstudyException;
import java.util.Optional;

/**
 * What one check found. In JSON {@code name}, {@code ok}, {@code detail} and {@code error} say the same once more, as
 * the standby's {@code check} did first.
 *
 * @param check what was looked at: {@code filestore}
 * @param state {@code ok}, {@code warning} (works, but should be known), {@code failed}, or
 *     {@code skipped} (another failed first)
 * @param message what is there, or what is wrong
 * @param code of a failure; null otherwise
 * @param hint null when all is well
 */
@JsonPropertyOrder({"check", "state", "message", "code", "hint", "name", "ok", "detail", "error"})
public record CheckResult(String check, String state, String message, String code, String hint) {
    private static final String OK = "ok";
    private static final String WARNING = "warning";
    private static final String FAILED = "failed";
    private static final String SKIPPED = "skipped";

    public static CheckResult ok(String check, String message) {
        return new CheckResult(check, OK, message, null, null);
    }

    public static CheckResult warning(String check, String message, String hint) {
        return new CheckResult(check, WARNING, message, null, hint);
    }

    public static CheckResult failed(String check, UnderstudyException why) {
        return new CheckResult(check, FAILED, why.getMessage(), why.code().label(), why.hint());
    }

    /** The same of something else. */
    CheckResult of(String other) {
        return new CheckResult(other, state, message, code, hint);
    }

    static CheckResult skipped(String check, String message) {
        return new CheckResult(check, SKIPPED, message, null, null);
    }

    boolean isOfTheCauseOf(CheckResult other) {
        return other.hasFailed() && code.equals(other.code) && message.equals(other.message);
    }

    public boolean hasFailed() {
        return state.equals(FAILED);
    }

    boolean isWarning() {
        return state.equals(WARNING);
    }

    @JsonProperty
    String name() {
        return check;
    }

    @JsonProperty("ok")
    boolean passed() {
        return state.equals(OK) || isWarning();
    }

    @JsonProperty
    String detail() {
        return message;
    }

    @JsonProperty
    Optional<Problem> error() {
        return hasFailed() ? Optional.of(new Problem(code, message, hint)) : Optional.empty();
    }

    String text() {
        String line = "%-8s %s: %s".formatted(state, check, message);
        return hint == null ? line : line + "\n         hint: " + hint;
    }
}
