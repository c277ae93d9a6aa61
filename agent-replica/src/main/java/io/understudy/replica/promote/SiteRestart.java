package io.understudy.replica.promote;

import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.Step;
import io.understudy.replica.state.RetryLog;
import io.understudy.site.SiteService;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * The site, restarted as production.
 *
 * @param failure why it did not come up healthy
 * @param steps how long it took, as far as it came
 */
record SiteRestart(Optional<UnderstudyException> failure, Map<Step, Duration> steps) {
    /** It was not to be restarted. */
    static SiteRestart none() {
        return new SiteRestart(Optional.empty(), Map.of());
    }

    static SiteRestart of(SiteService site, Ticker ticker) {
        Map<Step, Duration> steps = new EnumMap<>(Step.class);
        try {
            long start = ticker.nanos();
            site.restart();
            steps.put(Step.RESTART, ticker.since(start));
            start = ticker.nanos();
            site.prove();
            steps.put(Step.PROVE, ticker.since(start));
            return new SiteRestart(Optional.empty(), steps);
        } catch (RuntimeException e) {
            return new SiteRestart(Optional.of(RetryLog.wrap(e, "restart the site")), steps);
        }
    }
}
