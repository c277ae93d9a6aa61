package io.understudy.replica.app;

import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.forecast.Forecast;
import io.understudy.tasks.DaemonThreads;
import io.understudy.time.Ticker;
import io.understudy.time.WarnOnce;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Makes a forecast every half minute, for monitoring. Its thread, which may wait for the filestore and for the database
 * server, runs from {@link #start} to {@link #close}.
 */
final class ForecastWatch implements AutoCloseable {
    private static final int SECONDS = 30;

    private final Supplier<Forecast> forecast;
    private final Consumer<Forecast> shows;
    private final Events events;
    private final ScheduledExecutorService executor =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("forecast"));
    private final WarnOnce warnOnce;

    /** @param shows gets each forecast */
    ForecastWatch(Supplier<Forecast> forecast, Consumer<Forecast> shows, Events events, Ticker ticker) {
        this.forecast = forecast;
        this.shows = shows;
        this.events = events;
        this.warnOnce = new WarnOnce(ticker);
    }

    ForecastWatch start() {
        executor.scheduleWithFixedDelay(this::look, 1, SECONDS, TimeUnit.SECONDS);
        return this;
    }

    /** One forecast, now. */
    void look() {
        try {
            shows.accept(forecast.get());
            warnOnce.well();
        } catch (UnderstudyException e) {
            if (warnOnce.isDue(e.getMessage())) {
                events.report(new ReplicaEvent.LookFailed("what stands in the way of a switch", e));
            }
        } catch (RuntimeException e) {
            events.report(new CommonEvent.Defect("the forecast", e));
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
