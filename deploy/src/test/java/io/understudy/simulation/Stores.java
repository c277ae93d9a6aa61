package io.understudy.simulation;

import io.understudy.config.S3Options;
import io.understudy.config.Settings.CommitRule;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.config.Settings.NamedFilestore;
import io.understudy.config.Settings.RateLimits;
import io.understudy.config.Settings.RetentionSettings;
import io.understudy.config.SshOptions;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.several.SeveralFilestores;
import io.understudy.filestore.several.SeveralFilestores.Opened;
import io.understudy.testing.FakeTicker;
import io.understudy.time.DailyWindow;
import io.understudy.time.Ticker;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The filestores of a run. Two of three runs have one; the others have two, or three of which the last has a window,
 * half of these runs with {@code commit: all}. The second one has retention of its own.
 */
final class Stores {
    private static final DailyWindow NIGHTS = DailyWindow.parse("20:00-08:00");
    /** Less of one kind than the others keep, more of another. */
    private static final RetentionSettings OF_SECOND = new RetentionSettings(
            Map.of("hourly", 1, "daily", 3), Duration.ofHours(1), 1, DeletionWatch.GRACE, Duration.ofDays(90), true);

    private static final Duration HOLD_UP = Duration.ofMinutes(1);

    final List<Place> places;
    final CommitRule rule;
    private final FakeTicker time;

    Stores(long seed, FakeTicker time) {
        this.time = time;
        this.rule = seed % 2 == 0 ? CommitRule.ALL : CommitRule.ANY;
        this.places = IntStream.range(0, seed % 3 == 0 ? seed % 9 == 0 ? 3 : 2 : 1)
                .mapToObj(number -> new Place(List.of("main", "second", "third").get(number), time))
                .toList();
    }

    boolean areSeveral() {
        return places.size() > 1;
    }

    /** As they are, without trouble and observers. */
    Filestore truth() {
        return joined(place -> place.truth, time, time.clock());
    }

    /** @param each how a process reaches one of them */
    Filestore joined(Function<Place, Filestore> each, Ticker ticker, Clock clock) {
        if (!areSeveral()) {
            return each.apply(places.get(0));
        }
        List<Opened> opened = places.stream()
                .map(place -> new Opened(settings(place), each.apply(place)))
                .toList();
        return SeveralFilestores.of(opened, rule, ticker, clock, name -> new SameThread());
    }

    /** As the configuration of a server has them; empty where there is one. */
    Optional<io.understudy.config.SeveralFilestores> configured() {
        return areSeveral()
                ? Optional.of(new io.understudy.config.SeveralFilestores(
                        rule, places.stream().map(Stores::settings).toList()))
                : Optional.empty();
    }

    private static NamedFilestore settings(Place place) {
        Optional<DailyWindow> window = place.name.equals("third") ? Optional.of(NIGHTS) : Optional.empty();
        FilestoreSettings settings = new FilestoreSettings(
                URI.create("file:///" + place.name),
                Duration.ofSeconds(5),
                RateLimits.NONE,
                S3Options.NONE,
                SshOptions.NONE);
        return new NamedFilestore(
                place.name,
                HOLD_UP,
                window,
                place.name.equals("second") ? Optional.of(OF_SECOND) : Optional.empty(),
                settings);
    }

    /** Of tasks one runs at a time, so one store is asked after the other. */
    private static final class SameThread extends AbstractExecutorService {
        @Override
        public void execute(Runnable work) {
            work.run();
        }

        @Override
        public void shutdown() {}

        @Override
        public List<Runnable> shutdownNow() {
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return true;
        }
    }
}
