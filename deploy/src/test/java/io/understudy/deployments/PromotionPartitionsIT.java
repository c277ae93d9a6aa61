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
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
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
class PromotionPartitionsIT extends DeploymentTest {
    private static final Duration ENDS = Duration.ofSeconds(120);

    private Visitor atA;
    private Visitor atB;

    PromotionPartitionsIT() {
        super(SampleSite.KIND);
    }

    @BeforeAll
    void visitBoth() {
        atA = all().visitorAt(all().a());
        atB = all().visitorAt(all().b());
    }

    static Stream<PromotionPartition> partitions() {
        Pattern wanted = Pattern.compile(System.getProperty("understudy.partitions", ".*"));
        return PromotionPartition.all()
                .filter(each -> wanted.matcher(each.toString()).matches());
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
            awaitNames(after);
        }
        if (partition.moment() != Moment.ASKED) {
            partition.cut().make(all(), roles());
        }
        gate.ifPresent(Gate::open);

        switch (partition.outcome()) {
            case MOVES -> {
                awaitServes(after);
                awaitNames(after);
                roles().visitor().awaitWritesAt(after.host());
                roles().awaitPrimaryFenced();
            }
            case MOVES_WITHOUT_NAMES -> {
                awaitServes(after);
                roles().awaitPrimaryFenced();
                assertThat(all().addresses()).containsExactly(before.host().address());
                all().network().heal();
                all().operate(after, "agent-replica dns --switch").successful();
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
            assertThat(before.texts()).containsAll(acknowledgedAt(before, begun));
            all().network().heal();
        } else {
            assertThat(after.texts()).containsAll(shipped).containsAll(acknowledgedAt(after, begun));
            Optional<String> orphan = roles().returnWithOrphan();
            Set<String> missing = new HashSet<>(acknowledgedAt(before, begun));
            after.texts().forEach(missing::remove);
            assertThat(orphan.isPresent() || missing.isEmpty())
                    .as("%s are on %s only, and in no orphan", missing, before)
                    .isTrue();
        }
        System.out.printf("%s: %s%n", partition, partition.outcome());
    }

    /** So that a promotion has something to apply: the visitors write all the time. */
    private static void awaitAhead(SiteServer standby) {
        Deadline.await(
                standby + " has a snapshot ahead",
                Roles.FOLLOWS,
                () -> standby.replicaStatus().path("ahead").hasNonNull("snapshot"));
    }

    private static void awaitServes(SiteServer server) {
        Deadline.await(server + " serves the site", ENDS, () -> !server.marked() && server.takesWrites());
    }

    private void awaitNames(SiteServer server) {
        Deadline.await(
                "the names point to " + server,
                ENDS,
                () -> all().addresses().equals(List.of(server.host().address())));
    }

    /** By whichever way the texts came. @param since nanoseconds of the epoch */
    private List<String> acknowledgedAt(SiteServer server, long since) {
        return Stream.of(roles().visitor(), atA, atB)
                .flatMap(visitor -> visitor.written().stream())
                .filter(each -> each.from() >= since)
                .filter(each -> each.address().equals(server.host().address()))
                .map(Written::text)
                .toList();
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
