package io.understudy.sites;

import io.understudy.failure.UnderstudyException;
import java.time.Instant;
import java.util.Optional;

/**
 * What is known of one site of the process.
 *
 * @param since it is so
 * @param why it does not run
 * @param address of its own status page
 */
record SiteState(String site, Phase phase, Instant since, Optional<UnderstudyException> why, Optional<String> address) {
    /** How far its agent is. */
    enum Phase {
        /** Its configuration is read, or its agent starts. */
        STARTING("starts"),
        UP("runs"),
        /** It waits for the next attempt. */
        DOWN("does not run"),
        STOPPED("has stopped");

        private final String text;

        Phase(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    static SiteState starting(String site, Instant now) {
        return new SiteState(site, Phase.STARTING, now, Optional.empty(), Optional.empty());
    }

    SiteState to(Phase next, Instant now) {
        return new SiteState(site, next, now, Optional.empty(), address);
    }

    SiteState at(Optional<String> where) {
        return new SiteState(site, phase, since, why, where);
    }

    /** It keeps since when it is so. */
    SiteState down(UnderstudyException failure, Instant now) {
        return new SiteState(site, Phase.DOWN, now, Optional.of(failure), address);
    }

    boolean isUp() {
        return phase == Phase.UP;
    }
}
