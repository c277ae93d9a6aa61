package io.understudy.primary.app;

import io.understudy.primary.quiesce.StoppedForGood;
import io.understudy.site.SiteService;

/** The site of a switchover. Where that goes back, the site runs here: that it was stopped for good is over. */
record SiteOfPrimary(SiteService site, StoppedForGood forGood) implements SiteService {
    @Override
    public void stop() {
        site.stop();
    }

    @Override
    public void restart() {
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
