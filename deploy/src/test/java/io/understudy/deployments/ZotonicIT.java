package io.understudy.deployments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.deployments.Visitor.Written;
import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Running;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The site goes from one server to the other, again and again, while two of primary, standby, filestore, name server
 * and operator do not reach each other. A visitor, who reaches all servers, writes at the site's name the whole time.
 * {@code deploy/soak --deployments} runs it: its hosts want both processors for a quarter of an hour.
 */
@Tag("slow")
@EnabledIfSystemProperty(named = "understudy.deployments", matches = "true")
@Timeout(value = 600, unit = TimeUnit.SECONDS)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@ExtendWith(PrintsLogs.class)
class ZotonicIT {
    private static final Duration FOLLOWS = Duration.ofSeconds(120);
    /** A lease of a minute, a second, and what the stop takes on two processors with five hosts. */
    private static final Duration FENCED = Duration.ofSeconds(90);

    @TempDir
    private static Path logs;

    private Zotonic all;
    private Visitor visitor;
    private SiteServer primary;
    private SiteServer standby;
    private int moves;
    private boolean failed;

    @BeforeAll
    void start() {
        all = Zotonic.start(logs);
        primary = all.a();
        standby = all.b();
        visitor = all.visitor();
        visitor.awaitWritesAt(primary.host());
        // Not before the first snapshot of the whole is there.
        primary.run("agent-primary", "snapshot").successful();
    }

    @AfterAll
    void end() {
        if (all != null) {
            all.close();
        }
    }

    /** What begins with another state than the usual one says nothing. */
    void fail() {
        failed = true;
    }

    String logsText() {
        return all == null ? "" : all.logsText();
    }

    /** Each begins as a site runs: one server takes writes and has the name, the other one follows. */
    @BeforeEach
    void runsAsUsual() {
        assumeFalse(failed, "one before has failed");
        all.network().heal();
        visitor.awaitWritesAt(primary.host());
        awaitShipped();
        assertThat(all.addresses()).containsExactly(primary.host().address());
        assertThat(standby.marked()).isTrue();
        standby.awaitMode("standby");
    }

    /** What was acknowledged until now is applied on the standby. @return these texts */
    private List<String> awaitShipped() {
        List<String> texts = visitor.texts();
        String snapshot = primary.run("agent-primary", "snapshot", "--json")
                .successful()
                .json()
                .path("snapshot")
                .asText();
        Deadline.await(
                standby.host() + " has applied " + snapshot,
                FOLLOWS,
                () -> standby.replicaStatus().path("applied").asText().compareTo(snapshot) >= 0);
        return texts;
    }

    @Order(1)
    @Test
    void aSwitchoverLosesNothing() {
        all.operate(primary, "agent-primary switchover " + standby.host() + ".example.net --yes")
                .successful();
        List<String> acknowledged = visitor.texts();

        assertThat(primary.marked()).isTrue();
        all.operate(standby, "agent-replica dns --switch").successful();
        visitor.awaitWritesAt(standby.host());
        assertThat(standby.notes()).containsAll(acknowledged);
        moved();
    }

    /** Its visitors reach it still. Nothing that it could ask does. */
    @Order(2)
    @Test
    void aPrimaryThatIsCutOffFromEverythingStopsItsSite() {
        List<String> shipped = awaitShipped();
        all.network().cut(primary.host(), List.of(standby.host(), all.store(), all.ns(), all.operator()));

        promote(0);

        assertThat(standby.notes()).containsAll(shipped);
        Deadline.await("the site of the old primary is stopped", FENCED, () -> !primary.takesWrites());
        returnToStandby();
    }

    /** It learns of the promotion in the filestore. */
    @Order(3)
    @Test
    void aPrimaryThatDoesNotReachTheStandbyIsFenced() {
        all.network().cut(primary.host(), standby.host());

        promote(0);

        Deadline.await("the site of the old primary is stopped", FENCED, () -> !primary.takesWrites());
        returnToStandby();
    }

    /** What the other server's agent says proves nothing: its lease ends. */
    @Order(4)
    @Test
    void aPrimaryThatDoesNotReachTheFilestoreStopsItsSite() {
        all.network().cut(primary.host(), all.store());

        promote(0);

        Deadline.await("the site of the old primary is stopped", FENCED, () -> !primary.takesWrites());
        returnToStandby();
    }

