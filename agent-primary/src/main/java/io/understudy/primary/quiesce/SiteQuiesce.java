package io.understudy.primary.quiesce;

import io.understudy.config.QuiesceSettings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.MountPoints;
import io.understudy.primary.capture.Quiesce;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.tasks.DaemonThreads;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Stops the site by its own command around the moment of a snapshot, and starts it whatever happens. {@link SiteState}
 * holds the phase of it durably, so that after a crash the next agent starts the site. A snapshot waits for no start;
 * one that fails is tried again by {@link ResumeWatch} until it works, also while the snapshot goes on.
 */
public final class SiteQuiesce implements Quiesce {
    private final QuiesceSettings settings;
    private final Site site;
    private final SiteResume resume;
    private final Reflinks reflinks;
    private final Supplier<MountPoints> mounts;
    private final Events events;
    private final Ticker ticker;
    private final Executor starts;

    /** What stops and starts the site. */
    public record Site(QuiesceCommands commands, SiteState state, SiteTurn turn, StartRight right) {}

    /** @param resume of the same site */
    public SiteQuiesce(
            QuiesceSettings settings,
            Site site,
            SiteResume resume,
            Reflinks reflinks,
            Supplier<MountPoints> mounts,
            Events events,
            Ticker ticker) {
        this(
                settings,
                site,
                resume,
                reflinks,
                mounts,
                events,
                ticker,
                work -> DaemonThreads.named("quiesce-start").newThread(work).start());
    }

    /** @param starts runs one start of the site at a time */
    SiteQuiesce(
            QuiesceSettings settings,
            Site site,
            SiteResume resume,
            Reflinks reflinks,
            Supplier<MountPoints> mounts,
            Events events,
            Ticker ticker,
            Executor starts) {
        this.settings = settings;
        this.site = site;
        this.resume = resume;
        this.reflinks = reflinks;
        this.mounts = mounts;
        this.events = events;
        this.ticker = ticker;
        this.starts = starts;
    }

    @Override
    public Duration patience() {
        return site.state().isNoted() ? site.turn().longest() : Duration.ZERO;
    }

    @Override
    public Still begin(List<TreeSettings> trees) {
        Optional<Instant> fenced = site.right().fence();
        // What a crash left: the site may be stopped, and what is frozen is of another moment.
        try {
            resume.run();
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.CANCELLED) {
                throw e;
            }
            // A site that cannot be started is no reason to be without a snapshot, too.
            events.report(new PrimaryEvent.QuiesceStartFailed(e));
        }
        Optional<UnderstudyException> shutdown = site.right().shutdown();
        if (shutdown.isPresent()) {
            events.report(new PrimaryEvent.SiteNotStopped(shutdown.get()));
            return Quiesce.NONE.begin(trees);
        }
        FrozenTrees frozen = new FrozenTrees(
                settings, site.commands(), reflinks, mounts, trees, site.state().isNoted(), ticker);
        return new StillSite(settings.limit(), site, frozen, fenced, events, ticker, starts);
    }
}
