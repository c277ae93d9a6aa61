package io.understudy.deployments;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.deployments.Visitor.Written;
import io.understudy.rehearsal.Deadline;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;

/** Moves of the sample site while two hosts do not reach each other; visitors write at its name and at each server. */
abstract class PartitionTest extends DeploymentTest {
    private Visitor atA;
    private Visitor atB;

    /** @param settings what the test has otherwise in the shipped configuration of both servers */
    PartitionTest(UnaryOperator<String> settings) {
        super(SampleSite.KIND, settings);
    }

    @BeforeAll
    final void visitBoth() {
        atA = all().visitorAt(all().a());
        atB = all().visitorAt(all().b());
    }

    /** Those that the property names by a pattern, {@code .*} for all. */
    static <T> Stream<T> wanted(Stream<T> all) {
        Pattern wanted = Pattern.compile(System.getProperty("understudy.partitions", ".*"));
        return all.filter(each -> wanted.matcher(each.toString()).matches());
    }

    final void awaitNames(SiteServer server, Duration limit) {
        Deadline.await(
                "the names point to " + server,
                limit,
                () -> all().addresses().equals(List.of(server.host().address())));
    }

    final void awaitServes(SiteServer server, Duration limit) {
        Deadline.await(server + " serves the site", limit, () -> !server.marked() && server.takesWrites());
    }

    /** By whichever way the texts came. */
    final Stream<Written> acknowledged() {
        return Stream.of(roles().visitor(), atA, atB).flatMap(visitor -> visitor.written().stream());
    }

    /** By whichever way the texts came. @param since nanoseconds of the epoch */
    final List<String> acknowledgedAt(SiteServer server, long since) {
        return acknowledged()
                .filter(each -> each.from() >= since)
                .filter(each -> each.address().equals(server.host().address()))
                .map(Written::text)
                .toList();
    }

    /** What was acknowledged is known before the server is asked: visitors write on. */
    static void assertHas(SiteServer server, Collection<String> texts) {
        assertThat(server.texts()).containsAll(texts);
    }
}
