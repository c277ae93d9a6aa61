package io.understudy.setup;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.failure.Unexpected;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The result of {@code check} of both agents.
 *
 * <pre>{@code
 * {"ok":false,"checks":[{"check":"filestore","state":"failed","message":"cannot …","code":"filestore_denied",
 *  "hint":"…",…},…]}
 * }</pre>
 */
public record CheckReport(boolean ok, List<CheckResult> checks) {
    public CheckReport {
        checks = List.copyOf(checks);
    }

    /** Looks at one thing after the other, each even when another failed. */
    public static final class Run {
        private final List<CheckResult> results = new ArrayList<>();

        /** @param look says what is well, or throws */
        public Run check(String name, Supplier<String> look) {
            return look(name, () -> CheckResult.ok(name, look.get()));
        }

        /** @param look says what is there, or throws */
        public Run look(String name, Supplier<CheckResult> look) {
            try {
                return add(look.get());
            } catch (RuntimeException e) {
                return failed(name, Unexpected.of("check " + name, e));
            }
        }

        public Run warn(String name, String message, String hint) {
            return add(CheckResult.warning(name, message, hint));
        }

        public Run failed(String name, UnderstudyException why) {
            return add(CheckResult.failed(name, why));
        }

        public CheckReport report() {
            return new CheckReport(results.stream().noneMatch(CheckResult::hasFailed), results);
        }

        private Run add(CheckResult result) {
            results.add(result);
            return this;
        }
    }

    public Stream<CheckResult> failures() {
        return checks.stream().filter(CheckResult::hasFailed);
    }

    public Stream<CheckResult> warnings() {
        return checks.stream().filter(CheckResult::isWarning);
    }

    /** 0, or the exit code of the first failure. */
    public int exitCode() {
        return failures()
                .findFirst()
                .map(CheckReport::code)
                .map(ErrorCode::exitCode)
                .orElse(0);
    }

    /** The code of a check that failed. */
    public static ErrorCode code(CheckResult failure) {
        return ErrorCode.of(failure.code()).orElse(ErrorCode.INTERNAL);
    }

    public String text() {
        return checks.stream().map(CheckResult::text).collect(Collectors.joining("\n"));
    }
}
