package io.understudy.dns;

import io.understudy.cli.Problem;
import io.understudy.config.DnsSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.CommandRunner;
import io.understudy.progress.Progress;
import io.understudy.site.SiteCommands;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Points the names of the site to this server, by the command of {@code dns.switch} or by an update, and waits until
 * all resolvers say so. What fails is in its result: a promotion stands whatever comes of it. Nothing of it is held
 * while it waits.
 */
public final class DnsSwitch {
    private static final Duration PAUSE = Duration.ofSeconds(2);
    private static final Duration LEAST = Duration.ofSeconds(30);
    private static final Duration MOST = Duration.ofMinutes(15);
    private static final String STEP = "dns";

    private final String site;
    private final DnsSettings settings;
    private final DnsGuard guard;
    private final CommandRunner runner;
    private final DnsExchange exchange;
    private final Clock clock;
    private final Ticker ticker;

    public DnsSwitch(String site, DnsSettings settings, CommandRunner runner, Clock clock, Ticker ticker) {
        this(site, settings, runner, new NetworkExchange(Ticker.system()), clock, ticker);
    }

    DnsSwitch(
            String site, DnsSettings settings, CommandRunner runner, DnsExchange exchange, Clock clock, Ticker ticker) {
        this.site = site;
        this.settings = settings;
        this.guard = new DnsGuard(settings, exchange, clock);
        this.runner = runner;
        this.exchange = exchange;
        this.clock = clock;
        this.ticker = ticker;
    }

    /**
     * @param force whether records that are of neither server are replaced too
     * @throws UnderstudyException {@code CANCELLED} alone
     */
    public DnsSwitched run(boolean force, Progress progress) {
        long start = ticker.nanos();
        progress.report(STEP, 0, -1);
        DnsLook before = guard.look(false);
        boolean changed = false;
        if (!before.agrees() || force) {
            try {
                changed = change(before, force);
            } catch (UnderstudyException e) {
                if (e.code() == ErrorCode.CANCELLED) {
                    throw e;
                }
                return result(changed, guard.look(false), start, Optional.of(e));
            }
        }
        return await(changed, patience(before), start);
    }

    /** @return whether something was to be changed */
    private boolean change(DnsLook before, boolean force) {
        List<String> from = settings.of(settings.here().other());
        List<String> to = settings.of(settings.here());
        if (settings.update().isPresent()) {
            new DnsUpdate(settings, settings.update().get(), exchange, clock)
                    .run(force ? Optional.empty() : Optional.of(from), to);
            return true;
        }
        if (settings.command().isEmpty()) {
            return false;
        }
        requireExpected(before, force);
        Map<String, String> environment = Map.of(
                "UNDERSTUDY_SITE", site,
                "UNDERSTUDY_DNS_NAMES", String.join(" ", settings.names()),
                "UNDERSTUDY_DNS_FROM", String.join(" ", from),
                "UNDERSTUDY_DNS_TO", String.join(" ", to));
        CommandRunner with = command -> runner.run(command.with(environment));
        new SiteCommands(with, List.of(), settings.switching().limit())
                .run("point the names of the site to this server", "dns.switch", settings.command());
        return true;
    }

    /** What is of neither server someone else has put there. */
    private static void requireExpected(DnsLook before, boolean force) {
        if (!force && !before.isKnown()) {
            throw new UnderstudyException(
                    ErrorCode.DNS_FAILED,
                    "what the names have is not known: " + before.text(),
                    "see agent-replica dns; agent-replica dns --switch --force replaces whatever is there");
        }
        List<DnsLook.Answer> strange = before.answers().stream()
                .filter(each -> each.says() == DnsLook.Says.OTHER)
                .toList();
        if (!force && !strange.isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.DNS_FAILED,
                    "the names have other records than expected: "
                            + strange.stream().map(DnsLook.Answer::text).collect(Collectors.joining("; ")),
                    "see who changed them, and correct dns.expected; agent-replica dns --switch --force replaces whatever is there");
        }
    }

    /** As long as a cache may keep what was there before, and some. */
    private Duration patience(DnsLook before) {
        return settings.switching().patience().orElseGet(() -> {
            Duration ttl = Duration.ofSeconds(before.ttlSeconds()).plus(LEAST);
            return ttl.compareTo(MOST) > 0 ? MOST : ttl;
        });
    }

    private DnsSwitched await(boolean changed, Duration patience, long start) {
        DnsLook now = guard.look(false);
        boolean pointless = !settings.switches();
        while (!now.agrees() && !pointless && ticker.since(start).compareTo(patience) < 0) {
            ticker.pause(PAUSE, "wait for the resolvers");
            now = guard.look(false);
        }
        if (now.agrees()) {
            return result(changed, now, start, Optional.empty());
        }
        return result(
                changed,
                now,
                start,
                Optional.of(
                        new UnderstudyException(
                                ErrorCode.DNS_FAILED,
                                "not all resolvers point to this server after "
                                        + ticker.since(start).toSeconds() + " s: " + now.text(),
                                pointless
                                        ? "point the names to this server by hand: neither dns.switch nor dns.update is set"
                                        : "agent-replica dns shows when they do; visitors of these resolvers reach the other server until then, so keep its site stopped")));
    }

    private DnsSwitched result(boolean changed, DnsLook now, long start, Optional<UnderstudyException> error) {
        return new DnsSwitched(
                settings.names(),
                settings.of(settings.here()),
                changed,
                now.agrees(),
                ticker.since(start).toMillis() / 1000.0,
                now.answers().stream()
                        .filter(each -> !each.isOf(settings.here()))
                        .map(DnsLook.Answer::text)
                        .toList(),
                error.map(Problem::of));
    }
}
