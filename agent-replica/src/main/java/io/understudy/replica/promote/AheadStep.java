package io.understudy.replica.promote;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.replica.apply.IntentWriter;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.events.Step;
import io.understudy.replica.load.SpareLoader;
import io.understudy.replica.round.ImportSteps;
import io.understudy.replica.round.RewriteNotes;
import io.understudy.replica.state.Ahead;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.FailedAttempt;
import io.understudy.replica.state.PlanSet;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.repository.Manifest;
import io.understudy.tasks.TimeLimit;
import java.time.Duration;
import java.util.Optional;

/**
 * Prepares the snapshot that is loaded ahead for its apply, up to the intent. Everything is read from this server's
 * disk. Until the intent is written nothing that is live is touched, so that what was live can be served after every
 * failure.
 */
public final class AheadStep {
    /** The longest that files are staged: an operator waits for it, and the proven snapshot needs no files. */
    public static final Duration STAGING = Duration.ofSeconds(30);

    private final ImportSteps steps;
    private final SpareLoader loader;
    private final IntentWriter intents;
    private final Events events;
    private final Duration limit;

    /** @param limit the longest that files are staged */
    public AheadStep(ImportSteps steps, SpareLoader loader, IntentWriter intents, Events events, Duration limit) {
        this.steps = steps;
        this.loader = loader;
        this.intents = intents;
        this.events = events;
        this.limit = limit;
    }

    /**
     * What a promotion to the newest snapshot applies, by what is remembered: newer than what is live, and not one that
     * the site did not come up on before.
     */
    public static Optional<Ahead> in(ReplicaRecord record) {
        return record.ahead().filter(ahead -> isDue(ahead, record));
    }

    /** Whether the last attempt to apply it failed: a promotion tries again, and serves what is live where it must. */
    public static boolean hasFailed(Ahead ahead, ReplicaRecord record) {
        return record.failedAttempt(ahead.snapshot())
                .filter(attempt -> !attempt.at().isBefore(ahead.loaded()))
                .isPresent();
    }

    static boolean isDue(Ahead ahead, ReplicaRecord record) {
        boolean newer = record.live()
                .flatMap(DatabaseVersion::snapshot)
                .filter(live -> ahead.snapshot().compareTo(live) > 0)
                .isPresent();
        boolean rejected = record.failedAttempt(ahead.snapshot())
                .filter(FailedAttempt::rejection)
                .isPresent();
        return newer && !rejected;
    }

    /**
     * Stages what is missing of the files and writes the intent: from here on the apply is finished, forward or back.
     *
     * @throws UnderstudyException why it can't be applied; nothing that is live was touched
     */
    void intend(Ahead ahead) {
        requireLoaded(ahead);
        Manifest manifest = steps.held(ahead.snapshot())
                .orElseThrow(() -> unusable(
                        ahead,
                        "the mirror does not hold it",
                        "see agent-replica verify --mirror; its content is in the filestore"));
        events.report(new ReplicaEvent.StepBegan(ahead.snapshot(), Step.STAGE));
        PlanSet plans = staged(ahead, manifest);
        RewriteNotes.report(ahead.snapshot(), steps.rewritten(), events);
        intents.forward(ahead.version(plans));
    }

    private void requireLoaded(Ahead ahead) {
        if (!loader.holding(ahead.snapshot()).equals(Optional.of(ahead.database()))) {
            throw unusable(
                    ahead,
                    "the database that was loaded for it is gone, or is not whole",
                    "someone dropped or renamed it, or PostgreSQL was restarted and emptied its unlogged tables");
        }
    }

    private PlanSet staged(Ahead ahead, Manifest manifest) {
        return TimeLimit.on(
                () -> steps.stage(manifest, progress(ahead)),
                limit,
                () -> unusable(
                        ahead,
                        "staging its files did not end within " + limit.toSeconds() + " s",
                        "they are in the mirror and in the filestore: docs/restore-by-hand.md brings them back"));
    }

    private Progress progress(Ahead ahead) {
        return (step, done, total) ->
                events.report(new ReplicaEvent.StepProgressed(ahead.snapshot(), Step.STAGE, done, total));
    }

    private static UnderstudyException unusable(Ahead ahead, String why, String hint) {
        return new UnderstudyException(ErrorCode.LOAD_FAILED, "cannot apply " + ahead.snapshot() + ": " + why, hint);
    }
}
