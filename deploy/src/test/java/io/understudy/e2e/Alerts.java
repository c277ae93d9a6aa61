package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.rehearsal.Deadline;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Which alerts fire, and which have shown that they fire and that they clear. Names are given without "Understudy". */
final class Alerts {
    private static final Duration LIMIT = Duration.ofSeconds(120);

    private final LivePrometheus prometheus;
    private final Set<String> fired = new HashSet<>();
    private final Set<String> cleared = new TreeSet<>();

    Alerts(LivePrometheus prometheus) {
        this.prometheus = prometheus;
    }

    /** Returns when none of these fires, before their faults. */
    void awaitSilence(String... names) {
        Set<String> left = new HashSet<>(full(names));
        await("stay silent", left, () -> left.retainAll(prometheus.firing()));
    }

    /** Returns when each of these has fired. */
    void awaitFiring(String... names) {
        Set<String> missing = new HashSet<>(full(names));
        await("fire", missing, () -> missing.removeAll(prometheus.firing()));
        fired.addAll(full(names));
    }

    /** Returns when each of these, which fired, was seen silent. */
    void awaitCleared(String... names) {
        assertThat(fired).containsAll(full(names));
        Set<String> left = new HashSet<>(full(names));
        await("clear", left, () -> left.retainAll(prometheus.firing()));
        cleared.addAll(full(names));
    }

    /** Each fired and cleared. */
    Set<String> proven() {
        return cleared;
    }

    private static void await(String what, Set<String> waiting, Runnable look) {
        try {
            Deadline.await("alerts " + what, LIMIT, () -> {
                look.run();
                return waiting.isEmpty();
            });
        } catch (AssertionError e) {
            throw new AssertionError("these alerts do not " + what + ": " + waiting, e);
        }
    }

    private static List<String> full(String... names) {
        return List.of(names).stream().map(name -> "Understudy" + name).toList();
    }
}
