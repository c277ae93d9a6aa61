package io.understudy.simulation;

import io.understudy.config.HoldSettings;
import io.understudy.config.HoldSettings.Drops;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Watches holds, in every fourth run: what a promotion would serve has not lost most rows of a table since what is
 * live, or since what an operator accepted.
 */
final class HoldWatch {
    private static final int LIMIT = 50;
    private static final int LEAST = 3;

    private final boolean on;
    private final Run run;
    private final Map<String, TreeSet<String>> accepted = new HashMap<>();

    HoldWatch(long seed, Run run) {
        this.on = seed % 4 == 1;
        this.run = run;
    }

    boolean isOn() {
        return on;
    }

    HoldSettings settings() {
        return on
                ? new HoldSettings(
                        new Drops(Optional.of(LIMIT), Optional.empty(), Optional.empty()),
                        Optional.empty(),
                        false,
                        List.of(),
                        Duration.ofSeconds(1),
                        false,
                        LEAST,
                        20,
                        1 << 20)
                : HoldSettings.NONE;
    }

    /** An operator is about to accept it. */
    void accepting(Server server, String snapshot) {
        accepted.computeIfAbsent(server.name, none -> new TreeSet<>()).add(snapshot);
    }

    /** @param ahead what is said to be ahead now */
    void requireWithin(Server server, String ahead) {
        String live = server.record().at("/state/current/snapshot").asText("");
        if (!on || live.isEmpty() || ahead.compareTo(live) <= 0) {
            return;
        }
        run.reached.at(Check.HELD);
        String last = accepted.getOrDefault(server.name, new TreeSet<>()).floor(ahead);
        String against = last != null && last.compareTo(live) > 0 ? last : live;
        if (isBeyond(against, ahead) && isBeyond(live, ahead)) {
            throw Promise.NEVER_BACKWARD.broken(server.name + ": a promotion would serve " + ahead
                    + ", which lost most rows since " + against + ", and no operator accepted it");
        }
    }

    private boolean isBeyond(String before, String now) {
        Map<String, String> olds = tables(before);
        Map<String, String> news = tables(now);
        return olds.entrySet().stream().anyMatch(table -> {
            long rows = table.getValue().lines().count();
            long left = news.getOrDefault(table.getKey(), "").lines().count();
            return rows >= LEAST && (rows - left) * 100 > rows * LIMIT;
        });
    }

    private Map<String, String> tables(String snapshot) {
        return run.store
                .genuine(snapshot)
                .map(genuine -> genuine.content().tables())
                .orElse(Map.of());
    }
}
