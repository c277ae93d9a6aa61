package io.understudy.testing;

import io.understudy.config.S3Options;
import io.understudy.config.Settings.CommitRule;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.config.Settings.NamedFilestore;
import io.understudy.config.Settings.RateLimits;
import io.understudy.config.Settings.RetentionSettings;
import io.understudy.config.SshOptions;
import io.understudy.failure.ErrorCode;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.several.SeveralFilestores;
import io.understudy.filestore.several.SeveralFilestores.Opened;
import io.understudy.testing.Faults.Fail;
import io.understudy.time.DailyWindow;
import io.understudy.time.Ticker;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Several filestores in memory as one, called main, second, third. */
public final class SeveralInMemory {
    private static final List<String> NAMES = List.of("main", "second", "third");
    private static final Duration HOLD_UP = Duration.ofMinutes(1);

    private SeveralInMemory() {}

    /** @param holdUps how long one may hold up the others, by its name; where it is not named, a minute */
    public static SeveralFilestores withLimits(
            CommitRule rule, Ticker ticker, Map<String, Duration> holdUps, Filestore... stores) {
        return of(rule, ticker, holdUps, Map.of(), Map.of(), Clock.systemUTC(), stores);
    }

    /** @param windows by the store's name, such as {@code 22:00-06:00} */
    public static SeveralFilestores of(
            CommitRule rule, FakeTicker time, Map<String, String> windows, Filestore... stores) {
        return of(rule, time, Map.of(), windows, Map.of(), time.clock(), stores);
    }

    /** @param rules by the store's name, of those with retention of their own */
    public static SeveralFilestores withRules(
            CommitRule rule, FakeTicker time, Map<String, RetentionSettings> rules, Filestore... stores) {
        return of(rule, time, Map.of(), Map.of(), rules, time.clock(), stores);
    }

    private static SeveralFilestores of(
            CommitRule rule,
            Ticker ticker,
            Map<String, Duration> holdUps,
            Map<String, String> windows,
            Map<String, RetentionSettings> rules,
            Clock clock,
            Filestore... stores) {
        List<Opened> opened = new ArrayList<>();
        for (Filestore store : stores) {
            String name = NAMES.get(opened.size());
            FilestoreSettings place = new FilestoreSettings(
                    URI.create("file:///" + name),
                    Duration.ofSeconds(5),
                    RateLimits.NONE,
                    S3Options.NONE,
                    SshOptions.NONE);
            Optional<DailyWindow> window =
                    Optional.ofNullable(windows.get(name)).map(DailyWindow::parse);
            opened.add(new Opened(
                    new NamedFilestore(
                            name,
                            holdUps.getOrDefault(name, HOLD_UP),
                            window,
                            Optional.ofNullable(rules.get(name)),
                            place),
                    store));
        }
        return SeveralFilestores.of(opened, rule, ticker, clock);
    }

    public static SeveralFilestores of(CommitRule rule, Ticker ticker, Filestore... stores) {
        return withLimits(rule, ticker, Map.of(), stores);
    }

    /** From now on it does not answer. */
    public static void takeAway(InMemoryFilestore store) {
        store.inject(Faults.always(new Fail(ErrorCode.FILESTORE_UNREACHABLE)));
    }

    public static void bringBack(InMemoryFilestore store) {
        store.inject(Faults.none());
    }
}
