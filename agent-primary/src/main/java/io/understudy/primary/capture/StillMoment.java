package io.understudy.primary.capture;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.capture.Quiesce.Still;
import java.util.function.Function;

/**
 * Takes a moment while the site is still. A capture whose first moment was lost takes another one while the site runs
 * again: that one is of no use, and the whole capture begins again with a site that is stopped once more.
 */
final class StillMoment {
    private static final int MOST = 3;

    private StillMoment() {}

    /** The site ran when the moment was taken. */
    private static final class SiteRan extends RuntimeException {
        private static final long serialVersionUID = 1;

        SiteRan() {
            super("the site ran when the moment was taken", null, false, false);
        }
    }

    /**
     * @param dumps are begun when the site is stopped, and their moments are before that of the capture
     * @param capture is given what to run at each moment
     * @throws UnderstudyException {@code DATABASE_BUSY} when three moments were lost; those of the capture and of
     *     {@link Still}
     */
    static <T> T of(Still still, SiteDumps dumps, Function<Runnable, T> capture) {
        for (int attempt = 1; attempt <= MOST; attempt++) {
            still.stop();
            dumps.begin();
            try {
                return capture.apply(() -> {
                    dumps.awaitFixed(still::requireStill);
                    if (!still.fix()) {
                        throw new SiteRan();
                    }
                });
            } catch (SiteRan e) {
                // With a site that is stopped again, and not while it waits for dumps that are of no use.
                dumps.close();
            }
        }
        throw new UnderstudyException(
                ErrorCode.DATABASE_BUSY,
                "cannot take a snapshot of the quiet site: " + MOST + " moments were lost, for other sessions changed"
                        + " the schema or waited for a lock",
                "look which sessions do that while the site is stopped; it is tried again with the next snapshot");
    }
}
