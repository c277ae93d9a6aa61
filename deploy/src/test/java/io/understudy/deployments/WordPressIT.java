package io.understudy.deployments;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.rehearsal.Outcome;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Debian's WordPress with MariaDB, while a visitor uploads a file and writes a comment that names it, one after the
 * other, at the site's name. {@code deploy/soak --deployments} runs it.
 */
@Tag("slow")
@EnabledIfSystemProperty(named = "understudy.deployments", matches = "true")
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class WordPressIT extends DeploymentTest {
    WordPressIT() {
        super(WordpressSite.KIND);
    }

    private SiteServer standby() {
        return roles().standby();
    }

    @Order(1)
    @Test
    void aStandbyShowsTheBlogAndChangesNothing() {
        List<String> shipped = roles().awaitShipped();
        assertThat(shipped).isNotEmpty();
        WordpressSite here = (WordpressSite) standby().site();
        List<String> options = here.options();

        assertThat(here.texts()).containsAll(shipped);
        assertThat(standby().takesWrites()).isFalse();
        String page = standby()
                .run("curl", "-fsS", "-H", "Host: www.example.org", "http://127.0.0.1/?p=1")
                .successful()
                .output();
        assertThat(page).contains("The blog").contains(shipped.get(0));
        Outcome rehearsal = standby().run("agent-replica", "rehearse-site");
        assertThat(rehearsal.exitCode()).as(rehearsal.toString()).isZero();
        assertThat(here.options()).isEqualTo(options);
    }

    @Order(2)
    @Test
    void aSwitchoverLosesNoComment() {
        roles().switchOver();
    }

    @Order(3)
    @Test
    void aPromotionServesWhatWasShippedWithEachUpload() {
        Orphan orphan = roles().promoteWhilePrimaryIsCutOff();

        assertThat(orphan.shown()).contains("database blog", "tree content");
    }

    @Order(4)
    @Test
    void atMostOneServerTookCommentsByTheName() {
        assertThat(roles().moves()).isEqualTo(2);
        roles().assertOneWriterByTheName();
    }
}
