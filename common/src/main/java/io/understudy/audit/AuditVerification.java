package io.understudy.audit;

import io.understudy.cli.Json;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.FileFailure;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the chain of an audit file from its first line to its last. */
public final class AuditVerification {
    private static final int LONGEST_LINE = 1 << 20;

    private final List<String> remarks = new ArrayList<>();
    private long line;
    private long first;
    private long last;
    private boolean cut;
    private String hash = AuditEntry.NONE;

    private AuditVerification() {}

    /**
     * What {@code audit verify} prints.
     *
     * @param entries how many lines
     * @param first the number of the first entry, 0 without any
     * @param last the number of the last entry
     * @param hash of the last line: the log of the agent has it too, so a copy of the log shows whether all was
     *     written again
     * @param remarks lines that a crash cut, and entries that were moved away
     */
    public record Report(String file, long entries, long first, long last, String hash, List<String> remarks) {
        public String text() {
            StringBuilder text = new StringBuilder(
                    entries == 0
                            ? file + ": no entry"
                            : file + ": " + entries + " lines, entries " + first + " to " + last
                                    + ", the chain is whole\nlast hash " + hash);
            remarks.forEach(each -> text.append("\nremark: ").append(each));
            return text.toString();
        }
    }

    /**
     * @throws UnderstudyException {@code STATE_DAMAGED} with the first line that does not continue the one before;
     *     {@code FILE_DENIED}, {@code FILE_FAILED}
     */
    public static Report verify(Path state) {
        Path file = StateEntry.AUDIT.in(state);
        AuditVerification reading = new AuditVerification();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            for (Optional<byte[]> next = next(in); next.isPresent(); next = next(in)) {
                reading.take(file, next.get());
            }
        } catch (NoSuchFileException e) {
            reading.remarks.add("the file is not there: no command has changed anything yet, or it was moved away");
        } catch (IOException e) {
            throw FileFailure.of("read", file, e);
        }
        reading.compare(
                file,
                StateFile.in(state, StateEntry.AUDIT_HEAD, AuditHead.class).read());
        return new Report(
                file.toString(), reading.line, reading.first, reading.last, reading.hash, List.copyOf(reading.remarks));
    }

    private void take(Path file, byte[] bytes) {
        line++;
        Optional<AuditEntry> read = read(bytes);
        if (read.isEmpty()) {
            remarks.add("line " + line + " was cut by a crash or a full disk");
            cut = true;
        } else {
            AuditEntry entry = read.get();
            if (line == 1) {
                begin(file, entry);
            } else if (!entry.previous().equals(hash)) {
                throw broken(file, "line " + line + " does not continue the line before it");
            } else if (entry.entry() != last + 1 && !(cut && entry.entry() >= last)) {
                throw broken(file, "line " + line + " is entry " + entry.entry() + ", not " + (last + 1));
            }
            first = first == 0 ? entry.entry() : first;
            last = entry.entry();
            cut = false;
        }
        hash = AuditEntry.hash(bytes);
    }

    private void begin(Path file, AuditEntry entry) {
        first = entry.entry();
        if (first == 1 != entry.previous().equals(AuditEntry.NONE)) {
            throw broken(file, "line 1 is entry " + first + " but continues " + (first == 1 ? "another" : "none"));
        }
        if (first > 1) {
            remarks.add("entries 1 to " + (first - 1) + " are not here: they were moved away, their last hash is "
                    + entry.previous());
        }
    }

    /** A crash between a line and the record of it leaves the record one line behind. */
    private void compare(Path file, Optional<AuditHead> head) {
        if (head.isEmpty() || line == 0) {
            return;
        }
        if (head.get().entry() > last) {
            throw broken(
                    file,
                    "it ends at entry " + last + ", but entry " + head.get().entry() + " was written");
        }
        if (head.get().entry() == last && !head.get().hash().equals(hash)) {
            throw broken(file, "its last line is not the one that was written");
        }
    }

    private static Optional<AuditEntry> read(byte[] bytes) {
        try {
            return Optional.of(Json.read(new String(bytes, StandardCharsets.UTF_8), AuditEntry.class))
                    .filter(entry -> entry.previous() != null && entry.entry() > 0);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
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

    private static UnderstudyException broken(Path file, String why) {
        return new UnderstudyException(
                ErrorCode.STATE_DAMAGED,
                "the chain of " + file + " is broken: " + why,
                "someone changed the file, or the disk did: compare it with the agent's log, which has the hash of each entry,"
                        + " and with a copy; move it away to begin another");
    }
}
