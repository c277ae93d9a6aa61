package io.understudy.deployments;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.deployments.PromotionPartition.Moment;
import io.understudy.deployments.PromotionPartition.Outcome;
import io.understudy.deployments.Systemctl.Gate;
import io.understudy.deployments.Visitor.Written;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Promotions of a standby while the primary serves, with two hosts that do not reach each other from one moment on: any
 * two of primary, standby, filestore, name server and operator, and any moment. One visitor writes at the site's name,
 * one at the old primary, whatever the name says. {@code deploy/soak --partitions} runs it; the property is a pattern
 * of {@link PromotionPartition#toString} that says which, {@code .*} for all.
 */
@Tag("slow")
@EnabledIfSystemProperty(named = "understudy.partitions", matches = ".+")
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class PromotionPartitionsIT extends PartitionTest {
    private static final Duration ENDS = Duration.ofSeconds(120);

    PromotionPartitionsIT() {
        super(UnaryOperator.identity());
    }

    static Stream<PromotionPartition> partitions() {
        return wanted(PromotionPartition.all());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("partitions")
    void oneServerTakesWritesByTheNameAndNothingIsLost(PromotionPartition partition) {
        SiteServer before = roles().primary();
        SiteServer after = roles().standby();
        long begun = System.currentTimeMillis() * 1_000_000;
        Set<String> shipped = new HashSet<>(roles().awaitShipped());
        // Not what an earlier promotion left in an orphan.
        shipped.retainAll(before.texts());
        awaitAhead(after);
        Optional<Gate> gate = partition.moment().hold(after);
        if (partition.moment() == Moment.ASKED) {
            partition.cut().make(all(), roles());
        }
        Running command = all().operating(after, "agent-replica promote --yes").start(logs.resolve("promote.log"));
        gate.ifPresent(Gate::awaitReached);
        if (partition.moment() == Moment.NAMED) {
            awaitNames(after, ENDS);
        }
        if (partition.moment() != Moment.ASKED) {
            partition.cut().make(all(), roles());
        }
        gate.ifPresent(Gate::open);

        switch (partition.outcome()) {
            case MOVES -> {
                awaitServes(after, ENDS);
                awaitNames(after, ENDS);
                roles().visitor().awaitWritesAt(after.host());
                roles().awaitPrimaryFenced();
            }
            case MOVES_WITHOUT_NAMES -> {
                awaitServes(after, ENDS);
                roles().awaitPrimaryFenced();
                assertThat(all().addresses()).containsExactly(before.host().address());
                all().network().heal();
                // The agent tries again by itself.
                awaitNames(after, ENDS);
                roles().visitor().awaitWritesAt(after.host());
            }
            case REFUSED, NOT_ASKED -> {
                Deadline.await("the command has ended", ENDS, () -> !command.alive());
                assertThat(after.marked()).isTrue();
                assertThat(after.takesWrites()).isFalse();
                roles().visitor().awaitWritesAt(before.host());
            }
        }
        command.stop();
        assertOneTookWritesByTheName(before, after, begun);
        if (partition.outcome() == Outcome.REFUSED || partition.outcome() == Outcome.NOT_ASKED) {
            assertHas(before, acknowledgedAt(before, begun));
            all().network().heal();
        } else {
            shipped.addAll(acknowledgedAt(after, begun));
            assertHas(after, shipped);
            Optional<Orphan> orphan = roles().rejoin();
            Set<String> missing = new HashSet<>(acknowledgedAt(before, begun));
            after.texts().forEach(missing::remove);
            orphan.map(before.site()::textsIn).ifPresent(missing::removeAll);
            assertThat(missing).as("on " + before + " only, and in no orphan").isEmpty();
        }
        System.out.printf("%s: %s%n", partition, partition.outcome());
    }

    /** So that a promotion has something to apply: the visitors write all the time. */
    private static void awaitAhead(SiteServer standby) {
        Deadline.await(
                standby + " has a snapshot ahead",
                Roles.FOLLOWS,
                () -> standby.replicaState().path("ahead").hasNonNull("snapshot"));
    }

    /** Once the new one has acknowledged a text at the name, the old one does not. @param begun ns of the epoch */
    private void assertOneTookWritesByTheName(SiteServer before, SiteServer after, long begun) {
        List<String> addresses = new ArrayList<>();
        for (Written each : roles().visitor().written()) {
            if (each.from() >= begun
                    && (addresses.isEmpty()
                            || !addresses.get(addresses.size() - 1).equals(each.address()))) {
                addresses.add(each.address());
            }
        }
        assertThat(List.of(before.host().address(), after.host().address()))
                .as("the servers that took writes at the name, in their order")
                .containsSubsequence(addresses);
    }
}