    @Order(5)
    @Test
    void aStandbyThatDoesNotReachTheFilestoreIsNotPromoted() {
        all.network().cut(standby.host(), all.store());

        Outcome refused = all.operate(standby, "agent-replica promote --yes");

        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE.exitCode());
        assertThat(standby.marked()).isTrue();
        assertThat(standby.takesWrites()).isFalse();
        visitor.awaitWritesAt(primary.host());
    }

    /** No server has both the name and a site that takes writes, until the names are switched. */
    @Order(6)
    @Test
    void aStandbyThatDoesNotReachTheNameServerIsPromotedWithoutTheName() {
        all.network().cut(standby.host(), all.ns());

        promote(ErrorCode.DNS_FAILED.exitCode());

        assertThat(all.addresses()).containsExactly(primary.host().address());
        Deadline.await("the site of the old primary is stopped", FENCED, () -> !primary.takesWrites());
        all.network().heal();
        all.operate(standby, "agent-replica dns --switch").successful();
        visitor.awaitWritesAt(standby.host());
        returnToStandby();
    }

    @Order(7)
    @Test
    void anOperatorWhoDoesNotReachTheStandbyChangesNothing() {
        all.network().cut(all.operator(), standby.host());

        assertThat(all.operate(standby, "agent-replica promote --yes").exitCode())
                .isEqualTo(255);

        assertThat(standby.marked()).isTrue();
        visitor.awaitWritesAt(primary.host());
    }

    /** The connection with which the command was typed ends; the command does not. */
    @Order(8)
    @Test
    void aPromotionGoesOnWithoutItsOperator() {
        Running command = all.operating(standby, "agent-replica promote --yes").start(logs.resolve("promote.log"));
        Deadline.await("the promotion has claimed", FOLLOWS, () -> !standby.marked());
        all.network().cut(all.operator(), standby.host());

        standby.awaitMode("primary");
        visitor.awaitWritesAt(standby.host());
        command.kill();
        Deadline.await("the site of the old primary is stopped", FENCED, () -> !primary.takesWrites());
        returnToStandby();
    }

    /** Once the one has acknowledged a note at the name, the other never does: as many changes as moves. */
    @Order(9)
    @Test
    void atMostOneServerTookWritesByTheName() {
        List<Written> written = visitor.written();
        List<String> gaps = new ArrayList<>();
        for (int i = 1; i < written.size(); i++) {
            Written before = written.get(i - 1);
            Written next = written.get(i);
            if (!next.address().equals(before.address())) {
                gaps.add("%.1f".formatted((next.to() - before.to()) / 1e9));
            }
        }

        assertThat(moves).isEqualTo(6);
        assertThat(gaps).hasSize(moves);
        Set<String> here = new HashSet<>(primary.notes());
        long lost = written.stream().filter(each -> !here.contains(each.text())).count();
        System.out.printf(
                "%d notes by the name, %d moves, no write at the name for %s s, %d notes lost in promotions%n",
                written.size(), moves, String.join(", ", gaps), lost);
    }

    /** By the operator, on the standby. @param code with which the command ends */
    private void promote(int code) {
        Outcome outcome = all.operate(standby, "agent-replica promote --yes --json");
        assertThat(outcome.exitCode()).as(outcome.toString()).isEqualTo(code);
        assertThat(standby.marked()).isFalse();
        standby.awaitMode("primary");
        if (code == 0) {
            assertThat(all.addresses()).containsExactly(standby.host().address());
            visitor.awaitWritesAt(standby.host());
        }
    }

    /** As the runbook says, when the old primary is reached again. */
    private void returnToStandby() {
        all.network().heal();
        assertThat(primary.health()).isEmpty();
        all.operate(primary, "agent-replica init --yes").successful();
        moved();
    }

    private void moved() {
        moves++;
        SiteServer before = primary;
        primary = standby;
        standby = before;
        Deadline.await(standby.host() + " follows", FOLLOWS, () -> {
            JsonNode status = standby.replicaStatus();
            return status.path("state").asText().equals("following");
        });
    }
}
