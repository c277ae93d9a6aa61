package io.understudy.process;

import java.io.IOException;
import java.util.Optional;

/**
 * One process of this host since its last boot. Its number alone may be another's by now.
 *
 * @param started when, in ticks of the kernel since the boot
 */
record ProcessIdentity(long pid, long started) {
    /** Of {@link Processes#stat}: the 22nd field of proc(5). */
    private static final int START = 22 - 3;

    /** Empty where it is gone, or the operating system does not show it. */
    static Optional<ProcessIdentity> of(long pid) {
        try {
            return Optional.of(new ProcessIdentity(pid, Long.parseLong(Processes.stat(pid)[START])));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Empty unless it is what {@link #text} gave. */
    static Optional<ProcessIdentity> parse(String text) {
        String[] parts = text.split(" ", -1);
        try {
            return parts.length == 2
                    ? Optional.of(new ProcessIdentity(Long.parseLong(parts[0]), Long.parseLong(parts[1])))
                    : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    String text() {
        return pid + " " + started;
    }

    /** Empty where it does not run any more. */
    Optional<ProcessHandle> running() {
        return ProcessHandle.of(pid)
                .filter(handle -> of(pid).equals(Optional.of(this)))
                .filter(Processes::run);
    }
}
