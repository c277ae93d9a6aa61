package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * How verifications ended on this server, kept for the daemons' metrics: {@code verified} in the state folder. Its
 * first line is the last success, {@code 2026-11-20T10:00:00Z 00000001-00000042}, or {@code -} where there was none;
 * the second is there as long as the last verification failed, {@code 2026-11-21T10:00:00Z blob_damaged}. For
 * monitoring only: what cannot be read is as if it was not there.
 */
public final class LastVerified {
    private static final String NEVER = "-";

    /** Those say nothing of a snapshot: an operator mistyped, another process is at work, or it was ended. */
    private static final Set<ErrorCode> NO_VERDICT =
            EnumSet.of(ErrorCode.SNAPSHOT_UNKNOWN, ErrorCode.USAGE, ErrorCode.LOCKED, ErrorCode.CANCELLED);

    private final Path file;

    /**
     * @param success when a snapshot was last found whole
     * @param failure when the last verification failed; empty when it passed
     */
    public record Verdict(Optional<Instant> success, Optional<Instant> failure) {
        private static final Verdict NONE = new Verdict(Optional.empty(), Optional.empty());

        /** When the last verification ended; empty when none has. */
        public Optional<Instant> last() {
            return failure.or(() -> success);
        }
    }

    /** @param state the agents' state folder */
    public LastVerified(Path state) {
        this.file = state.resolve("verified");
    }

    /**
     * Verifies, and notes how it ended.
     *
     * @param verified the snapshot that was found whole
     */
    public <T> T noting(Clock clock, Supplier<T> verification, Function<T, SnapshotId> verified) {
        T result;
        try {
            result = verification.get();
        } catch (RuntimeException e) {
            failed(clock.instant(), e);
            throw e;
        }
        write(clock.instant() + " " + verified.apply(result));
        return result;
    }

    public Verdict read() {
        List<String> lines = lines();
        if (lines.isEmpty()) {
            return Verdict.NONE;
        }
        Optional<Instant> failure = lines.size() > 1 ? instant(lines.get(1)) : Optional.empty();
        return new Verdict(instant(lines.get(0)), failure);
    }

    private void failed(Instant when, RuntimeException why) {
        ErrorCode code = why instanceof UnderstudyException known ? known.code() : ErrorCode.INTERNAL;
        if (NO_VERDICT.contains(code)) {
            return;
        }
        List<String> before = lines();
        try {
            write((before.isEmpty() ? NEVER : before.get(0)) + "\n" + when + " " + code.label());
        } catch (RuntimeException denied) {
            why.addSuppressed(denied);
        }
    }

    private List<String> lines() {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of();
        }
    }

    private void write(String text) {
        AtomicFiles.createFolders(file.toAbsolutePath().getParent(), AtomicFiles.PRIVATE_FOLDER);
        AtomicFiles.write(file, (text + "\n").getBytes(StandardCharsets.UTF_8), AtomicFiles.READABLE);
    }

    private static Optional<Instant> instant(String line) {
        try {
            return Optional.of(Instant.parse(line.split(" ")[0]));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
