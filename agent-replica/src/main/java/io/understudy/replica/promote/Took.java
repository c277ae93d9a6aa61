package io.understudy.replica.promote;

import io.understudy.replica.events.Step;
import java.time.Duration;
import java.util.Map;

/**
 * How long a promotion took.
 *
 * @param look to look into the filestore for a newer snapshot, and to load it
 * @param ahead to apply and prove what was loaded ahead
 * @param claim to claim the epoch
 * @param site the site's restart and proof as production, as far as they came
 * @param all of it
 */
public record Took(Duration look, Duration ahead, Duration claim, Map<Step, Duration> site, Duration all) {
    public static final Took NOTHING = new Took(Duration.ZERO, Duration.ZERO, Duration.ZERO, Map.of(), Duration.ZERO);

    public Took {
        site = Map.copyOf(site);
    }
}
