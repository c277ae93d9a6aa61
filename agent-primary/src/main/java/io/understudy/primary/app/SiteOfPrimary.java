package io.understudy.primary.app;

import io.understudy.primary.quiesce.SiteTurn;
import io.understudy.primary.quiesce.StoppedForGood;
import io.understudy.site.SiteService;
import java.util.Optional;

/**
 * The site of a switchover. Where that goes back, the site runs here: that it was stopped for good is over. It is
 * started behind an attempt of a snapshot's that is under way: one that has found the marker ends with a stop.
 *
 * @param turn empty where no snapshot stops the site
 */
record SiteOfPrimary(SiteService site, StoppedForGood forGood, Optional<SiteTurn> turn) implements SiteService {
    @Override
    public void stop() {
        site.stop();
    }

    @Override
    public void restart() {
        turn.ifPresentOrElse(each -> each.behind(this::started), this::started);
    }

    private void started() {
        site.restart();
        forGood.over();
    }

    @Override
    public void prove() {
        site.prove();
    }

    @Override
    public boolean healthy() {
        return site.healthy();
    }
}
