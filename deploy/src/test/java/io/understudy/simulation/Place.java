package io.understudy.simulation;

import io.understudy.testing.FakeTicker;
import io.understudy.testing.InMemoryFilestore;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** One of the filestores of a run: what it holds, and what the observers saw happen in it. */
final class Place {
    /** @param at the event of its appearance here */
    record Claim(int epoch, String server, long at) {}

    final String name;
    final InMemoryFilestore truth;
    /** The snapshots that were committed, or copied, into it and exist. */
    final TreeMap<String, Genuine> kept = new TreeMap<>();

    final TreeMap<Integer, Claim> claims = new TreeMap<>();
    private final Map<String, String> writers = new HashMap<>();
    private final Map<String, Long> written = new HashMap<>();

    Place(String name, FakeTicker time) {
        this.name = name;
        this.truth = new InMemoryFilestore(time);
    }

    Optional<byte[]> object(String key) {
        return StoreWatch.object(truth, key);
    }

    boolean has(String key) {
        return truth.stat(key).isPresent();
    }

    void written(String server, String key, long at) {
        written.put(key, at);
        writers.put(key, server);
    }

    /** Who wrote the object last. */
    Optional<String> writer(String key) {
        return Optional.ofNullable(writers.get(key));
    }

    boolean isRewrittenSince(String key, long event) {
        return written.getOrDefault(key, 0L) > event;
    }

    int highestEpoch() {
        return claims.isEmpty() ? 0 : claims.lastKey();
    }

    Optional<Claim> above(int epoch) {
        return Optional.ofNullable(claims.higherEntry(epoch)).map(Map.Entry::getValue);
    }
}
