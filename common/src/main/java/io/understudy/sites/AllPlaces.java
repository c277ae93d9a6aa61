package io.understudy.sites;

import io.understudy.config.SitePlaces;
import io.understudy.failure.UnderstudyException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What each site of the process has for itself, as far as its configuration was read. A site starts when all others
 * have said theirs, or after a limit, so that of two which share something neither starts; one that runs already runs
 * on. Thread-safe.
 */
final class AllPlaces {
    private final Map<String, SitePlaces> known = new TreeMap<>();
    private final Duration limit;
    private final CountDownLatch first;

    /** @param limit how long a site waits for the configuration of another one that can't be read now */
    AllPlaces(int sites, Duration limit) {
        this.limit = limit;
        this.first = new CountDownLatch(sites);
    }

    /** Once a site, when its configuration was read for the first time, or could not be. */
    void seen() {
        first.countDown();
    }

    synchronized void put(SitePlaces places) {
        known.put(places.site(), places);
    }

    /** Its configuration can't be used: it keeps no other from starting. */
    synchronized void forget(String site) {
        known.remove(site);
    }

    void awaitAll() throws InterruptedException {
        first.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** @throws UnderstudyException {@code CONFIG_INVALID} with all that it shares with the others */
    synchronized void requireOwn(String site) {
        SitePlaces mine = known.get(site);
        List<String> shared = known.values().stream()
                .filter(other -> !other.site().equals(site))
                .flatMap(other -> mine.sharedWith(other).stream())
                .toList();
        SitePlaces.requireNone(site, shared);
    }
}
