package io.understudy.config;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;

/** Gathers all that is wrong with a file, so that an operator can correct it at once. */
final class Faults {
    private final Set<Fault> faults = new LinkedHashSet<>();

    /** @param line counted from 1; 0 when the fault is an absence */
    void add(int line, String text) {
        faults.add(new Fault(line, text));
    }

    void throwIfAny(Path file) {
        if (faults.isEmpty()) {
            return;
        }
        String list = faults.stream()
                .sorted(Comparator.comparingInt(Fault::line))
                .map(fault -> "\n  " + (fault.line() == 0 ? "" : "line " + fault.line() + ": ") + fault.text())
                .collect(Collectors.joining());
        String count = faults.size() == 1 ? "1 fault" : faults.size() + " faults";
        throw new UnderstudyException(
                ErrorCode.CONFIG_INVALID,
                "cannot use " + file + ": " + count + list,
                "correct the file; docs/configure.md lists every key");
    }

    private record Fault(int line, String text) {}
}
