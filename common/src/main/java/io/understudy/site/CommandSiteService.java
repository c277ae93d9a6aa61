package io.understudy.site;

import io.understudy.config.Settings.HealthSettings;
import io.understudy.config.Settings.ServiceSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.Command;
import io.understudy.process.CommandResult;
import io.understudy.process.CommandRunner;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The site's service by the commands of {@code service} in the configuration. What they print goes to the log. */
public final class CommandSiteService implements SiteService {
    private static final Logger LOG = LoggerFactory.getLogger(CommandSiteService.class);

    /**
     * The longest that one question for the health may take; within {@code service.health.within} there are several.
     */
    private static final Duration ONE_ANSWER = Duration.ofSeconds(5);

    private static final Duration LAST_ANSWER = Duration.ofMillis(250);
    /**
     * A promotion waits for the site twice, and most sites are up within a second. Pauses grow by a tenth, so that an
     * answer comes at most a tenth later than it could.
     */
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(50);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final ServiceSettings settings;
    private final CommandRunner runner;
    private final Ticker ticker;
    private final Optional<HealthCheck> health;
    private boolean stopped;

    public CommandSiteService(ServiceSettings settings, CommandRunner runner, Ticker ticker) {
        this.settings = settings;
        this.runner = runner;
        this.ticker = ticker;
        this.health = settings.health().map(check -> check(check, settings.environment(), runner));
    }

    private static HealthCheck check(HealthSettings settings, List<String> environment, CommandRunner runner) {
        return settings.http()
                .<HealthCheck>map(HttpHealthCheck::new)
                .orElseGet(() -> new CommandHealthCheck(settings.command(), environment, runner));
    }

    @Override
    public void stop() {
        if (!settings.stop().isEmpty()) {
            run("stop", settings.stop());
            stopped = true;
        }
    }

    @Override
    public void restart() {
        boolean startOnly = stopped || settings.restart().isEmpty();
        if (startOnly && !settings.start().isEmpty()) {
            if (!stopped) {
                stop();
            }
            run("start", settings.start());
        } else if (!settings.restart().isEmpty()) {
            run("restart", settings.restart());
        }
        stopped = false;
    }

    @Override
    public void prove() {
        if (health.isEmpty()) {
            return;
        }
        Duration within = settings.health().orElseThrow().within();
        long start = ticker.nanos();
        Duration pause = SHORTEST_PAUSE;
        Optional<String> fault = ask(within);
        while (fault.isPresent()) {
            Duration left = within.minus(ticker.since(start));
            if (left.isNegative() || left.isZero()) {
                throw unhealthy(within, fault.get());
            }
            LOG.debug("not healthy yet: {}", fault.get());
            ticker.pause(min(pause, left), "wait for the site's health");
            pause = min(pause.multipliedBy(11).dividedBy(10), LONGEST_PAUSE);
            fault = ask(within.minus(ticker.since(start)));
        }
        LOG.info("the site is healthy after {} ms", ticker.since(start).toMillis());
    }

    @Override
    public boolean healthy() {
        runner.tidy();
        try {
            return ask(ONE_ANSWER).isEmpty();
        } catch (UnderstudyException e) {
            return false;
        }
    }

    /** At least a moment is given to the last answer, however late it is. */
    private Optional<String> ask(Duration left) {
        Duration limit = min(ONE_ANSWER, left);
        return health.flatMap(check -> check.ask(limit.compareTo(LAST_ANSWER) < 0 ? LAST_ANSWER : limit));
    }

    private void run(String action, List<String> arguments) {
        Command command = Command.ofSite(arguments, settings.environment(), settings.limit())
                .replacingOrphans();
        CommandResult result = runner.run(command);
        for (String line : Output.lines(result)) {
            if (result.ok()) {
                LOG.info("{}: {}", action, line);
            } else {
                LOG.warn("{}: {}", action, line);
            }
        }
        if (!result.ok()) {
            throw new UnderstudyException(
                    ErrorCode.COMMAND_FAILED,
                    "cannot " + action + " the site: " + Output.ending(command, result),
                    "run service." + action + " by hand; its whole output is in the log");
        }
        LOG.info("{} of the site took {} ms", action, result.took().toMillis());
    }

    private static UnderstudyException unhealthy(Duration within, String fault) {
        return new UnderstudyException(
                ErrorCode.SITE_UNHEALTHY,
                "site not healthy within " + within.toSeconds() + " s; last result: " + fault,
                "see the site's log; if it only needs longer, raise service.health.within");
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
