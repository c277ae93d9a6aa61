package io.understudy.replica.promote;

import io.understudy.failure.UnderstudyException;
import java.util.Optional;

/**
 * Where what a promoted server serves comes from.
 *
 * @param ahead whether the promotion itself made it live: it was loaded ahead of what was live before
 * @param why what was ahead is not served although it was to be; empty otherwise
 */
public record Origin(boolean ahead, Optional<UnderstudyException> why) {
    /** What was live is served, and nothing else was to be. */
    public static final Origin LIVE = new Origin(false, Optional.empty());

    static final Origin AHEAD = new Origin(true, Optional.empty());

    static Origin not(UnderstudyException why) {
        return new Origin(false, Optional.of(why));
    }
}
