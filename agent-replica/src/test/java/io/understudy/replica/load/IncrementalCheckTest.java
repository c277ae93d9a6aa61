package io.understudy.replica.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.process.SystemCommandRunner;
import io.understudy.progress.Progress;
import io.understudy.replica.apply.DatabaseSwap;
import io.understudy.replica.apply.LiveDatabases.Arrangement;
import io.understudy.replica.load.LoadReport.By;
import io.understudy.replica.load.SpareLoader.TableDifference;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A load by differences finds that the database is not what the last one left, or is not what it is to be. */
@Timeout(120)
@Tag("slow")
class IncrementalCheckTest extends IncrementalLoads {
    /** The mark that would show the drift is spoilt: the counts inside the transaction find it all the same. */
    @Test
    void aRowThatIsNotThereToDeleteMakesTheTableFull() {
        DatabaseIdentity base = base(capture());
        server.psql(retired(base), "UPDATE t SET a = -a WHERE a = 1; UPDATE u SET b = 'other' WHERE a = 2;");
        markLater(base);
        server.psql(source, CHANGE);
        LoadReport report = load(capture(), blobs).report();
        assertThat(report.full()).isEmpty();
        assertThat(report.tables()).filteredOn(table -> table.by() == By.FULL).hasSize(2);
        assertThat(report.text()).contains("had 7 of 8 rows that are to be deleted");
        assertSame();
    }

    /** Neither the count nor the mark shows it: another row has another value, as a bad disk would leave it. */
    @Test
    void whatDiffersFromTheSnapshotsDigestIsLoadedInFullAndReported() {
        DatabaseIdentity base = base(capture());
        server.psql(retired(base), "UPDATE u SET b = 'other' WHERE a = 50;");
        markLater(base);
        server.psql(source, CHANGE);
        LoadReport report = load(capture(), blobs).report();
        assertThat(report.full()).isEmpty();
        assertThat(report.drifted()).isEmpty();
        assertThat(report.mismatches())
                .containsExactly("public.u: its rows differed from the snapshot's digest: public.u (bucket 0 of 1)");
        assertSame();
    }

    @Test
    void comparesTheLiveDatabaseAndTellsWritesFromDamage() {
        Manifest manifest = capture();
        DatabaseIdentity live = load(manifest, blobs).database();
        new DatabaseSwap(new Database(settings), Ticker.system())
                .arrange(new Arrangement(Optional.of(live), Optional.empty(), Optional.empty()));
        assertThat(loader().compareLive(manifest, blobs, Progress.none())).isEmpty();
        server.psql(names.live(), "UPDATE u SET b = 'other' WHERE a = 50;");
        assertThat(loader().compareLive(manifest, blobs, Progress.none()))
                .containsExactly(new TableDifference("public.u (bucket 0 of 1)", true));
        markLater(live);
        assertThat(loader().compareLive(manifest, blobs, Progress.none()))
                .containsExactly(new TableDifference("public.u (bucket 0 of 1)", false));
    }

    /** What takes its time was left to a later load: it is done, though the snapshot is there already. */
    @Test
    void aDatabaseThatWasKeptReadyIsComparedAndItsViewsAreRefreshedBeforeItBecomesLive() {
        server.psql(source, "CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n FROM u;");
        load(capture(), blobs);
        DatabaseLoader one = new DatabaseLoader(settings, state, new SystemCommandRunner(state), new SlowTicker());
        Manifest last = null;
        for (int i = 1; i < 3; i++) {
            server.psql(source, "INSERT INTO u VALUES (" + -i + ", 'new');");
            last = capture();
            one.load(last, blobs, neverLive(true), Progress.none());
        }
        assertThat(server.psql(names.spare(), "SELECT n FROM m")).isEqualTo("101");
        server.psql(names.spare(), "UPDATE u SET b = 'other' WHERE a = 50;");

        LoadReport report =
                one.load(last, blobs, neverLive(false), Progress.none()).report();

        assertThat(report.mismatches()).hasSize(1);
        assertThat(server.psql(names.spare(), "SELECT n FROM m")).isEqualTo("102");
        assertSame();
        assertThat(one.load(last, blobs, neverLive(false), Progress.none())
                        .report()
                        .full())
                .contains("an earlier attempt had loaded it");
    }

    /** Whatever is timed takes a minute. */
    private static final class SlowTicker implements Ticker {
        private final AtomicLong minutes = new AtomicLong();

        @Override
        public long nanos() {
            return Duration.ofMinutes(minutes.incrementAndGet()).toNanos();
        }

        @Override
        public void sleep(Duration pause) {
            minutes.incrementAndGet();
        }
    }

    private LoadContext neverLive(boolean ahead) {
        return new LoadContext() {
            @Override
            public Optional<Manifest> held(SnapshotId snapshot) {
                return Optional.ofNullable(mirror.get(snapshot));
            }

            @Override
            public boolean ahead() {
                return ahead;
            }

            @Override
            public boolean wasNeverLive(DatabaseIdentity database) {
                return true;
            }
        };
    }
}
