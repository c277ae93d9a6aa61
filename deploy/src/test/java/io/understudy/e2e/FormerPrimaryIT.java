package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.Server;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The server that was promoted is lost before it shipped anything: the old primary serves again, with all it had. */
@Tag("slow")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FormerPrimaryIT extends SharedScenario {
    /** Its agent takes no snapshot: none runs. */
    private void promoteAndLoseTheStandby() {
        standby().replica("promote", "--yes").successful();
        standby().site().awaitMode("primary", ANSWERS);
        standby().siteService("stop");
    }

    private void promotedByForce(Server server, String epoch, String... notes) {
        server.replica("promote", "--force", "--yes").successful();
        server.site().awaitMode("primary", ANSWERS);
        assertThat(server.marked()).isFalse();
        assertThat(server.site().notes()).contains(notes);
        assertThat(snapshot(server).path("snapshot").asText()).startsWith(epoch + "-");
    }

    @Order(1)
    @Test
    void withoutAMarker() {
        primary().site().addNote("never shipped");
        promoteAndLoseTheStandby();
        assertRefused(primary().replica("promote", "--yes"), ErrorCode.EPOCH_TAKEN);

        promotedByForce(primary(), "00000003", "first", "never shipped");
    }

    @Order(2)
    @Test
    void asAStandbyThatHasImportedNothing() {
        standby().replica("rejoin", "--yes").successful();
        sync(standby());
        promoteAndLoseTheStandby();
        primary().site().addNote("in the orphan");
        primary().replica("rejoin", "--yes").successful();
        assertThat(primary().marked()).isTrue();
        assertRefused(primary().replica("promote", "--yes"), ErrorCode.NOT_BACKUP_MODE);

        promotedByForce(primary(), "00000005", "first", "never shipped", "in the orphan");
    }

    /** The one that was lost comes back: what it had is saved, and it follows. */
    @Order(3)
    @Test
    void theOtherFollowsItThen() {
        standby().siteService("start");
        standby().replica("rejoin", "--yes").successful();
        sync(standby());
        standby().site().awaitMode("standby", ANSWERS);
        assertThat(standby().site().notes())
                .containsExactlyElementsOf(primary().site().notes());
    }
}
