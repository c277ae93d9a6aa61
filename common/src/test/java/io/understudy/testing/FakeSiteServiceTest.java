package io.understudy.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.site.SiteService;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FakeSiteServiceTest extends SiteServiceContract {
    @Override
    protected SiteService site(boolean healthy) {
        FakeSiteService site = new FakeSiteService();
        site.health(() -> healthy);
        return site;
    }

    @Override
    protected SiteService brokenSite() {
        FakeSiteService site = new FakeSiteService();
        site.failWith(Optional.of(ErrorCode.COMMAND_FAILED));
        return site;
    }

    @Test
    void remembersWhatWasAskedOfIt() {
        FakeSiteService site = new FakeSiteService();
        site.stop();
        assertThat(site.running()).isFalse();
        assertThat(site.healthy()).isFalse();
        site.restart();
        site.prove();
        assertThat(site.calls()).containsExactly("stop", "restart", "prove");
    }
}
