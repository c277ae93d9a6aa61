package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * How verifications ended on this server, kept for the daemons' metrics. For monitoring only: what cannot be read is as
 * if it was not there.
 */
public final class LastVerified {
    /** Those say nothing of a snapshot: an operator mistyped, another process is at work, or it was ended. */
    private static final Set<ErrorCode> NO_VERDICT = EnumSet.of(
            ErrorCode.SNAPSHOT_UNKNOWN,
            ErrorCode.USAGE,
            ErrorCode.LOCKED,
            ErrorCode.CANCELLED,
            ErrorCode.IDENTITY_MISSING);

    private final StateFile<Verdict> file;

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
        this.file = StateFile.in(state, StateEntry.VERIFIED, Verdict.class);
    }

    /** Verifies, and notes how it ended. */
    public <T> T recording(Clock clock, Supplier<T> verification) {
        T result;
        try {
            result = verification.get();
        } catch (RuntimeException e) {
            if (!(e instanceof UnderstudyException known && NO_VERDICT.contains(known.code()))) {
                file.write(new Verdict(read().success(), Optional.of(clock.instant())));
            }
            throw e;
        }
        file.write(new Verdict(Optional.of(clock.instant()), Optional.empty()));
        return result;
    }

    public Verdict read() {
        return file.read().orElse(Verdict.NONE);
    }
}
