package io.understudy.metrics;

import io.understudy.config.HostPort;
import io.understudy.config.Settings;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.config.Settings.NamedFilestore;
import io.understudy.events.Events;
import io.understudy.filestore.Copy;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.Filestores;
import io.understudy.tasks.Services;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** What a daemon shows to monitoring: its metrics, whether its filestore works, and the addresses that answer. */
public final class Monitoring {
    private final Metrics metrics;
    /** By place and provider; of one filestore one. */
    private final Map<String, FilestoreHealth> filestores = new LinkedHashMap<>();

    /**
     * @param role of the agent: {@code primary} or {@code replica}
     * @param repository the filestore's URL
     */
    public Monitoring(String site, String role, String version, String repository) {
        this(site, role, version, Map.of(repository, repository));
    }

    /** @param repositories the label by the key of each filestore */
    private Monitoring(String site, String role, String version, Map<String, String> repositories) {
        this.metrics = new Metrics(site, role, version);
        repositories.forEach(
                (key, label) -> filestores.put(key, new FilestoreHealth(metrics, label, Clock.systemUTC())));
    }

    public static Monitoring of(Settings settings, String role, String version) {
        List<FilestoreSettings> stores = settings.filestore()
                .several()
                .map(several ->
                        several.stores().stream().map(NamedFilestore::settings).toList())
                .orElseGet(() -> List.of(settings.filestore()));
        Map<String, String> labels = new LinkedHashMap<>();
        for (FilestoreSettings each : stores) {
            String url = each.url().toString();
            labels.put(key(each), labels.containsValue(url) ? key(each) : url);
        }
        return new Monitoring(settings.site(), role, version, labels);
    }

    /** Two providers may have a bucket of one name. */
    private static String key(FilestoreSettings store) {
        return store.url()
                + store.s3().endpoint().url().map(place -> " at " + place).orElse("");
    }

    public Metrics metrics() {
        return metrics;
    }

    /** The filestore of these settings, whose requests are counted here, those of several for each of them. */
    public Filestore open(FilestoreSettings settings) {
        return Filestores.open(
                settings, each -> new Events(Clock.systemUTC(), filestores.get(key(each))), Ticker.system());
    }

    /**
     * Asks each filestore, and answers on the address where there is one, from its start to its end.
     *
     * @param events receives that the filestore is lost, or found again
     * @param ready whether the agent does its job, but for the filestore
     */
    public Services.Service service(
            Optional<HostPort> address,
            Filestore store,
            Events events,
            Supplier<Probe> health,
            Supplier<Probe> ready,
            HttpPage page) {
        return () -> {
            Services running = new Services(failure -> {});
            try {
                List<FilestoreHealth> each = List.copyOf(filestores.values());
                List<Copy> copies = store.copies();
                for (int i = 0; i < Math.max(1, copies.size()); i++) {
                    FilestoreProbe probe = copies.isEmpty()
                            ? new FilestoreProbe(store, Optional.empty(), each.get(i), events)
                            : new FilestoreProbe(
                                    copies.get(i).store(),
                                    Optional.of(copies.get(i).name()),
                                    each.get(i),
                                    events);
                    running.start(probe::start);
                }
                address.ifPresent(at ->
                        running.start(() -> HttpEndpoint.start(at, metrics, health, () -> ready(ready.get()), page)));
            } catch (RuntimeException e) {
                running.close();
                throw e;
            }
            return running;
        };
    }

    /** An agent whose filestores all fail is not ready; while one of several works, it is. */
    private Probe ready(Probe otherwise) {
        List<Probe> each = filestores.values().stream()
                .map(filestore -> filestore.ready(otherwise))
                .toList();
        return each.stream().filter(Probe::ok).findFirst().orElse(each.get(0));
    }
}
