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

    private static final int PAST_THE_NAME = 3;

    private final Deployment all;
    private final Visitor visitor;
    /** What the primary acknowledged past the name, in this order. */
    private final List<String> pastTheName = new ArrayList<>();
    /** Texts that were saved of old primaries. */
    private final Set<String> inOrphans = new HashSet<>();

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
     *
     * @return what it never shipped
     */
    Orphan promoteWhilePrimaryIsCutOff() {
        List<String> shipped = awaitShipped();
        assertThat(shipped).isNotEmpty();
        all.network().cut(primary.host(), List.of(standby.host(), all.store(), all.ns(), all.operator()));
        writeAtPrimary();
        promote(0);
        assertThat(standby.texts()).containsAll(shipped);
        awaitPrimaryFenced();
        return returnToStandby().orElseThrow(() -> new AssertionError(primary + " shipped all, cut off as it was"));
    }

    /** Some visitors have still the primary's address, whatever the name says: it takes what they write. */
    void writeAtPrimary() {
        for (int i = 0; i < PAST_THE_NAME; i++) {
            String text = "past the name " + (pastTheName.size() + 1);
            assertThat(primary.site().write(text)).as(text).isTrue();
            pastTheName.add(text);
        }
    }

    /**
     * When the old primary is reached again, as the runbook says. Both servers took writes since they parted: what the
     * old one never shipped is in the orphan, rows and files, and not on the new one; all else is on the new one; and
     * the old one has what the new one has.
     *
     * @return the orphan that was saved; empty where the old primary had shipped all
     */
    Optional<Orphan> returnToStandby() {
        all.network().heal();
        assertThat(primary.site().mode()).isEmpty();
        visitor.awaitWritesAt(standby.host());
        Optional<Orphan> orphan = new RunbookReturn(all, primary, standby).run();
        SiteServer old = primary;
        moved();
        List<String> saved = orphan.map(old.site()::textsIn).orElse(List.of());
        List<String> files = orphan.map(Orphan::files).orElse(List.of());
        inOrphans.addAll(saved);
        assertNothingLost();

        List<String> there = primary.texts();
        awaitShipped();
        List<String> here = old.texts();
        assertThat(here).containsAll(there).noneMatch(saved::contains);
        assertThat(primary.texts()).containsAll(here).noneMatch(saved::contains);
        assertThat(files).allSatisfy(file -> assertThat(old.inTree(file)).doesNotExist());
        return orphan;
    }

    /** What a server acknowledged is on the primary, or was saved of an old one. */
    private void assertNothingLost() {
        Set<String> missing = new HashSet<>(visitor.texts());
        missing.addAll(pastTheName);
        primary.texts().forEach(missing::remove);
        missing.removeAll(inOrphans);
        assertThat(missing)
                .as("acknowledged, not on " + primary + " and in no orphan")
                .isEmpty();
    }

    /** When the old primary is reached again, in one command. @return the orphan that was saved; empty for none */
    Optional<Orphan> rejoin() {
        all.network().heal();
        JsonNode result = all.operate(primary, "agent-replica rejoin --yes --json")
                .successful()
                .json();
        moved();
        return Optional.ofNullable(result.path("orphan").textValue()).map(id -> new Orphan(primary, id));
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
        assertNothingLost();
        System.out.printf(
                "%d texts by the name, %d moves, no write at the name for %s s, %d texts in orphans%n",
                written.size(), moves, String.join(", ", gaps), inOrphans.size());
    }

    int moves() {
        return moves;
    }
}
