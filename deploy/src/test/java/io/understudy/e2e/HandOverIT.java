package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What operators read while the roles change, from the promotion until the old primary and a third server follow
 * again.
 */
@Tag("slow")
class HandOverIT extends Scenario {
    private static final String WAITS =
            "waits for the first snapshot of epoch 2; those of earlier epochs are not imported";

    @Test
    void theOldPrimaryAndAThirdServerWaitForTheNewPrimaryAndFollowIt() {
        ServerPair pair = following(false);
        Server old = pair.primary();
        Server next = pair.standby();
        Server third = pair.third();
        third.replica("init", "--yes").successful();
        sync(third);
        third.startReplica();
        old.startPrimary();
        next.startReplica();
        asksWithAgeAndConnection(next, old);

        old.crash();
        next.replica("promote", "--yes").successful();
        next.site().awaitMode("primary", ANSWERS);
        old.database().start();
        assertThat(old.replica("init", "--yes").successful().output()).contains(WAITS);
        assertThat(old.replica("check").output()).contains("this standby " + WAITS);
        assertThat(sync(old).path("waiting").asText()).isEqualTo(WAITS);
        assertThat(old.replica("sync").successful().output()).contains("nothing new: this standby " + WAITS);
        assertThat(status(old).path("waiting").asText()).isEqualTo(WAITS);
        old.startReplica();
        awaitWaiting(old);
        awaitWaiting(third);
        assertThat(third.replica("status").successful().output()).contains("this standby " + WAITS);
        assertThat(third.replica("sync").successful().output()).contains("nothing new: this standby " + WAITS);
        assertThat(status(third).path("applied").asText()).isEqualTo("00000001-00000001");

        next.site().addNote("in the new epoch");
        next.startPrimary();

        for (Server standby : new Server[] {old, third}) {
            standby.site().awaitContent(2, 1, FOLLOWS);
            standby.site().awaitMode("standby", FOLLOWS);
            // The site serves it before the import is proven.
            Deadline.await(
                    "it has applied one of the new epoch",
                    ANSWERS,
                    () -> status(standby).path("applied").asText().startsWith("00000002-"));
            assertThat(status(standby).path("waiting").isNull()).isTrue();
        }
    }

    private static void asksWithAgeAndConnection(Server standby, Server primary) {
        String connected =
                "A primary is still connected (127.0.0.1:" + primary.layout().primaryPort() + "): stop its site first.";
        Deadline.await(
                "the standby is connected",
                ANSWERS,
                () -> standby.replica("promote").errors().contains(connected));
        Outcome refused = standby.replica("promote");
        assertRefused(refused, ErrorCode.CONFIRMATION_NEEDED);
        assertThat(refused.errors())
                .containsPattern("It serves 00000001-00000001, data of [0-9T:-]{19}Z, [0-9]+ (s|min) old\\.")
                .contains("What the old primary wrote since is lost.");
        assertThat(standby.marked()).isTrue();
    }

    private static void awaitWaiting(Server standby) {
        Deadline.await(
                "it says what it waits for",
                FOLLOWS,
                () -> status(standby).path("waiting").asText().equals(WAITS));
    }

    private static JsonNode status(Server server) {
        return server.replica("status", "--json").successful().json();
    }
}
