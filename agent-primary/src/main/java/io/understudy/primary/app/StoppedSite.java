package io.understudy.primary.app;

import io.understudy.cli.Problem;
import io.understudy.time.Moments;
import java.time.Instant;
import java.util.Optional;

/**
 * The site of a primary, while a snapshot has it stopped, or did not get it started again ({@code quiesce}).
 *
 * @param since when it was about to be stopped
 * @param error why it still is; empty while it is stopped for no longer than a snapshot may have it stopped
 */
public record StoppedSite(Instant since, Optional<Problem> error) {
    String text() {
        return "stopped for a snapshot since " + Moments.text(since)
                + (error.isPresent() ? ", and NOT started again" : "");
    }

    /** For people, with the hint on a line of its own. */
    String lines() {
        return "stopped    the site is " + text() + "\n"
                + error.map(why -> "wrong      " + why.message() + "\nhint       " + why.hint() + "\n")
                        .orElse("");
    }
}
