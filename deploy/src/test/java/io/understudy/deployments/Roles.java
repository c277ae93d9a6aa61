package io.understudy.deployments;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.deployments.Visitor.Written;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which of the two servers of a deployment is the primary, and its moves from one to the other. */
final class Roles {
    static final Duration FOLLOWS = Duration.ofSeconds(120);
    /** A lease of a minute, a second, and what the stop takes on two processors with five hosts. */
    private static final Duration FENCED = Duration.ofSeconds(90);

    private final Deployment all;
    private final Visitor visitor;
    private SiteServer primary;
    private SiteServer standby;
    private int moves;

    Roles(Deployment all) {
        this.all = all;
        this.primary = all.a();
        this.standby = all.b();
        this.visitor = all.visitor();
        visitor.awaitWritesAt(primary.host());
        // Not before the first snapshot of the whole is there.
        snapshot();
    }

    SiteServer primary() {
        return primary;
    }

    SiteServer standby() {
        return standby;
    }

    Visitor visitor() {
        return visitor;
    }

    /** All hosts reach each other, the standby follows, and visitors find the primary. */
    void awaitUsual() {
        all.network().heal();
        visitor.awaitWritesAt(primary.host());
        awaitShipped();
        assertThat(all.addresses()).containsExactly(primary.host().address());
        assertThat(standby.marked()).isTrue();
        standby.awaitMode("standby");
    }

    /** On the primary. @return its name */
    String snapshot() {
        return primary.run("agent-primary", "snapshot", "--json")
                .successful()
                .json()
                .path("snapshot")
                .asText();
    }

    /** What was acknowledged until now is applied on the standby. @return these texts */
    List<String> awaitShipped() {
        List<String> texts = visitor.texts();
        String snapshot = snapshot();
        Deadline.await(standby + " has applied " + snapshot, FOLLOWS, () -> standby.follows(snapshot));
        return texts;
    }

    /** By the operator, on the standby. @param code with which the command ends */
    void promote(int code) {
        Outcome outcome = all.operate(standby, "agent-replica promote --yes --json");
        assertThat(outcome.exitCode()).as(outcome.toString()).isEqualTo(code);
        assertThat(standby.marked()).isFalse();
        standby.awaitMode("primary");
        if (code == 0) {
            assertThat(all.addresses()).containsExactly(standby.host().address());
            visitor.awaitWritesAt(standby.host());
        }
    }

    /** By the operator, on the primary; its agent points the names to the other server. Nothing is lost. */
    void switchOver() {
        all.operate(primary, "agent-primary switchover " + standby + ".example.net --yes")
                .successful();
        visitor.awaitWritesAt(standby.host());
        assertThat(primary.marked()).isTrue();
        assertThat(standby.texts()).containsAll(acknowledgedAt(primary));
        moved();
    }

    /** What that server acknowledged so far. */
    List<String> acknowledgedAt(SiteServer server) {
        return visitor.written().stream()
                .filter(each -> each.address().equals(server.host().address()))
                .map(Written::text)
                .toList();
    }

    void awaitPrimaryFenced() {
        Deadline.await("the site of the old primary is stopped", FENCED, () -> !primary.takesWrites());
    }

    /**
     * The primary reaches no other host, only its visitors reach it. The standby is promoted with what was shipped, and
     * the primary returns when it has stopped its site.
     */
    void promoteWhilePrimaryIsCutOff() {
        List<String> shipped = awaitShipped();
        assertThat(shipped).isNotEmpty();
        all.network().cut(primary.host(), List.of(standby.host(), all.store(), all.ns(), all.operator()));
        promote(0);
        assertThat(standby.texts()).containsAll(shipped);
        awaitPrimaryFenced();
        returnToStandby();
    }

    /** When the old primary is reached again, without a look at what it never shipped. */
    void returnToStandby() {
        all.network().heal();
        assertThat(primary.site().mode()).isEmpty();
        all.operate(primary, "agent-replica init --yes").successful();
        moved();
    }

    /** As {@link #returnToStandby()}, with what it never shipped. @return the orphan that was saved; empty for none */
    Optional<String> returnWithOrphan() {
        all.network().heal();
        JsonNode result = all.operate(primary, "agent-replica rejoin --yes --json")
                .successful()
                .json();
        moved();
        return Optional.ofNullable(result.path("orphan").textValue());
    }

    /** The standby is the primary from now on, and the primary follows it. */
    void moved() {
        moves++;
        SiteServer before = primary;
        primary = standby;
        standby = before;
        Deadline.await(standby + " follows", FOLLOWS, () -> standby.follows(""));
    }

    /**
     * Once the one has acknowledged a text at the name, the other never does: the visitor sees as many changes of the
     * address as there were moves. Prints the times without a write.
     */
    void assertOneWriterByTheName() {
        List<Written> written = visitor.written();
        List<String> gaps = new ArrayList<>();
        for (int i = 1; i < written.size(); i++) {
            Written before = written.get(i - 1);
            Written next = written.get(i);
            if (!next.address().equals(before.address())) {
                gaps.add("%.1f".formatted((next.to() - before.to()) / 1e9));
            }
        }
        assertThat(gaps).hasSize(moves);
        Set<String> here = new HashSet<>(primary.texts());
        long lost = written.stream().filter(each -> !here.contains(each.text())).count();
        System.out.printf(
                "%d texts by the name, %d moves, no write at the name for %s s, %d texts lost in promotions%n",
                written.size(), moves, String.join(", ", gaps), lost);
    }

    int moves() {
        return moves;
    }
}
