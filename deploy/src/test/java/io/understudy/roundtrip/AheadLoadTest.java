package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import io.understudy.progress.CrashPoint;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.load.LoadReport;
import io.understudy.replica.load.SpareLoader.LoadedSpare;
import io.understudy.repository.SnapshotId;
import io.understudy.testing.PostgresServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

/**
 * A database that is brought up to one continuous snapshot after the other, each time by what changed alone, is that
 * of the source, whatever points of the load a process died at. What was whole is never called so while it is changed.
 */
@Timeout(180)
@Tag("slow")
class AheadLoadTest {
    /** Those that a load ahead passes. */
    private static final Set<ReplicaPoint> POINTS = EnumSet.of(
            ReplicaPoint.BASE_INTENDED,
            ReplicaPoint.BASE_NAMED,
            ReplicaPoint.ROWS_EXCHANGED,
            ReplicaPoint.COMMIT_NOTED,
            ReplicaPoint.ROWS_COMMITTED,
            ReplicaPoint.BASE_CHANGED,
            ReplicaPoint.SPARE_LOADED);

    @TempDir
    private Path state;

    private static final class Died extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** The process dies when it passes this point, once. */
    private static final class DyingAt extends TurboFilter implements AutoCloseable {
        private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        private final Logger points = context.getLogger(CrashPoint.LOGGER);
        private final Level before = points.getLevel();
        private final AtomicReference<ReplicaPoint> victim;

        DyingAt(ReplicaPoint point) {
            this.victim = new AtomicReference<>(point);
            points.setLevel(Level.DEBUG);
            context.addTurboFilter(this);
        }

        @Override
        public FilterReply decide(
                Marker marker, Logger logger, Level level, String format, Object[] arguments, Throwable thrown) {
            if (logger == points && arguments != null && arguments.length > 0) {
                ReplicaPoint now = victim.get();
                if (now != null && arguments[0] == now && victim.compareAndSet(now, null)) {
                    throw new Died();
                }
            }
            return FilterReply.NEUTRAL;
        }

        boolean happened() {
            return victim.get() == null;
        }

        @Override
        public void close() {
            context.getTurboFilterList().remove(this);
            points.setLevel(before);
        }
    }

    @Test
    void oneAfterTheOtherWithACrashAtEachPointAndThenASwap() {
        try (PostgresServer server = PostgresServer.start(List.of("wal_level=logical"))) {
            ChangingSite site = new ChangingSite(11);
            Differential both = new Differential(server, state, ChangingSite.SCHEMA, true);
            both.run(site.rows());
            both.importAndRetire();
            LoadReport first = both.importAndRetire();
            assertThat(first.full()).isEmpty();
            List<SnapshotId> changed = new ArrayList<>();
            List<ReplicaPoint> points = new ArrayList<>(POINTS);
            for (int round = 0; round < POINTS.size(); round++) {
                both.run(site.change());
                both.run("UPDATE app.note SET body = 'round %d' WHERE id %% 5 = 0".formatted(round));
                dieAt(both, points.get(round));
                both.restart();
                both.run(site.change());
                int changes = changed.size();
                LoadedSpare loaded = both.loadAhead(() -> changed.add(new SnapshotId(1, 1)));
                assertThat(loaded.report().full()).as(loaded.report().text()).isEmpty();
                assertThat(loaded.report().drifted()).isEmpty();
                assertThat(changed).hasSizeGreaterThan(changes);
                if (round % 3 == 2) {
                    both.compareRows();
                }
            }
            both.restart();
            both.run(site.change());
            LoadReport swap = both.importAndRetire();
            assertThat(swap.full()).as(swap.text()).isEmpty();
            // What the marks say of it is right: nothing was written there, and the schema is as it was.
            both.run(site.change());
            LoadReport next = both.importAndRetire();
            assertThat(next.full()).as(next.text()).isEmpty();
            assertThat(next.drifted()).isEmpty();
        }
    }

    /** What was whole is not called so from the first change on: the round is asked before it. */
    private static void dieAt(Differential both, ReplicaPoint point) {
        List<Optional<?>> before = new ArrayList<>();
        try (DyingAt death = new DyingAt(point)) {
            assertThat(catchThrowable(
                            () -> both.loadAhead(() -> before.add(both.loader().base()))))
                    .as(point.label())
                    .isInstanceOf(Died.class);
            assertThat(death.happened()).isTrue();
        }
        assertThat(before).hasSize(1);
        SnapshotId whole =
                ((io.understudy.replica.load.SpareLoader.Base) before.get(0).orElseThrow()).snapshot();
        if (point != ReplicaPoint.SPARE_LOADED) {
            assertThat(both.loader().holding(whole)).as(point.label()).isEmpty();
        }
    }
}
