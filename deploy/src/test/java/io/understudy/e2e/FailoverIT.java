package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The promise of the whole: the primary is lost, the standby goes on with all of it, the old primary cannot come
 * between.
 */
@Tag("slow")
class FailoverIT extends Scenario {
    private static final byte[] PHOTO = "not really a photo".repeat(100_000).getBytes(StandardCharsets.UTF_8);

    /** DemoIT does the same with a folder in place of S3. Without a poll each snapshot comes by announcement. */
    @Tag("always")
    @Test
    void theStandbyFollowsTakesOverAndFencesTheOldPrimary() {
        ServerPair pair = initialised(true);
        Server primary = pair.primary();
        Server standby = pair.standby();
        takeContinuously(primary);
        standby.configure(config -> config.replace("poll: 2s", "poll: 1d"));
        primary.startPrimary();
        standby.startReplica();

        snapshot(primary);
        standby.site().awaitContent(1, 1, FOLLOWS);
        primary.site().addNote("second");
        primary.site().addUpload("photo.jpg", PHOTO);
        String scheduled = snapshot(primary).path("snapshot").asText();
        standby.site().awaitContent(2, 2, FOLLOWS);
        assertThat(standby.site().awaitMode("standby", ANSWERS).path("site").asText())
                .isEqualTo("The Understudy guestbook");
        assertThat(standby.site().addNote("refused")).isEqualTo(503);

        primary.site().addNote("loaded ahead");
        Deadline.await("the note is loaded ahead", FOLLOWS, () -> ahead(standby).compareTo(scheduled) > 0);
        assertThat(standby.site().notes()).containsExactly("second", "first");
        primary.crash();
        JsonNode promoted =
                standby.replica("promote", "--yes", "--json").successful().json();

        assertThat(promoted.path("from").asText()).isEqualTo("ahead");
        standby.site().awaitMode("primary", ANSWERS);
        assertThat(standby.marked()).isFalse();
        assertThat(standby.site().notes()).containsExactly("loaded ahead", "second", "first");
        assertThat(standby.site().download("photo.jpg")).contains(PHOTO);
        assertThat(standby.site().addNote("third")).isEqualTo(201);
        JsonNode next = snapshot(standby);
        assertThat(next.path("snapshot").asText()).startsWith("00000002-");

        primary.database().start();
        assertRefused(primary.primary("snapshot"), ErrorCode.FENCED);
    }

    private static void takeContinuously(Server primary) {
        primary.siteService("stop");
        primary.database().execute("postgres", "ALTER SYSTEM SET wal_level = 'logical'", "ALTER ROLE site REPLICATION");
        primary.database().stop();
        primary.database().start();
        primary.siteService("start");
        primary.site().awaitMode("primary", ANSWERS);
        primary.configure(config -> config.replace("primary:\n", "primary:\n  continuous: 1s\n"));
    }

    private static String ahead(Server standby) {
        return standby.replica("status", "--json")
                .successful()
                .json()
                .path("ahead")
                .path("snapshot")
                .asText();
    }

    @Test
    void aMarkerRemovedByHandIsTheSamePromotion() throws Exception {
        ServerPair pair = following(false);
        Server standby = pair.standby();
        standby.startReplica();

        Files.delete(standby.layout().marker());
        standby.siteService("restart");

        standby.site().awaitMode("primary", ANSWERS);
        Deadline.await(
                "the standby has claimed epoch 2",
                FOLLOWS,
                () -> Files.exists(pair.home().resolve("filestore/epochs/00000002.json")));
        assertRefused(pair.primary().primary("snapshot"), ErrorCode.FENCED);
        assertThat(snapshot(standby).path("snapshot").asText()).startsWith("00000002-");
    }

    @Test
    void withBothAgentsOnBothServersTheMarkerAloneDecides() {
        ServerPair pair = following(false);
        Server first = pair.primary();
        Server second = pair.standby();
        for (Server server : new Server[] {first, second}) {
            server.startPrimary();
            server.startReplica();
        }
        first.site().addNote("second");
        snapshot(first);
        second.site().awaitContent(2, 1, FOLLOWS);
        assertThat(pair.home().resolve("filestore/epochs/00000002.json")).doesNotExist();

        first.siteService("stop");
        second.replica("promote", "--yes").successful();
        second.site().awaitMode("primary", ANSWERS);
        first.replica("init", "--yes").successful();
        second.site().addNote("third");
        Deadline.await(
                "the promoted server's primary agent takes over",
                FOLLOWS,
                () -> second.primary("snapshot").exitCode() == 0);

        first.site().awaitMode("standby", FOLLOWS);
        first.site().awaitContent(3, 1, FOLLOWS);
        assertThat(first.site().notes()).containsExactly("third", "second", "first");
    }
}
