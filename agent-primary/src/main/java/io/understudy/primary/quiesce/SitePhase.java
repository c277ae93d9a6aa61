package io.understudy.primary.quiesce;

import java.util.EnumSet;
import java.util.Set;

/**
 * Where the site is, as far as snapshots stop and start it. {@link SiteState} makes each of these transitions durable
 * before what it permits is done:
 *
 * <pre>
 * from               to
 * RUNNING            STOPPING
 * STOPPING           QUIET, STARTING, STOPPED_FOR_GOOD
 * QUIET              STARTING, STOPPING, STOPPED_FOR_GOOD
 * STARTING           RUNNING, STOPPING, STOPPED_FOR_GOOD
 * STOPPED_FOR_GOOD   STOPPING
 * </pre>
 *
 * A disk that takes no note skips some: so STOPPING and QUIET lead to RUNNING, too, and each phase to itself.
 */
public enum SitePhase {
    /** Nothing is to be started; what was frozen may be left. */
    RUNNING,
    /** A command that stops it may have begun. */
    STOPPING,
    /** It is stopped. */
    QUIET,
    /** A command that starts it may have begun; none has ended well. */
    STARTING,
    /** This server may not run it any more: nothing starts it. */
    STOPPED_FOR_GOOD;

    /** Whether it is to be started. */
    public boolean isDown() {
        return this == STOPPING || this == QUIET || this == STARTING;
    }

    /** Whether some of it may run though it is to be stopped. */
    boolean mayRun() {
        return this == STOPPING || this == STARTING;
    }

    boolean leadsTo(SitePhase next) {
        return next == this || next().contains(next);
    }

    private Set<SitePhase> next() {
        return switch (this) {
            case RUNNING, STOPPED_FOR_GOOD -> EnumSet.of(STOPPING);
            case STOPPING -> EnumSet.of(QUIET, STARTING, STOPPED_FOR_GOOD, RUNNING);
            case QUIET -> EnumSet.of(STARTING, STOPPING, STOPPED_FOR_GOOD, RUNNING);
            case STARTING -> EnumSet.of(RUNNING, STOPPING, STOPPED_FOR_GOOD);
        };
    }
}
