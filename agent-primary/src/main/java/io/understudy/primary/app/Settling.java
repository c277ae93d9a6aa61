package io.understudy.primary.app;

import io.understudy.time.Ticker;
import java.time.Duration;

/**
 * The first seconds of a server that becomes the primary. Its site is restarted as production at this moment, and
 * visitors wait for it, so no snapshot takes processor, disk and database from it. The first snapshot of an epoch
 * is not urgent: its standbys have to leave their former epoch first. What an operator asks for is taken at once.
 *
 * <p>Not thread-safe.
 */
final class Settling {
    /** Most sites are restarted within that. */
    static final Duration TIME = Duration.ofSeconds(3);

    private final Ticker ticker;
    private boolean wasStandby;
    private boolean lasts;
    private long since;

    Settling(Ticker ticker) {
        this.ticker = ticker;
    }

    /** @param role at this look; one after the other */
    void look(Role role) {
        if (role == Role.REPLICA) {
            wasStandby = true;
            lasts = false;
        } else if (role == Role.PRIMARY && wasStandby) {
            wasStandby = false;
            lasts = true;
            since = ticker.nanos();
        }
        lasts = lasts && ticker.since(since).compareTo(TIME) < 0;
    }

    /** Whether snapshots are to wait, as of the last look. */
    boolean lasts() {
        return lasts;
    }
}
