package io.understudy.simulation;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How often runs came to each check, and how many of them did. Not thread-safe. */
final class Reached {
    private final Map<Check, Integer> times = new EnumMap<>(Check.class);
    private final Map<Check, Integer> runs = new EnumMap<>(Check.class);

    /** Something is compared. */
    void at(Check check) {
        times.merge(check, 1, Integer::sum);
    }

    int times(Check check) {
        return times.getOrDefault(check, 0);
    }

    /** One more run is played. */
    void add(Reached run) {
        run.times.forEach((check, count) -> {
            times.merge(check, count, Integer::sum);
            runs.merge(check, 1, Integer::sum);
        });
    }

    /** Those that no run came to. */
    List<Check> never() {
        return Arrays.stream(Check.values()).filter(check -> times(check) == 0).toList();
    }

    /** One line for each check. */
    List<String> lines() {
        return Arrays.stream(Check.values())
                .map(check -> String.format(
                        Locale.ROOT, "%9d in %5d runs  %s", times(check), runs.getOrDefault(check, 0), check.text))
                .toList();
    }
}
