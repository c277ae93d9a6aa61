package io.understudy.sites;

import io.understudy.config.HostPort;
import io.understudy.config.SiteFolder;
import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.events.LogSink;
import io.understudy.failure.UnderstudyException;
import io.understudy.tasks.Services;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * The sites of one process, and the page that lists them. They share nothing but the memory and the log of the process:
 * one that fails or hangs delays no other, at its start, while it runs, and at its end.
 */
public final class Sites implements AutoCloseable {
    /** How long a site whose configuration hangs, such as one on a disk of another server, keeps others waiting. */
    private static final Duration READ_LIMIT = Duration.ofSeconds(10);

    private final List<SiteRun> runs;
    private final SiteRun.Parts parts;
    private final SitesView view;
    private final CountDownLatch ended = new CountDownLatch(1);

    private Sites(List<SiteRun> runs, SiteRun.Parts parts) {
        this.runs = runs;
        this.parts = parts;
        this.view = new SitesView(
                () -> runs.stream().map(SiteRun::state).toList(), parts.role().name(), parts.clock());
    }

    /** Of a folder. Nothing is started yet. */
    static Sites of(SiteFolder folder, SiteRun.Parts parts, Duration readLimit) {
        AllPlaces places = new AllPlaces(folder.names().size(), readLimit);
        return new Sites(
                folder.names().stream()
                        .map(name -> new SiteRun(name, () -> folder.load(name), parts, places))
                        .toList(),
                parts);
    }

    /**
     * Runs them until the process is ended by a signal, or this thread is interrupted.
     *
     * @param overview where the list is served; empty: nowhere
     * @throws UnderstudyException {@code CONFIG_INVALID} when that address can't be listened on
     */
    public static void run(SiteFolder folder, Role role, Optional<HostPort> overview) {
        Events events = new Events(Clock.systemUTC(), new LogSink());
        SiteRun.Parts parts = new SiteRun.Parts(role, events, Clock.systemUTC(), Ticker.system());
        Sites sites = of(folder, parts, READ_LIMIT);
        try (Services page = new Services(failure -> {})) {
            overview.ifPresent(at -> page.start(() -> sites.view.serve(at)));
            Runtime.getRuntime().addShutdownHook(new Thread(sites::close, "stop"));
            sites.start();
            sites.ended.await();
        } catch (InterruptedException e) {
            sites.close();
            Thread.currentThread().interrupt();
        }
    }

    void start() {
        parts.events().report(new CommonEvent.SitesStart(runs.size()));
        runs.forEach(SiteRun::start);
    }

    SitesView view() {
        return view;
    }

    /** Ends all at once, and waits for them as long as their role says. Idempotent. */
    @Override
    public synchronized void close() {
        if (ended.getCount() == 0) {
            return;
        }
        long since = parts.ticker().nanos();
        runs.forEach(SiteRun::stop);
        try {
            for (SiteRun each : runs) {
                if (!each.awaitEnd(parts.ticker().since(since))) {
                    parts.events()
                            .report(new CommonEvent.SiteStopsLate(each.state().site()));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended.countDown();
        }
    }
}
