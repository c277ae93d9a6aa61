package io.understudy.primary.app;

import io.understudy.cli.Problem;
import io.understudy.events.Event;
import io.understudy.events.EventSink;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.quiesce.SiteState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether snapshots have the site stopped, by the note in the state folder: another process, or the one before this,
 * may have stopped it. Thread-safe.
 */
final class SiteLook implements EventSink {
    private final SiteState state;
    private final Duration planned;
    private final Clock clock;
    private volatile Optional<Failed> failed = Optional.empty();

    /** @param since which stop it did not end */
    private record Failed(Instant since, UnderstudyException why) {}

    /**
     * @param planned how long a snapshot may have the site stopped; after that, and after a start that failed in this
     *     process, something is wrong
     */
    SiteLook(SiteState state, Duration planned, Clock clock) {
        this.state = state;
        this.planned = planned;
        this.clock = clock;
    }

    @Override
    public void receive(Event event, Instant at) {
        if (event instanceof PrimaryEvent.QuiesceStartFailed start) {
            failed = Optional.of(new Failed(state.stopped(), start.why()));
        }
    }

    /** Empty where no snapshot has it stopped. */
    Optional<StoppedSite> get() {
        if (!state.phase().isDown()) {
            return Optional.empty();
        }
        Instant since = state.stopped();
        Optional<UnderstudyException> why =
                failed.filter(each -> each.since().equals(since)).map(Failed::why);
        boolean late = why.isPresent() || !clock.instant().isBefore(since.plus(planned));
        return Optional.of(new StoppedSite(since, late ? Optional.of(Problem.of(down(why))) : Optional.empty()));
    }

    private static UnderstudyException down(Optional<UnderstudyException> why) {
        return new UnderstudyException(
                why.map(UnderstudyException::code).orElse(ErrorCode.COMMAND_FAILED),
                "the site is down: a snapshot stopped it, and it was not started again"
                        + why.map(each -> ": " + each.getMessage()).orElse(""),
                "start it by its own command, then run agent-primary quiesce --resume; a running agent tries to start it,"
                        + " too");
    }
}
