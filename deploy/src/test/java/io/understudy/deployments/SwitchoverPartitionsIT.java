package io.understudy.deployments;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.deployments.SwitchoverPartition.Outcome;
import io.understudy.deployments.Systemctl.Gate;
import io.understudy.deployments.Visitor.Written;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Running;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Switchovers in which two hosts do not reach each other from one moment on: any two of primary, standby, filestore,
 * name server and operator, and any moment. Three visitors write all the time: one at the site's name, and one at each
 * server. {@code deploy/soak --partitions} runs it; the property is a pattern of
 * {@link SwitchoverPartition#toString} that says which, {@code .*} for all.
 */
@Tag("slow")
@EnabledIfSystemProperty(named = "understudy.partitions", matches = ".+")
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class SwitchoverPartitionsIT extends PartitionTest {
    /** The least that a switchover between servers which share two processors with other tests keeps to. */
    private static final int LIMIT_SECONDS = 60;
    /** The way back, or the standby's: stop, restart, names. */
    private static final Duration ENDS = Duration.ofSeconds(LIMIT_SECONDS + 60);

    /** With a lease that is longer than a switchover may take: what the end of a lease does, ZotonicIT shows. */
    SwitchoverPartitionsIT() {
        super(settings -> settings.replace("lease: 1m", "lease: 10m"));
    }

    static Stream<SwitchoverPartition> partitions() {
        return wanted(SwitchoverPartition.all());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("partitions")
    void oneServerTakesWritesAndNothingIsLost(SwitchoverPartition partition) {
        SiteServer before = roles().primary();
        SiteServer after = roles().standby();
        long begun = System.currentTimeMillis() * 1_000_000;
        Optional<Gate> gate = partition.moment().hold(all(), roles());
        Running command = all().operating(
                        before, "agent-primary switchover " + after + ".example.net --yes --limit " + LIMIT_SECONDS)
                .start(logs.resolve("switchover.log"));
        gate.ifPresentOrElse(Gate::awaitReached, () -> awaitNames(after, ENDS));
        partition.cut().make(all(), roles());
        gate.ifPresent(Gate::open);

        SiteServer serves = partition.outcome() == Outcome.GOES_BACK ? before : after;
        awaitServes(serves, ENDS);
        if (partition.outcome() != Outcome.MOVES_WITHOUT_NAMES) {
            roles().visitor().awaitWritesAt(serves.host());
        }
        if (partition.outcome() == Outcome.MOVES_WITHOUT_NAMES) {
            // Once they reach each other the agent switches them.
            assertThat(all().addresses()).containsExactly(before.host().address());
        }
        all().network().heal();
        if (partition.outcome() == Outcome.MOVES_WITHOUT_NAMES) {
            awaitNames(after, ENDS);
        }
        Deadline.await(
                "the switchover is over",
                ENDS,
                () -> !Files.exists(before.host().path("/var/lib/understudy/switchover.json")));
        command.stop();
        roles().visitor().awaitWritesAt(serves.host());

        assertThat(List.of(before.marked(), after.marked())).containsExactly(serves == after, serves == before);
        assertOneTookWrites(before, after, begun);
        assertHas(serves, acknowledged().map(Written::text).toList());
        System.out.printf("%s: %s%n", partition, partition.outcome());
        if (serves == after) {
            roles().moved();
        }
    }

    /** By whichever way the writes came. @param begun nanoseconds of the epoch */
    private void assertOneTookWrites(SiteServer before, SiteServer after, long begun) {
        List<Written> since =
                acknowledged().filter(each -> each.from() >= begun).toList();
        long last = since.stream()
                .filter(each -> each.address().equals(before.host().address()))
                .mapToLong(Written::from)
                .max()
                .orElse(0);
        long first = since.stream()
                .filter(each -> each.address().equals(after.host().address()))
                .mapToLong(Written::to)
                .min()
                .orElse(Long.MAX_VALUE);
        assertThat(first)
                .as("the first write at %s is acknowledged after the last one at %s was sent", after, before)
                .isGreaterThan(last);
    }
}
