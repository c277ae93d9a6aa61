package io.understudy.process;

import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A program and everything it started. Children are found by parentage and, where the operating system shows
 * environments ({@code /proc}), by a mark that they inherit: so also those whose parent is gone, in whatever session or
 * group.
 */
final class ProcessTree {
    /** How long a program may clean up (pg_restore cancels its queries on the server) before it is killed. */
    static final Duration GRACE = Duration.ofSeconds(2);

    private static final Duration KILLING = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofMillis(25);

    private final Optional<ProcessHandle> program;
    private final MarkedProcesses marked;
    private final Ticker ticker;

    /** @param program empty: the mark alone shows what belongs to it */
    ProcessTree(Optional<ProcessHandle> program, MarkedProcesses marked, Ticker ticker) {
        this.program = program;
        this.marked = marked;
        this.ticker = ticker;
    }

    /** Asks all of them to end, then kills what is left, until nothing is. */
    void end() {
        boolean interrupted = Thread.interrupted();
        members().forEach(ProcessHandle::destroy);
        interrupted |= await(GRACE, member -> {});
        interrupted |= await(KILLING, ProcessHandle::destroyForcibly);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Looks again and again, at most for that time, until none is left. Not to be interrupted: half a tree would be
     * left.
     */
    private boolean await(Duration patience, Consumer<ProcessHandle> act) {
        boolean interrupted = false;
        long start = ticker.nanos();
        Set<ProcessHandle> left = members();
        while (!left.isEmpty() && ticker.since(start).compareTo(patience) < 0) {
            left.forEach(act);
            try {
                ticker.sleep(PAUSE);
            } catch (InterruptedException e) {
                interrupted = true;
            }
            left = members();
        }
        return interrupted;
    }

    private Set<ProcessHandle> members() {
        Set<ProcessHandle> members = new LinkedHashSet<>();
        program.ifPresent(members::add);
        program.map(ProcessHandle::descendants).ifPresent(each -> each.forEach(members::add));
        marked.all().forEach(members::add);
        members.removeIf(member -> !Processes.run(member));
        return members;
    }
}
