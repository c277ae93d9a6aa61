package io.understudy.sites;

import io.understudy.config.Settings;
import io.understudy.config.SitePlaces;
import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.failure.Unexpected;
import io.understudy.sites.SiteState.Phase;
import io.understudy.tasks.SiteThreads;
import io.understudy.time.Backoff;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * One site of the process, on a thread of its own: reads its configuration, runs its agent, and does so again after a
 * pause where either failed.
 */
final class SiteRun {
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
    /** How long the end of the process waits for a site that is not up, and so has nothing to end in order. */
    private static final Duration NOT_UP = Duration.ofSeconds(3);

    private final String site;
    private final Supplier<Settings> configuration;
    private final Parts parts;
    private final AllPlaces places;
    private final Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE, new SplittableRandom());
    private final Thread thread;
    private volatile SiteState state;
    private volatile SiteAgent agent;
    private volatile boolean stopping;
    private String lastFailure = "";

    /** What all sites of the process have in common. */
    record Parts(Role role, Events events, Clock clock, Ticker ticker) {}

    /** @param configuration reads it, each time */
    SiteRun(String site, Supplier<Settings> configuration, Parts parts, AllPlaces places) {
        this.site = site;
        this.configuration = configuration;
        this.parts = parts;
        this.places = places;
        this.state = SiteState.starting(site, parts.clock().instant());
        this.thread = new Thread(SiteThreads.of(site, this::run), "site-" + site);
        // Where it hangs, it keeps the process from ending no longer than its stop waits.
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    SiteState state() {
        return state;
    }

    /** Begins its end, and waits for nothing. */
    void stop() {
        stopping = true;
        SiteAgent running = agent;
        if (running != null) {
            running.ending();
        }
        thread.interrupt();
    }

    /**
     * Waits until it has ended: one that is up as long as its role may take, any other a few seconds.
     *
     * @param since its stop
     * @return whether it has
     */
    boolean awaitEnd(Duration since) throws InterruptedException {
        Duration limit = state.isUp() ? parts.role().limit() : NOT_UP;
        thread.join(Math.max(1, limit.minus(since).toMillis()));
        return !thread.isAlive();
    }

    private void run() {
        boolean first = true;
        while (!stopping) {
            try {
                attempt(first);
            } catch (InterruptedException e) {
                // By stop; any other only ends this attempt.
            } catch (RuntimeException | Error e) {
                failed(Unexpected.of("run site " + site, e));
            }
            first = false;
            pause();
        }
        state = state.to(Phase.STOPPED, parts.clock().instant());
    }

    private void attempt(boolean first) throws InterruptedException {
        state = state.to(Phase.STARTING, parts.clock().instant());
        Settings settings = settings(first);
        places.awaitAll();
        places.requireOwn(site);
        state = state.at(parts.role().address().apply(settings).map(Object::toString));
        try (SiteAgent made = parts.role().maker().make(settings)) {
            agent = made;
            if (!stopping) {
                made.run(this::up);
            }
        } finally {
            agent = null;
        }
        if (!stopping) {
            throw new UnderstudyException(
                    ErrorCode.INTERNAL,
                    "the agent of site " + site + " ended by itself",
                    "see the cause in the log; it is started again");
        }
    }

    private Settings settings(boolean first) {
        try {
            Settings settings = configuration.get();
            places.put(SitePlaces.of(settings));
            return settings;
        } catch (RuntimeException e) {
            places.forget(site);
            throw e;
        } finally {
            if (first) {
                places.seen();
            }
        }
    }

    private void up() {
        backoff.reset();
        lastFailure = "";
        state = state.to(Phase.UP, parts.clock().instant());
        parts.events().report(new CommonEvent.SiteRuns(site));
    }

    private void failed(UnderstudyException why) {
        if (stopping) {
            return;
        }
        state = state.down(why, parts.clock().instant());
        boolean again = why.getMessage().equals(lastFailure);
        lastFailure = why.getMessage();
        parts.events().report(new CommonEvent.SiteFails(site, why, again));
    }

    private void pause() {
        // What an agent's end left would cut the pause short.
        Thread.interrupted();
        if (stopping) {
            return;
        }
        try {
            parts.ticker().sleep(backoff.next());
        } catch (InterruptedException e) {
            // By stop, which the loop sees.
        }
    }
}
