package io.understudy.audit;

import io.understudy.cli.Json;
import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.failure.Unexpected;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
import io.understudy.files.ProcessLock;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Appends to the audit file of a server, one line a request and one for its end. Each line names the hash of the one
 * before, so a line that is altered, inserted or left out breaks the chain. Both agents and their commands write it,
 * one at a time.
 *
 * <p>Nothing waits for it for more than two seconds and nothing fails because of it: a disk that is full must not stop
 * a promotion. An entry that is lost is an event. Thread-safe.
 */
public final class AuditLog {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(20);
    private static final int LONGEST_TEXT = 4000;
    /** More than a line takes: six bytes of JSON a character, at most, and the other fields. */
    private static final int TAIL = 256 << 10;

    private final Path file;
    private final Path lock;
    private final StateFile<AuditHead> head;
    private final String agent;
    private final Clock clock;
    private final Ticker ticker;
    private final Events events;

    /** @param agent {@code agent-primary} or {@code agent-replica} */
    public AuditLog(Path state, String agent, Clock clock, Ticker ticker, Events events) {
        this.file = StateEntry.AUDIT.in(state);
        this.lock = StateEntry.AUDIT_LOCK.in(state);
        this.head = StateFile.in(state, StateEntry.AUDIT_HEAD, AuditHead.class);
        this.agent = agent;
        this.clock = clock;
        this.ticker = ticker;
        this.events = events;
    }

    /** Does the work between its two lines, and throws what it throws. */
    public <T> T around(Caller caller, String what, String request, Supplier<T> work) {
        append(caller, what, request, "asked");
        String outcome = "failed: out_of_memory";
        try {
            T result = work.get();
            outcome = "done";
            return result;
        } catch (RuntimeException e) {
            outcome = "failed: " + Unexpected.of(what, e).code().label();
            throw e;
        } finally {
            append(caller, what, "", outcome);
        }
    }

    /** A caller that may ask, for something that lasts. */
    public void accepted(Caller caller, String what) {
        append(caller, what, "", "accepted");
    }

    /** A caller that may not ask. */
    public void refused(Caller caller, String what, String why) {
        append(caller, what, "", "refused: " + why);
    }

    private synchronized void append(Caller caller, String what, String request, String outcome) {
        try {
            ProcessLock held = acquire();
            try {
                AuditHead now = append(caller, what, request, outcome, lastLine());
                events.report(new CommonEvent.Audited(
                        caller.who(),
                        caller.from(),
                        what,
                        Optional.of(shortened(request)).filter(text -> !text.isEmpty()),
                        outcome,
                        now.entry(),
                        now.hash()));
            } finally {
                held.close();
            }
        } catch (UnderstudyException e) {
            events.report(new CommonEvent.AuditFailed(caller.who(), caller.from(), what, outcome, e));
        } catch (IOException e) {
            events.report(new CommonEvent.AuditFailed(
                    caller.who(), caller.from(), what, outcome, FileFailure.of("append to", file, e)));
        }
    }

    private AuditHead append(Caller caller, String what, String request, String outcome, byte[] last)
            throws IOException {
        AuditHead before = before(last);
        AuditEntry entry = new AuditEntry(
                before.entry() + 1,
                clock.instant(),
                agent,
                shortened(caller.who()),
                shortened(caller.from()),
                shortened(what),
                shortened(request),
                shortened(outcome),
                before.hash());
        byte[] line = Json.line(entry).getBytes(StandardCharsets.UTF_8);
        write(line);
        AuditHead now = new AuditHead(entry.entry(), AuditEntry.hash(line));
        head.write(now);
        return now;
    }

    private ProcessLock acquire() {
        long start = ticker.nanos();
        while (true) {
            Optional<ProcessLock> free = ProcessLock.tryAcquire(lock);
            if (free.isPresent()) {
                return free.get();
            }
            if (ticker.since(start).compareTo(LONGEST_WAIT) >= 0) {
                throw FileFailure.of("lock", lock, new IOException(ProcessLock.holder(lock) + " holds it"));
            }
            try {
                ticker.sleep(BETWEEN_TRIES);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw FileFailure.of("lock", lock, new IOException("interrupted"));
            }
        }
    }

    /** What the next line continues: a file that was moved away is continued too. */
    private AuditHead before(byte[] last) {
        Optional<AuditHead> kept = head.read();
        if (last.length == 0) {
            return kept.orElse(new AuditHead(0, AuditEntry.NONE));
        }
        long number = number(last).orElseGet(() -> kept.map(AuditHead::entry).orElse(0L));
        return new AuditHead(number, AuditEntry.hash(last));
    }

    /** Empty where a crash or a full disk cut the line. */
    private static Optional<Long> number(byte[] line) {
        try {
            return Optional.of(Json.read(new String(line, StandardCharsets.UTF_8), AuditEntry.class)
                    .entry());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Without its end; empty where there is none. */
    private byte[] lastLine() throws IOException {
        try (FileChannel in =
                channel(Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE))) {
            long from = Math.max(0, in.size() - TAIL);
            ByteBuffer tail = ByteBuffer.allocate((int) (in.size() - from));
            while (tail.hasRemaining() && in.read(tail, from + tail.position()) > 0) {
                // Reads on until all is there.
                continue;
            }
            return lastLine(tail.array(), tail.position());
        }
    }

    private static byte[] lastLine(byte[] bytes, int length) {
        int end = length > 0 && bytes[length - 1] == '\n' ? length - 1 : length;
        int begin = end;
        while (begin > 0 && bytes[begin - 1] != '\n') {
            begin--;
        }
        return java.util.Arrays.copyOfRange(bytes, begin, end);
    }

    /** A line that was cut is ended first, and stays. */
    private void write(byte[] line) throws IOException {
        try (FileChannel out = channel(Set.of(StandardOpenOption.APPEND))) {
            boolean cut = endsInside();
            ByteBuffer all = ByteBuffer.allocate(line.length + 2);
            if (cut) {
                all.put((byte) '\n');
            }
            all.put(line).put((byte) '\n').flip();
            while (all.hasRemaining()) {
                out.write(all);
            }
            out.force(false);
        }
    }

    private boolean endsInside() throws IOException {
        try (FileChannel in = channel(Set.of(StandardOpenOption.READ))) {
            ByteBuffer one = ByteBuffer.allocate(1);
            return in.size() > 0 && in.read(one, in.size() - 1) == 1 && one.get(0) != '\n';
        }
    }

    private FileChannel channel(Set<StandardOpenOption> options) throws IOException {
        return FileChannel.open(file, options, PosixFilePermissions.asFileAttribute(AtomicFiles.PRIVATE));
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
    }
}
