package io.understudy.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.site.SiteService;
import org.junit.jupiter.api.Test;

/** What every site service promises. */
public abstract class SiteServiceContract {
    /** A site whose commands succeed and whose health check says this. */
    protected abstract SiteService site(boolean healthy);

    /** A site whose commands fail with {@code COMMAND_FAILED}. */
    protected abstract SiteService brokenSite();

    @Test
    void aHealthySiteIsProven() {
        SiteService site = site(true);
        site.stop();
        site.restart();
        site.prove();
        assertThat(site.healthy()).isTrue();
    }

    @Test
    void restartsWithoutAStop() {
        SiteService site = site(true);
        site.restart();
        site.restart();
        site.prove();
    }

    @Test
    void anUnhealthySiteIsNotProven() {
        SiteService site = site(false);
        site.restart();
        assertFails(ErrorCode.SITE_UNHEALTHY, site::prove);
        assertThat(site.healthy()).isFalse();
    }

    @Test
    void saysThatACommandFailed() {
        assertFails(ErrorCode.COMMAND_FAILED, () -> brokenSite().stop());
        assertFails(ErrorCode.COMMAND_FAILED, () -> brokenSite().restart());
    }

    private static void assertFails(ErrorCode code, Runnable call) {
        assertThatThrownBy(call::run).isInstanceOfSatisfying(UnderstudyException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.getMessage()).matches("(?s)(cannot \\w+ the site: |site not healthy within ).+");
            assertThat(e.hint()).isNotBlank();
        });
    }
}
