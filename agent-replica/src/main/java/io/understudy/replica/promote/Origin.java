package io.understudy.replica.promote;

import io.understudy.failure.UnderstudyException;
import java.util.Optional;

/**
 * Where what a promoted server serves comes from.
 *
 * @param ahead whether the promotion itself made it live: it was loaded ahead of what was live before
 * @param why what was ahead is not served although it was to be; empty otherwise
 * @param missed why a newer snapshot that is, or may be, in the filestore is not served; empty where there is none
 */
public record Origin(boolean ahead, Optional<UnderstudyException> why, Optional<UnderstudyException> missed) {
    /** What was live is served, and nothing else was to be. */
    public static final Origin LIVE = new Origin(false, Optional.empty(), Optional.empty());

    static final Origin AHEAD = new Origin(true, Optional.empty(), Optional.empty());

    static Origin not(UnderstudyException why) {
        return new Origin(false, Optional.of(why), Optional.empty());
    }

    Origin missing(Optional<UnderstudyException> newer) {
        return new Origin(ahead, why, newer);
    }
}
