package io.understudy.deployments;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.rehearsal.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Debian's Django with PostgreSQL and a folder of uploads, while a visitor uploads a picture after the other at the
 * site's name. {@code deploy/soak --deployments} runs it.
 */
@Tag("slow")
@EnabledIfSystemProperty(named = "understudy.deployments", matches = "true")
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class DjangoIT extends DeploymentTest {
    private static final String SITE = "http://127.0.0.1";

    DjangoIT() {
        super(DjangoSite.KIND);
    }

    private SiteServer standby() {
        return roles().standby();
    }

    private SiteServer primary() {
        return roles().primary();
    }

    /** What a page of the standby names can be read there. */
    @Order(1)
    @Test
    void aStandbyShowsThePicturesAndTakesNone() {
        List<String> shipped = roles().awaitShipped();

        assertThat(standby().texts()).containsAll(shipped);
        assertThat(standby().takesWrites()).isFalse();
        String page = standby().host().run("curl", "-fsS", SITE + "/").output();
        assertThat(page).contains("This server is a standby").doesNotContain("<form");
        String picture = page.replaceAll("(?s).*?<a href=\"(/media/[^\"]+)\">(visit \\d+)</a>.*", "$1 $2");
        String[] pair = picture.split(" ", 2);
        assertThat(standby().host().run("curl", "-fsS", SITE + pair[0]).output())
                .isEqualTo(pair[1]);
    }

    @Order(2)
    @Test
    void itsBackupModeIsWhatAStandbyNeeds() {
        Outcome rehearsal = standby().run("agent-replica", "rehearse-site");
        assertThat(rehearsal.exitCode()).as(rehearsal.toString()).isZero();

        DjangoSite here = (DjangoSite) standby().site();
        assertThat(here.manage("tally").successful().output()).contains("backup mode");
        assertThat(here.tallies()).isEmpty();
        DjangoSite there = (DjangoSite) primary().site();
        assertThat(there.manage("tally").successful().output()).contains(" pictures");
        assertThat(there.tallies()).hasSize(1);
        // Past the middleware, as a view does that writes where it should only read.
        Outcome write = here.manage(
                "shell", "-c", "from album.models import Tally; Tally.objects.create(day='2026-01-01', pictures=0)");
        assertThat(write.exitCode()).isNotZero();
        assertThat(write.errors()).contains("read-only transaction");
    }

    @Order(3)
    @Test
    void aSnapshotSaysWhichPicturesHaveNoFile() throws IOException {
        assertThat(missing(roles().snapshot())).isZero();
        Path file = ((DjangoSite) primary().site()).newestFile();
        Path away = primary().host().path("/tmp/away");
        Files.copy(file, away);

        Files.delete(file);
        String without = roles().snapshot();

        assertThat(missing(without)).isEqualTo(1);
        assertThat(primary().run("agent-primary", "show", without).output())
                .contains(file.getFileName().toString());
        Files.copy(away, file);
        assertThat(missing(roles().snapshot())).isZero();
    }

    private long missing(String snapshot) {
        JsonNode shown = primary()
                .run("agent-primary", "show", snapshot, "--json")
                .successful()
                .json();
        return shown.path("closure").get(0).path("missing").asLong(-1);
    }

    @Order(4)
    @Test
    void aSwitchoverLosesNoPicture() {
        roles().switchOver();
        DjangoSite here = (DjangoSite) primary().site();
        assertThat(here.manage("tally").successful().output()).contains(" pictures");
    }

    /** Back to the first server, whose visitors reach it until its lease is over. */
    @Order(5)
    @Test
    void aPromotionServesWhatWasShippedWithEachFile() {
        Orphan orphan = roles().promoteWhilePrimaryIsCutOff();
        assertThat(missing(roles().snapshot())).isZero();

        assertThat(orphan.shown()).contains("table public.album_picture", "tree media");
        JsonNode picture = orphan.rows("album_picture").stream()
                .filter(row -> !row.path("title").asText().equals("probe"))
                .findFirst()
                .orElseThrow();
        assertThat(orphan.file("media/" + picture.path("file").asText()))
                .isEqualTo(picture.path("title").asText());
    }

    @Order(6)
    @Test
    void atMostOneServerTookPicturesByTheName() {
        assertThat(roles().moves()).isEqualTo(2);
        roles().assertOneWriterByTheName();
    }
}
