package io.understudy.failure;

import java.util.Objects;

/**
 * A failure with all that an operator needs: a stable code, what could not be done and why (the message), and what to
 * do about it (the hint). The message reads {@code cannot <do what> <to what>: <why>} and never holds a secret.
 */
public final class UnderstudyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final String hint;

    public UnderstudyException(ErrorCode code, String message, String hint) {
        this(code, message, hint, null);
    }

    /** @param hint what the operator can do; one sentence, without a full stop */
    public UnderstudyException(ErrorCode code, String message, String hint, Throwable cause) {
        super(message, cause);
        this.code = Objects.requireNonNull(code);
        this.hint = Objects.requireNonNull(hint);
    }

    public ErrorCode code() {
        return code;
    }

    public String hint() {
        return hint;
    }
}
