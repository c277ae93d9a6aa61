package io.understudy.audit;

import io.understudy.cli.Json;
import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.events.LogSink;
import io.understudy.failure.UnderstudyException;
import io.understudy.failure.Unexpected;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
import io.understudy.files.ProcessLock;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import io.understudy.time.Ticker;
import io.understudy.time.WarnOnce;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Appends to the audit file of a server, one line a request and one for its end. Each line names the hash of the one
 * before, so a line that is altered, inserted or left out breaks the chain, which goes on from one file to the next
 * ({@link AuditFiles}). Both agents and their commands write it, one at a time.
 *
 * <p>Nothing waits for it for more than two seconds and nothing fails because of it: a disk that is full must not stop
 * a promotion. An entry that is lost is an event. Thread-safe.
 */
public final class AuditLog {
    /** The outcome of work that did what it was asked for. */
    public static final String DONE = "done";

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(20);
    private static final int LONGEST_TEXT = 4000;

    private final AuditFiles files;
    private final Path lock;
    private final StateFile<AuditHead> head;
    private final String agent;
    private final Clock clock;
    private final Ticker ticker;
    private final Events events;
    private final WarnOnce warnOnce;
    private final ReentrantLock turn = new ReentrantLock(true);

    /** @param agent {@code agent-primary} or {@code agent-replica} */
    public AuditLog(Path state, String agent, Clock clock, Ticker ticker, Events events) {
        this(new AuditFiles(state), state, agent, clock, ticker, events);
    }

    /** Of a command that needs no daemon: what is written goes to its log, too. */
    public static AuditLog ofCommand(Path state, String agent, Clock clock, Ticker ticker) {
        return new AuditLog(state, agent, clock, ticker, new Events(clock, new LogSink()));
    }

    AuditLog(AuditFiles files, Path state, String agent, Clock clock, Ticker ticker, Events events) {
        this.files = files;
        this.lock = StateEntry.AUDIT_LOCK.in(state);
        this.head = StateFile.in(state, StateEntry.AUDIT_HEAD, AuditHead.class);
        this.agent = agent;
        this.clock = clock;
        this.ticker = ticker;
        this.events = events;
        this.warnOnce = new WarnOnce(ticker);
    }

    /** Does the work between its two lines, and throws what it throws. */
    public <T> T around(Caller caller, String what, String request, Supplier<T> work) {
        return around(caller, what, request, work, result -> DONE);
    }

    /**
     * The same, of work that may end without having done what it was asked for.
     *
     * @param outcome of its result: {@link #DONE}, or {@code nothing: } and a reason
     */
    public <T> T around(Caller caller, String what, String request, Supplier<T> work, Function<T, String> outcome) {
        append(caller, what, request, "asked");
        String end = "failed: out_of_memory";
        try {
            T result = work.get();
            end = outcome.apply(result);
            return result;
        } catch (RuntimeException e) {
            end = "failed: " + Unexpected.of(what, e).code().label();
            throw e;
        } finally {
            append(caller, what, "", end);
        }
    }

    /** A daemon starts: its log has a hash then by which all lines before it can be compared. */
    public AutoCloseable started() {
        accepted(Caller.ofThisProcess(), "run");
        return () -> {};
    }

    /** A caller that may ask, for something that lasts. */
    public void accepted(Caller caller, String what) {
        append(caller, what, "", "accepted");
    }

    /** A caller that may not ask. */
    public void refused(Caller caller, String what, String why) {
        append(caller, what, "", "refused: " + why);
    }

    private void append(Caller caller, String what, String request, String outcome) {
        // The thread of a caller who left, or of an agent that stops: an interrupt would close the file under the line.
        boolean interrupted = Thread.interrupted();
        try {
            inTurn(() -> write(caller, what, request, outcome));
        } catch (IOException e) {
            lost(caller, what, outcome, FileFailure.of("append to", files.current(), e));
        } catch (InterruptedException e) {
            interrupted = true;
            lost(caller, what, outcome, FileFailure.of("append to", files.current(), new IOException("interrupted")));
        } catch (RuntimeException e) {
            lost(caller, what, outcome, Unexpected.of("append to " + files.current(), e));
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @FunctionalInterface
    private interface Write {
        void run() throws IOException;
    }

    /** One at a time; a disk that hangs keeps the others no longer than the limit. */
    private void inTurn(Write write) throws IOException, InterruptedException {
        long start = ticker.nanos();
        if (!turn.tryLock(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IOException("an earlier line is not written yet");
        }
        try {
            ProcessLock held = acquire(lock, ticker, start);
            try {
                write.run();
            } finally {
                held.close();
            }
        } finally {
            turn.unlock();
        }
    }

    private void write(Caller caller, String what, String request, String outcome) throws IOException {
        AuditHead now = append(caller, what, request, outcome, before());
        events.report(new CommonEvent.Audited(
                caller.who(),
                caller.from(),
                what,
                Optional.of(shortened(request)).filter(text -> !text.isEmpty()),
                outcome,
                now.entry(),
                now.hash()));
    }

    private void lost(Caller caller, String what, String outcome, UnderstudyException why) {
        events.report(new CommonEvent.AuditFailed(caller.who(), caller.from(), what, outcome, why));
    }

    private AuditHead append(Caller caller, String what, String request, String outcome, AuditHead last)
            throws IOException {
        AuditHead before = files.isFull() ? rotated(last) : last;
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
        files.append(line);
        AuditHead now = new AuditHead(entry.entry(), AuditEntry.hash(line), before.removed());
        head.write(now);
        return now;
    }

    /** A file that can't be renamed, such as one with an attribute of chattr, is appended to as before. */
    private AuditHead rotated(AuditHead last) {
        AuditHead now = last;
        try {
            files.rotate(last.entry());
            for (Path oldest : files.surplus().toList()) {
                // First what is about to be gone: otherwise a crash in between looks as if someone had taken it.
                now = new AuditHead(last.entry(), last.hash(), AuditFiles.lastEntry(oldest));
                head.write(now);
                AtomicFiles.delete(oldest);
            }
        } catch (IOException e) {
            notRotated(FileFailure.of("rotate", files.current(), e));
        } catch (UnderstudyException e) {
            notRotated(e);
        }
        return now;
    }

    private void notRotated(UnderstudyException why) {
        if (warnOnce.isDue(String.valueOf(why.getMessage()))) {
            events.report(new CommonEvent.AuditNotRotated(why));
        }
    }

    static ProcessLock acquire(Path lock, Ticker ticker) {
        return acquire(lock, ticker, ticker.nanos());
    }

    private static ProcessLock acquire(Path lock, Ticker ticker, long start) {
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

    /**
     * What the next line continues: the last line, be it cut, and where there is none the record of it. Its number
     * follows the record where lines are missing before it, so that they stay missing.
     */
    private AuditHead before() throws IOException {
        Optional<AuditHead> kept = head.read();
        List<byte[]> last = files.lastLines();
        if (last.isEmpty()) {
            return kept.orElse(new AuditHead(0, AuditEntry.NONE, 0));
        }
        long number = last.stream()
                .map(AuditEntry::read)
                .flatMap(Optional::stream)
                .mapToLong(AuditEntry::entry)
                .reduce(0, (earlier, later) -> later);
        return new AuditHead(
                Math.max(number, kept.map(AuditHead::entry).orElse(0L)),
                AuditEntry.hash(last.get(last.size() - 1)),
                kept.map(AuditHead::removed).orElse(0L));
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
    }
}
