package io.understudy.audit;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.FileFailure;
import io.understudy.files.ProcessLock;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import io.understudy.time.Ticker;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.io.IOUtils;
import org.apache.commons.io.input.BoundedInputStream;

/** Reads the chain from the first line of the oldest file to the last of the newest. */
public final class AuditVerification {
    private static final int LONGEST_LINE = 1 << 20;

    private final List<String> remarks = new ArrayList<>();
    private Optional<AuditHead> head = Optional.empty();
    private Path file;
    private long line;
    private long lines;
    private long first;
    private long last;
    private boolean cut;
    /** Of the last line, be it cut: what the next one continues. */
    private String hash = AuditEntry.NONE;
    /** Of the last whole line. */
    private String whole = AuditEntry.NONE;

    private AuditVerification() {}

    /**
     * What {@code audit verify} prints.
     *
     * @param files that the chain goes through, the oldest first
     * @param entries how many lines
     * @param first the number of the first entry, 0 without any
     * @param last the number of the last entry
     * @param hash of the last entry: the log of the agent has it too, so a copy of the log shows whether all was
     *     written again
     * @param remarks lines that a crash cut, and entries that went with the oldest files
     */
    public record Report(List<String> files, long entries, long first, long last, String hash, List<String> remarks) {
        public String text() {
            StringBuilder text = new StringBuilder(
                    entries == 0
                            ? "no entry"
                            : entries + " lines in " + String.join(", ", files) + ": entries " + first + " to " + last
                                    + ", the chain is whole\nlast hash " + hash);
            remarks.forEach(each -> text.append("\nremark: ").append(each));
            return text.toString();
        }
    }

    /** One file as it was at one moment: what is appended later is not looked at. */
    private record Opened(Path file, InputStream in) {}

    /**
     * @param ticker waits for an agent that appends
     * @throws UnderstudyException {@code STATE_DAMAGED} with the first line that does not continue the one before;
     *     {@code FILE_DENIED}, {@code FILE_FAILED}
     */
    public static Report verify(Path state, Ticker ticker) {
        AuditVerification reading = new AuditVerification();
        List<Opened> opened = new ArrayList<>();
        try {
            reading.open(state, ticker, opened);
            for (Opened each : opened) {
                reading.read(each);
            }
        } catch (IOException e) {
            throw FileFailure.of("read", reading.file == null ? StateEntry.AUDIT.in(state) : reading.file, e);
        } finally {
            opened.forEach(each -> IOUtils.closeQuietly(each.in()));
        }
        reading.compare(state);
        return new Report(
                opened.stream().map(each -> each.file().toString()).toList(),
                reading.lines,
                reading.first,
                reading.last,
                reading.whole,
                List.copyOf(reading.remarks));
    }

    /** Holds the lock only so long that files and record are of one moment: no command waits for a verification. */
    private void open(Path state, Ticker ticker, List<Opened> opened) throws IOException {
        if (!Files.isDirectory(state)) {
            return;
        }
        ProcessLock held = AuditLog.acquire(StateEntry.AUDIT_LOCK.in(state), ticker);
        try {
            head = StateFile.in(state, StateEntry.AUDIT_HEAD, AuditHead.class).read();
            for (Path each : new AuditFiles(state).all()) {
                file = each;
                long size = Files.size(each);
                opened.add(new Opened(
                        each,
                        new BufferedInputStream(BoundedInputStream.builder()
                                .setInputStream(Files.newInputStream(each))
                                .setMaxCount(size)
                                .get())));
            }
        } finally {
            held.close();
        }
    }

    private void read(Opened opened) throws IOException {
        file = opened.file();
        line = 0;
        for (Optional<byte[]> next = next(opened.in()); next.isPresent(); next = next(opened.in())) {
            line++;
            lines++;
            take(next.get());
        }
    }

    private void take(byte[] bytes) {
        Optional<AuditEntry> entry = AuditEntry.read(bytes);
        entry.ifPresent(this::requireContinued);
        hash = AuditEntry.hash(bytes);
        cut = entry.isEmpty();
        if (cut) {
            remarks.add(at() + " was cut by a crash or a full disk");
            return;
        }
        first = first == 0 ? entry.get().entry() : first;
        last = entry.get().entry();
        whole = hash;
    }

    private void requireContinued(AuditEntry entry) {
        if (first == 0) {
            begin(entry);
        } else if (entry.entry() > last + 1) {
            throw broken(at() + " is entry " + entry.entry() + ": entries " + (last + 1) + " to " + (entry.entry() - 1)
                    + " are missing before it");
        } else if (!entry.previous().equals(hash)) {
            throw broken(at() + " does not continue the line before it");
        } else if (entry.entry() != last + 1 && !(cut && entry.entry() == last)) {
            throw broken(at() + " is entry " + entry.entry() + ", not " + (last + 1));
        }
    }

    private void begin(AuditEntry entry) {
        if (entry.entry() == 1 != entry.previous().equals(AuditEntry.NONE)) {
            throw broken(at() + " is entry " + entry.entry() + " but continues "
                    + (entry.entry() == 1 ? "another" : "none"));
        }
        long gone = entry.entry() - 1;
        if (gone == 0) {
            return;
        }
        if (head.isPresent() && head.get().removed() < gone) {
            throw broken("it begins with entry " + entry.entry() + " in " + file + ", and of those before only "
                    + head.get().removed() + " were deleted because they were old");
        }
        remarks.add("entries 1 to " + gone + " were deleted because they were old; their last hash is "
                + entry.previous() + (head.isPresent() ? "" : " (audit-head.json is lost, which would confirm it)"));
    }

    private String at() {
        return "line " + line + " of " + file;
    }

    /** A crash between a line and the record of it leaves the record one line behind. */
    private void compare(Path state) {
        if (head.isEmpty()) {
            if (lines > 0) {
                remarks.add(StateEntry.AUDIT_HEAD.in(state) + " is lost: whether entries after " + last
                        + " are missing is known from the log alone");
            }
            return;
        }
        if (head.get().entry() > last) {
            throw broken(
                    "it ends at entry " + last + ", but entry " + head.get().entry() + " was written");
        }
        if (head.get().entry() == last && !head.get().hash().equals(whole)) {
            throw broken("its last entry is not the one that was written");
        }
    }

    private static Optional<byte[]> next(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int one = in.read();
        if (one < 0) {
            return Optional.empty();
        }
        for (; one >= 0 && one != '\n'; one = in.read()) {
            if (bytes.size() == LONGEST_LINE) {
                throw new IOException("a line is longer than " + LONGEST_LINE + " bytes");
            }
            bytes.write(one);
        }
        return Optional.of(bytes.toByteArray());
    }

    private static UnderstudyException broken(String why) {
        return new UnderstudyException(
                ErrorCode.STATE_DAMAGED,
                "the audit chain is broken: " + why,
                "someone changed the files, or the disk did: compare them with the agent's log, which has the hash of each entry,"
                        + " and with a copy; move audit.jsonl, audit and audit-head.json away to begin another chain");
    }
}
