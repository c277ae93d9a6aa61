package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Running;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.Visits;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The site goes from one server to the other and back, on one pair of servers whose four agents run. */
@Tag("slow")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SwitchoverIT extends SharedScenario {
    /** On a machine that does nothing else it is less than 5 s; here other tests run at the same time. */
    private static final Duration DOWN = Duration.ofSeconds(60);

    @BeforeAll
    void start() {
        for (Server server : new Server[] {primary(), standby()}) {
            server.configure(
                    config -> config.replace("primary:\n", "primary:\n  schedule: {monthly: \"0 0 31 12 *\"}\n"));
            server.startPrimary();
            server.startReplica();
        }
    }

    @Order(1)
    @Test
    void aPlanAndAWrongNameChangeNothing() {
        JsonNode plan = primary()
                .primary("switchover", name(standby()), "--plan", "--json")
                .successful()
                .json();
        assertThat(plan.path("outcome").asText()).isEqualTo("planned");
        assertThat(plan.path("steps").path(1).path("step").asText()).isEqualTo("stop the site");
        assertThat(primary()
                        .primary("switchover", name(standby()), "--plan")
                        .successful()
                        .output())
                .contains("stop the site: not known yet");

        Outcome unknown = primary().primary("switchover", name(standby()) + "y", "--yes");
        assertRefused(unknown, ErrorCode.USAGE);
        assertThat(unknown.errors()).contains("did you mean " + name(standby()) + "?");
        assertRefused(standby().primary("switchover", name(primary()), "--yes"), ErrorCode.BACKUP_MODE);
        assertThat(primary().marked()).isFalse();
        primary().site().awaitMode("primary", ANSWERS);
    }

    /** Each row that was acknowledged is there, and the old primary follows without another load. */
    @Order(2)
    @Test
    void nothingIsLostAndTheOldPrimaryFollows() {
        switchOver(primary(), standby(), 2);
        switchOver(standby(), primary(), 3);
        assertThat(primary()
                        .primary("switchover", name(standby()), "--plan")
                        .successful()
                        .output())
                .containsPattern("stop the site: [0-9.]+ s");
    }

    /** The standby is killed before it could take over, and comes back late. */
    @Order(3)
    @Test
    void goesBackWithoutTheStandbyWhichDoesNotTakeOverLater() {
        standby().replicaAgent().ifPresent(Running::kill);

        Outcome back = primary().primary("switchover", name(standby()), "--yes", "--limit", "10", "--json");

        assertThat(back.exitCode()).isEqualTo(ErrorCode.CANCELLED.exitCode());
        assertThat(back.json().path("outcome").asText()).isEqualTo("went back");
        primary().site().awaitMode("primary", ANSWERS);
        assertThat(primary().marked()).isFalse();
        primary().site().addNote("after it went back");
        standby().startReplica();
        snapshot(primary());
        int notes = primary().site().notes().size();
        standby().site().awaitContent(notes, 1, FOLLOWS);
        assertThat(standby().marked()).isTrue();
        standby().site().awaitMode("standby", ANSWERS);
    }

    /** Killed while the standby loads, and started again: it goes on. */
    @Order(4)
    @Test
    void anAgentThatIsKilledGoesOnWhenItIsStarted() {
        primary().site().addNote("before the kill");
        int notes = primary().site().notes().size();
        Running command = primary()
                .primaryProgram("switchover", name(standby()), "--yes")
                .start(primary().layout().log("switchover"));
        Deadline.await("the marker is written", ANSWERS, () -> primary().marked());
        primary().primaryAgent().ifPresent(Running::kill);
        command.kill();
        primary().startPrimary();

        standby().site().awaitMode("primary", FOLLOWS);
        assertThat(standby().site().notes()).hasSize(notes);
        Deadline.await("the old primary is a standby", FOLLOWS, () -> follows(primary()));
        assertThat(primary().marked()).isTrue();
    }

    private void switchOver(Server from, Server to, int epoch) {
        Visits visits = new Visits(from.site(), to.site());
        try (visits) {
            Deadline.await(
                    "visitors write", ANSWERS, () -> visits.written().texts().size() > 20);
            JsonNode done = from.primary("switchover", name(to), "--yes", "--json")
                    .successful()
                    .json();
            assertThat(done.path("outcome").asText()).isEqualTo("handed over");
            to.site().awaitMode("primary", ANSWERS);
            int then = visits.written().texts().size();
            Deadline.await(
                    "visitors write there",
                    ANSWERS,
                    () -> visits.written().texts().size() > then + 20);
        }
        assertThat(to.site().notes()).containsAll(visits.written().texts());
        assertThat(visits.longestWithoutWrite()).isLessThan(DOWN);
        System.out.println(
                "switchover to epoch " + epoch + ": " + visits.written().texts().size() + " writes, none for "
                        + visits.longestWithoutWrite().toMillis() + " ms, no read for "
                        + visits.longestWithoutRead().toMillis() + " ms");
        assertThat(to.primary("status", "--json")
                        .successful()
                        .json()
                        .path("epoch")
                        .asInt())
                .isEqualTo(epoch);
        Deadline.await("the old primary follows", FOLLOWS, () -> follows(from));
        snapshot(to);
        int notes = to.site().notes().size();
        from.site().awaitContent(notes, 1, FOLLOWS);
        from.site().awaitMode("standby", ANSWERS);
        Deadline.await(
                "it is idle",
                FOLLOWS,
                () -> status(from).path("applied").asText().startsWith("0000000" + epoch + "-"));
    }

    private boolean follows(Server server) {
        return status(server).path("state").asText().equals("following");
    }

    private static JsonNode status(Server server) {
        return server.replica("status", "--json").successful().json();
    }

    private static String name(Server server) {
        return server.layout().name();
    }
}
