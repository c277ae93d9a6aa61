package io.understudy.metrics;

import io.understudy.events.CommonEvent;
import io.understudy.events.Event;
import io.understudy.events.EventSink;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Whether the filestore works: by what {@link FilestoreProbe} finds every ten seconds, and by what the agent's own
 * requests show. A request that failed counts until one of its kind succeeds, until the probe finds the filestore again
 * after it was lost, or for 15 minutes: so a disk that is full, or a listing without an end, is seen though the probe
 * succeeds, and a request that is seldom made does not keep an old failure. Thread-safe.
 */
public final class FilestoreHealth implements EventSink {
    private static final Duration COUNTS = Duration.ofMinutes(15);

    /** What a finding of the probe is after the last one. */
    enum Change {
        NONE,
        /** The first finding is good. */
        WORKS,
        LOST,
        FOUND
    }

    private final Metrics metrics;
    private final String repository;
    private final Clock clock;
    private final Map<String, Instant> failed = new TreeMap<>();
    private Optional<String> lost = Optional.of("it was not asked yet");
    private boolean asked;

    /** @param repository the label: the filestore's URL, which holds no secret */
    FilestoreHealth(Metrics metrics, String repository, Clock clock) {
        this.metrics = metrics;
        this.repository = repository;
        this.clock = clock;
        metrics.watch(Metric.REPOSITORY_UP, this::up, repository);
    }

    @Override
    public void receive(Event event, Instant at) {
        if (event instanceof CommonEvent.FilestoreAnswered answered) {
            metrics.set(Metric.REPOSITORY_LATENCY_SECONDS, answered.took().toNanos() / 1e9, repository);
        } else if (event instanceof CommonEvent.FilestoreSeen seen) {
            request(seen, at);
        }
    }

    private synchronized void request(CommonEvent.FilestoreSeen seen, Instant at) {
        if (seen.available()) {
            failed.remove(seen.operation());
        } else {
            failed.put(seen.operation(), at);
        }
    }

    /**
     * Takes what the probe found.
     *
     * @param why the filestore does not work; empty when it does
     * @return what that is after the last finding
     */
    synchronized Change probed(Optional<String> why) {
        Change news = change(why.isEmpty());
        if (asked && lost.isPresent() && why.isEmpty()) {
            failed.clear();
        }
        asked = true;
        lost = why;
        return news;
    }

    private Change change(boolean good) {
        if (!asked && good) {
            return Change.WORKS;
        }
        return asked && lost.isEmpty() == good ? Change.NONE : good ? Change.FOUND : Change.LOST;
    }

    /** What is wrong with it, as a sentence; empty when it works. */
    synchronized Optional<String> fault() {
        failed.values().removeIf(when -> Duration.between(when, clock.instant()).compareTo(COUNTS) > 0);
        return lost.map(why -> "the filestore does not work: " + why)
                .or(() -> Optional.of(failed.keySet())
                        .filter(operations -> !operations.isEmpty())
                        .map(operations -> "requests to the filestore failed: " + String.join(", ", operations)));
    }

    /** An agent that is ready but for its filestore is not. */
    Probe ready(Probe otherwise) {
        return otherwise.ok() ? fault().map(Probe::down).orElse(otherwise) : otherwise;
    }

    private synchronized double up() {
        return !asked ? Double.NaN : fault().isEmpty() ? 1 : 0;
    }
}
