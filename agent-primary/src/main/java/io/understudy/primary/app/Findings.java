package io.understudy.primary.app;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What {@code check} found, in order. */
public final class Findings {
    private final List<Finding> all = new ArrayList<>();
    private ErrorCode first;

    /**
     * @param check what was looked at: {@code filestore}
     * @param state {@code ok}, {@code warning} (works, but should be known) or {@code failed}
     * @param code of a failure; null otherwise
     * @param hint null when all is well
     */
    public record Finding(String check, String state, String message, String code, String hint) {}

    /** @param look says what is well, or throws */
    void check(String name, Supplier<String> look) {
        try {
            all.add(new Finding(name, "ok", look.get(), null, null));
        } catch (UnderstudyException e) {
            failed(name, e);
        } catch (RuntimeException e) {
            failed(name, new UnderstudyException(ErrorCode.INTERNAL, "cannot check: " + e, "please report this", e));
        }
    }

    void warn(String name, String message, String hint) {
        all.add(new Finding(name, "warning", message, null, hint));
    }

    void failed(String name, UnderstudyException e) {
        first = first == null ? e.code() : first;
        all.add(new Finding(name, "failed", e.getMessage(), e.code().label(), e.hint()));
    }

    public List<Finding> all() {
        return List.copyOf(all);
    }

    /** 0, or the exit code of the first failure. */
    public int exitCode() {
        return first == null ? 0 : first.exitCode();
    }
}
