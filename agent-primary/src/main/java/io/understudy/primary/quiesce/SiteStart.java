package io.understudy.primary.quiesce;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.events.PrimaryPoint;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** One attempt to start a site that is down, by the one who has the {@link SiteTurn}. No interrupt ends it. */
public final class SiteStart {
    private final QuiesceCommands commands;
    private final SiteState state;
    private final StartRight right;
    private final Events events;

    public SiteStart(QuiesceCommands commands, SiteState state, StartRight right, Events events) {
        this.commands = commands;
        this.state = state;
        this.right = right;
        this.events = events;
    }

    /**
     * Where this server may not run the site, it stays stopped: what a start that was begun before left running is
     * stopped, and nothing starts it because of this note later.
     *
     * @param known why it may not, as the caller knows
     * @return why it is stopped for good, which was reported; empty: it runs
     * @throws UnderstudyException {@code COMMAND_*} where it cannot be started, or must be stopped and cannot: it is to
     *     be tried again
     */
    Optional<UnderstudyException> run(Optional<UnderstudyException> known) {
        AtomicReference<Optional<UnderstudyException>> refused = new AtomicReference<>(Optional.empty());
        // Its notes are written there, too: a thread that is interrupted writes no file.
        Uninterrupted.run("quiesce-starting", () -> refused.set(refused(known)));
        return refused.get();
    }

    private Optional<UnderstudyException> refused(Optional<UnderstudyException> known) {
        Optional<UnderstudyException> refusal = known.or(right::refusal);
        if (refusal.isEmpty()) {
            state.enter(SitePhase.STARTING);
            state.begin();
            commands.start();
            // Fenced while the start ran, it may have come behind the command that stops a fenced site.
            refusal = right.refusal();
        }
        refusal.ifPresent(this::giveUp);
        if (refusal.isEmpty()) {
            state.end();
            state.enter(SitePhase.RUNNING);
            PrimaryPoint.SITE_STARTED.reached();
        }
        return refusal;
    }

    private void giveUp(UnderstudyException why) {
        if (isToBeStopped(why)) {
            state.enter(SitePhase.STOPPING);
            try {
                commands.stop();
            } catch (UnderstudyException e) {
                throw new UnderstudyException(
                        e.code(),
                        why.getMessage() + "; but some of it may run, and it does not stop: " + e.getMessage(),
                        "stop it by its own command",
                        e);
            }
        }
        state.end();
        state.enter(SitePhase.STOPPED_FOR_GOOD);
        events.report(new PrimaryEvent.SiteNotStarted(why));
    }

    /** What was begun before this process is the other agent's in backup mode: it may run the site as a standby. */
    private boolean isToBeStopped(UnderstudyException why) {
        return state.hasBegun() || state.phase().mayRun() && why.code() != ErrorCode.BACKUP_MODE;
    }
}
