package io.understudy.setup;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.failure.Unexpected;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    /**
     * Looks at one thing after the other, each even when another failed. A cause is one failure: what it keeps from
     * being looked at, and what fails of the same, refers to it.
     */
    public static final class Run {
        private final List<CheckResult> results = new ArrayList<>();
        /** Of each check that was skipped: the one that failed. */
        private final Map<String, String> causes = new HashMap<>();

        /** @param needed the names of checks before it, without whose success it is skipped */
        public Run given(List<String> needed, String name, Supplier<CheckResult> look) {
            Optional<String> cause = needed.stream().flatMap(this::cause).findFirst();
            return cause.isPresent() ? skipped(name, cause.get()) : look(name, look);
        }

        /** Whether a check before failed, or was skipped. */
        public boolean lacks(String name) {
            return cause(name).findFirst().isPresent();
        }

        private Stream<String> cause(String name) {
            return causes.containsKey(name)
                    ? Stream.of(causes.get(name))
                    : results.stream()
                            .filter(each -> each.check().equals(name) && each.hasFailed())
                            .map(CheckResult::check);
        }

        private Run skipped(String name, String cause) {
            causes.put(name, cause);
            return add(CheckResult.skipped(name, "not looked at, because " + cause + " failed"));
        }

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
            CheckResult failure = CheckResult.failed(name, why);
            Optional<String> same = results.stream()
                    .filter(failure::isOfTheCauseOf)
                    .map(CheckResult::check)
                    .findFirst();
            return same.isPresent() ? skipped(name, same.get()) : add(failure);
        }

        public CheckReport report() {
            return new CheckReport(results.stream().noneMatch(CheckResult::hasFailed), results);
        }

        private Run add(CheckResult result) {
            results.add(result);
            return this;
        }
    }

    /** With one more. @param look says what is well, or throws */
    public CheckReport and(String name, Supplier<String> look) {
        Run run = new Run();
        checks.forEach(run::add);
        return run.check(name, look).report();
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
