package io.understudy.replica.app;

import io.understudy.replica.drill.DrillResults;
import io.understudy.replica.forecast.Forecast;
import io.understudy.twoprimaries.GuardView;
import java.util.Optional;

/**
 * What a promotion would meet.
 *
 * @param epoch the highest one in the repository, as it was seen last; 0 for none
 */
public record Outlook(
        Optional<HoldView> held,
        Optional<Forecast> forecast,
        GuardView guard,
        Optional<DrillResults.Content> drill,
        int epoch) {
    public static final Outlook NONE =
            new Outlook(Optional.empty(), Optional.empty(), GuardView.NONE, Optional.empty(), 0);

    Outlook holding(Optional<HoldView> now) {
        return new Outlook(now, forecast, guard, drill, epoch);
    }

    Outlook with(Forecast seen) {
        return new Outlook(held, Optional.of(seen), guard, drill, epoch);
    }

    Outlook with(GuardView seen) {
        return new Outlook(held, forecast, seen, drill, epoch);
    }

    Outlook rehearsed(Optional<DrillResults.Content> known) {
        return new Outlook(held, forecast, guard, known, epoch);
    }

    Outlook seeing(int highest) {
        return new Outlook(held, forecast, guard, drill, highest);
    }
}
