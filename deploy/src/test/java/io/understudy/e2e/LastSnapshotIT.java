package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.rehearsal.Deadline;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A primary that is shut down with a last snapshot, and one that sends parts of the site alone. */
@Tag("slow")
class LastSnapshotIT extends SharedScenario {
    @BeforeAll
    void start() {
        primary()
                .configure(
                        config -> config.replace("primary:\n", "primary:\n  schedule: {monthly: \"0 0 31 12 *\"}\n"));
        primary().startPrimary();
        standby().startReplica();
    }

    /** By {@code service.stop}; what was written a moment before is on the standby, which says that this is all. */
    @Test
    void whatWasWrittenLastIsOnTheStandbyWhichSaysThatNothingCameAfterIt() {
        int notes = primary().site().notes().size();
        primary().site().addNote("the last one");

        JsonNode done = primary().primary("shutdown", "--json").successful().json();

        assertThat(done.path("site").asText()).isEqualTo("stopped");
        assertThat(primary().site().health()).as("it does not answer").isEmpty();
        standby().site().awaitContent(notes + 1, 1, FOLLOWS);
        String last = done.path("snapshot").path("snapshot").asText();
        Deadline.await(
                "the standby says so",
                ANSWERS,
                () -> shutdown().path("snapshot").asText().equals(last));
        assertThat(shutdown().path("site_stopped").asBoolean()).isTrue();
        assertThat(standby().replica("status").successful().output()).contains(last + " is its last snapshot");

        primary().siteService("start");
        primary().site().awaitMode("primary", ANSWERS);
        snapshot(primary());
        Deadline.await("that is over", ANSWERS, () -> shutdown().isNull());
    }

    @Test
    void filesAloneArriveWithoutTheRowsThatWereWrittenSince() {
        int notes = primary().site().notes().size();
        primary().site().addNote("not yet");

        JsonNode taken = primary()
                .primary("snapshot", "--only", "files,config", "--json")
                .successful()
                .json();
        String id = taken.path("snapshot").asText();
        Deadline.await(
                "the standby has it",
                FOLLOWS,
                () -> standby()
                        .replica("status", "--json")
                        .successful()
                        .json()
                        .path("applied")
                        .asText()
                        .equals(id));

        assertThat(standby().site().notes()).hasSize(notes);
        assertThat(primary()
                        .primary("show", id, "--json")
                        .successful()
                        .json()
                        .path("carried")
                        .toString())
                .contains("\"part\":\"database site\"", "\"part\":\"tree security\"")
                .doesNotContain("media");
        snapshot(primary());
        standby().site().awaitContent(notes + 1, 1, FOLLOWS);
    }

    private JsonNode shutdown() {
        return standby().replica("status", "--json").successful().json().path("primary_shutdown");
    }
}
