package io.understudy.metrics;

import io.understudy.config.HostPort;
import io.understudy.config.Settings;
import io.understudy.events.Events;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.Filestores;
import io.understudy.tasks.Services;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Supplier;

/** What a daemon shows to monitoring: its metrics, whether its filestore works, and the addresses that answer. */
public final class Monitoring {
    private final Metrics metrics;
    private final FilestoreHealth filestore;

    /**
     * @param role of the agent: {@code primary} or {@code replica}
     * @param repository the filestore's URL
     */
    public Monitoring(String site, String role, String version, String repository) {
        this.metrics = new Metrics(site, role, version);
        this.filestore = new FilestoreHealth(metrics, repository, Clock.systemUTC());
    }

    public static Monitoring of(Settings settings, String role, String version) {
        return new Monitoring(
                settings.site(), role, version, settings.filestore().url().toString());
    }

    public Metrics metrics() {
        return metrics;
    }

    /** The filestore of these settings, whose requests are counted here. */
    public Filestore open(Settings.FilestoreSettings settings) {
        return Filestores.open(settings, new Events(Clock.systemUTC(), filestore), Ticker.system());
    }

    /**
     * Asks the filestore, and answers on the address where there is one, from its start to its end.
     *
     * @param events receives that the filestore is lost, or found again
     * @param ready whether the agent does its job, but for the filestore
     */
    public Services.Service service(
            Optional<HostPort> address, Filestore store, Events events, Supplier<Probe> health, Supplier<Probe> ready) {
        return () -> {
            Services running = new Services(failure -> {});
            try {
                running.start(() -> new FilestoreProbe(store, filestore, events).start());
                address.ifPresent(each -> running.start(
                        () -> HttpEndpoint.start(each, metrics, health, () -> filestore.ready(ready.get()))));
            } catch (RuntimeException e) {
                running.close();
                throw e;
            }
            return running;
        };
    }
}
