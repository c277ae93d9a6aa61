package io.understudy.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/** Looks at a value again and again in a thread of its own, until it is closed. A look that fails ends it. */
final class Sampler implements AutoCloseable {
    private final List<Double> values = Collections.synchronizedList(new ArrayList<>());
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread daemon = new Thread(work, "sampler");
        daemon.setDaemon(true);
        return daemon;
    });
    private volatile RuntimeException failure;

    private Sampler() {}

    static Sampler every(Duration pause, DoubleSupplier look) {
        Sampler sampler = new Sampler();
        sampler.thread.scheduleAtFixedRate(() -> sampler.look(look), 0, pause.toMillis(), TimeUnit.MILLISECONDS);
        return sampler;
    }

    private void look(DoubleSupplier look) {
        try {
            values.add(look.getAsDouble());
        } catch (RuntimeException e) {
            failure = e;
            throw e;
        }
    }

    /** All so far. @throws IllegalStateException when a look failed */
    Sample values() {
        if (failure != null) {
            throw new IllegalStateException("a look failed", failure);
        }
        synchronized (values) {
            return new Sample(values);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
