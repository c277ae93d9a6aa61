package io.understudy.twoprimaries;

import io.understudy.config.DnsSettings;
import io.understudy.config.FailoverSettings;
import io.understudy.dns.DnsGuard;
import io.understudy.dns.DnsLook;
import io.understudy.dns.DnsWatch;
import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.metrics.Metrics;
import io.understudy.tasks.DaemonThreads;
import io.understudy.tasks.Services.Service;
import io.understudy.time.Ticker;
import io.understudy.twoprimaries.Sign.Source;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * What an agent sees of the other server and of the site's names, in threads of its own: nothing else waits for it. Of
 * the two agents of a server, the primary's looks for signs in DNS and at the other site, and each reports DNS in its
 * own role.
 */
public final class Guard implements Service {
    private static final Duration EVERY = Duration.ofSeconds(15);
    private static final Duration ONE_ANSWER = Duration.ofSeconds(5);

    /** The agent that this is part of. */
    public enum Agent {
        PRIMARY,
        REPLICA
    }

    private final Agent agent;
    private final BooleanSupplier marker;
    private final Optional<DnsWatch> dns;
    private final Optional<PeerSite> peer;
    private final TwoPrimaries two;
    private final DnsSign sign;
    private final Optional<DnsSettings.End> here;
    private final Events events;

    /**
     * @param marker whether this server is in backup mode; throws UnderstudyException where that can't be seen
     * @param fenced whether it is known that another server was promoted after this one
     */
    public Guard(
            Agent agent,
            FailoverSettings settings,
            BooleanSupplier marker,
            BooleanSupplier fenced,
            Events events,
            Metrics metrics,
            Clock clock,
            Ticker ticker) {
        this.agent = agent;
        this.marker = marker;
        this.dns = settings.dns()
                .map(each -> new DnsWatch(
                        new DnsGuard(each, clock),
                        marker,
                        fenced,
                        agent == Agent.REPLICA,
                        each.every(),
                        events,
                        metrics));
        this.peer = settings.peer().map(each -> new PeerSite(each, ONE_ANSWER));
        this.two = new TwoPrimaries(events, metrics, clock);
        this.sign = new DnsSign(ticker);
        this.here = settings.dns().map(DnsSettings::here);
        this.events = events;
    }

    public TwoPrimaries two() {
        return two;
    }

    /** As it was seen last. */
    public GuardView view() {
        return new GuardView(two.signs(), dns.flatMap(DnsWatch::last));
    }

    /** What a command sees that has no daemon to ask. @param marker as above */
    public static GuardView once(FailoverSettings settings, BooleanSupplier marker, Clock clock) {
        return new GuardView(List.of(), look(settings, marker, clock));
    }

    private static Optional<DnsLook> look(FailoverSettings settings, BooleanSupplier marker, Clock clock) {
        try {
            return settings.dns().map(each -> new DnsGuard(each, clock).look(marker.getAsBoolean()));
        } catch (UnderstudyException e) {
            // The status says of the marker itself that it can't be seen.
            return Optional.empty();
        }
    }

    @Override
    public AutoCloseable start() {
        Optional<AutoCloseable> names = dns.map(DnsWatch::start);
        ScheduledExecutorService worker =
                Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("two-primaries"));
        if (agent == Agent.PRIMARY && (dns.isPresent() || peer.isPresent())) {
            worker.scheduleWithFixedDelay(this::guarded, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
        }
        return () -> {
            worker.shutdownNow();
            if (names.isPresent()) {
                names.get().close();
            }
        };
    }

    private void guarded() {
        try {
            look();
        } catch (UnderstudyException e) {
            // The marker can't be seen, or the agent ends: both are reported by others.
            return;
        } catch (RuntimeException e) {
            events.report(new CommonEvent.Defect("the look for a second primary", e));
        }
    }

    /** One look at DNS, as it was seen last, and at the other site. */
    public void look() {
        boolean backup = marker.getAsBoolean();
        // One of before a promotion says what the names were to be then.
        Optional<DnsLook> seen = dns.flatMap(DnsWatch::last)
                .filter(last -> backup || Optional.of(last.markerSays()).equals(here));
        two.seen(Source.DNS, sign.of(backup, seen));
        two.seen(Source.HEALTH, backup ? Optional.empty() : peer.flatMap(PeerSite::production));
    }
}
