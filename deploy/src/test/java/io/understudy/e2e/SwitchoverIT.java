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
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
    /** What it is alone on a machine {@code deploy/bench} measures; here other tests run at the same time. */
    private static final Duration DOWN = Duration.ofSeconds(60);

    private static final Pattern STEP =
            Pattern.compile("of the site took|site is healthy after|switchover|announced|step_began|promoted");

    @BeforeAll
    void start() {
        // With TLS the primary sees what its standby has loaded, and knows who asks.
        Certificates.install(pair());
        for (Server server : new Server[] {primary(), standby()}) {
            String other = name(server == primary() ? standby() : primary());
            server.configure(config -> config.replace(
                    "primary:\n",
                    "primary:\n  schedule: {monthly: \"0 0 31 12 *\"}\n  switchover_by: [" + other + "]\n"));
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
        assertRefused(primary().replica("switchover", "--yes"), ErrorCode.NOT_BACKUP_MODE);
        awaitReady(() -> standby().replica("switchover", "--plan"));
        assertThat(standby()
                        .replica("switchover", "--plan", "--json")
                        .successful()
                        .json()
                        .path("outcome")
                        .asText())
                .isEqualTo("planned");
        assertThat(primary().marked()).isFalse();
        primary().site().awaitMode("primary", ANSWERS);
    }

    /** Each row that was acknowledged is there, and the old primary follows without another load. */
    @Order(2)
    @Test
    void nothingIsLostAndTheOldPrimaryFollows() {
        switchOver(primary(), standby(), 2, () -> primary().primary("switchover", name(standby()), "--yes", "--json"));
        switchOver(standby(), primary(), 3, () -> primary().replica("switchover", "--yes", "--json"));
        awaitReady(() -> primary().primary("switchover", name(standby()), "--plan"));
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
        Running command = primary()
                .primaryProgram("switchover", name(standby()), "--yes", "--limit", "10", "--json")
                .start(primary().layout().log("back"));
        command.await("the marker is written", ANSWERS, () -> primary().marked());
        standby().replicaAgent().ifPresent(Running::kill);

        Deadline.await("the command ends", FOLLOWS, () -> !command.alive());
        assertThat(command.logText()).contains("\"outcome\":\"went back\"");
        Outcome again = primary().primary("switchover", name(standby()), "--yes");
        assertRefused(again, ErrorCode.AGENT_UNREACHABLE);
        assertThat(again.errors()).contains("it is not connected");
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
        awaitShipped(primary(), standby());
        awaitReady(() -> primary().primary("switchover", name(standby()), "--plan"));
        primary().site().addNote("before the kill");
        int notes = primary().site().notes().size();
        Running command = primary()
                .primaryProgram("switchover", name(standby()), "--yes")
                .start(primary().layout().log("switchover"));
        command.await("the marker is written", ANSWERS, () -> primary().marked());
        primary().primaryAgent().ifPresent(Running::kill);
        command.kill();
        primary().startPrimary();

        standby().site().awaitMode("primary", FOLLOWS);
        assertThat(standby().site().notes()).hasSize(notes);
        Deadline.await("the old primary is a standby", FOLLOWS, () -> follows(primary()));
        assertThat(primary().marked()).isTrue();
    }

    /** The standby asked for it, and the agent that does it is killed: the command sees the end all the same. */
    @Order(5)
    @Test
    void aStandbyWhoseConnectionIsLostSeesTheEnd() {
        awaitShipped(standby(), primary());
        awaitReady(() -> primary().replica("switchover", "--plan"));
        standby().site().addNote("before the standby asks");
        int notes = standby().site().notes().size();
        Running command = primary()
                .replicaProgram("switchover", "--yes", "--json")
                .start(primary().layout().log("asked"));
        command.await("the marker is written", ANSWERS, () -> standby().marked());
        standby().primaryAgent().ifPresent(Running::kill);
        standby().startPrimary();

        Deadline.await("the command ends", FOLLOWS, () -> !command.alive());
        assertThat(command.logText()).contains("\"outcome\":\"handed over\"");
        primary().site().awaitMode("primary", FOLLOWS);
        assertThat(primary().site().notes()).hasSize(notes);
        assertThat(standby().marked()).isTrue();
    }

    private void switchOver(Server from, Server to, int epoch, Supplier<Outcome> command) {
        Visits visits = new Visits(from.site(), to.site());
        try (visits) {
            Deadline.await(
                    "visitors write", ANSWERS, () -> visits.written().texts().size() > 20);
            JsonNode done = command.get().successful().json();
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
        System.out.println(steps(from) + steps(to));
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

    /** Where the time went: what the agents of this server logged with a time. */
    private static String steps(Server server) {
        return server.logs().stream()
                .flatMap(log ->
                        new Running(ProcessHandle.current(), log).logText().lines())
                .filter(line -> STEP.matcher(line).find())
                .map(line -> name(server) + ": " + line)
                .collect(Collectors.joining("\n", "", "\n"));
    }

    /** The first snapshot of an epoch comes seconds after a promotion: a standby that applies it is not ready. */
    private static void awaitShipped(Server serving, Server following) {
        String taken = snapshot(serving).path("snapshot").asText();
        Deadline.await(
                taken + " is applied",
                FOLLOWS,
                () -> status(following).path("applied").asText().compareTo(taken) >= 0);
    }

    /** A standby that applies a snapshot, or is not connected yet, stands in the way for a moment. */
    private static void awaitReady(Supplier<Outcome> plan) {
        Deadline.await("nothing stands in the way", FOLLOWS, () -> plan.get().exitCode() == 0);
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
