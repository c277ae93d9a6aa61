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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A load by differences finds that the database is not what the last one left, or is not what it is to be. */
@Timeout(120)
@Tag("slow")
class IncrementalCheckTest extends IncrementalLoads {
    private static final String LOUD =
            "CREATE FUNCTION loud() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.b := NEW.b || '!'; RETURN NEW; END$$;"
                    + "CREATE TRIGGER loud BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION loud(); ALTER TABLE t ENABLE ALWAYS TRIGGER loud;";

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

    /** The role that fills a superuser's tables owns none, so it could not turn off what acts everywhere. */
    @Test
    void triggersAndRulesOfASuperusersTablesThatActEverywhereAreOffForAChange() {
        server.psql(
                source,
                LOUD + "CREATE RULE kept AS ON DELETE TO u DO INSTEAD NOTHING; ALTER TABLE u ENABLE ALWAYS RULE kept;");
        base(capture());
        server.psql(
                source,
                "ALTER TABLE u DISABLE RULE kept; DELETE FROM u WHERE a = 1; ALTER TABLE u ENABLE ALWAYS RULE kept;"
                        + CHANGE);
        LoadReport report = load(capture(), blobs).report();
        assertThat(report.full()).isEmpty();
        assertThat(report.tables()).extracting(LoadReport.TableLoad::by).containsOnly(By.DELTA);
        assertSame();
    }

    /** Only a superuser could turn the triggers off, and these functions would have a superuser's rights then. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE INDEX ON t (who(a));",
                "CREATE INDEX ON t (a) WHERE who(a) = a;",
                "ALTER TABLE t ADD CHECK (who(a) = a);",
                "CREATE FUNCTION d(float8, float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT who(1)::float8';"
                        + "CREATE TYPE r AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = d); ALTER TABLE t ADD c r; CREATE INDEX ON t USING gist (c);"
            })
    void functionsOfTheSiteNeverRunAsASuperuserForThat(String function) {
        server.psql(
                source,
                LOUD
                        + "CREATE FUNCTION who(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$BEGIN IF current_database() ~ '_understudy_'"
                        + " AND current_setting('is_superuser')::bool AND current_setting('session_replication_role') = 'replica' THEN RAISE 'a superuser'; END IF; RETURN $1; END$$;"
                        + function);
        base(capture());
        server.psql(source, CHANGE);
        assertThat(load(capture(), blobs).report().full().orElseThrow())
                .contains("\"t\" are enabled ALWAYS", "functions of the site would run");
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

    @Tag("always")
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

    /** An apply went back after its database had been live for a moment: the next attempt looks at it. */
    @Test
    void whatWasWrittenIntoALoadedDatabaseThatWasLiveForAMomentIsTakenBack() {
        Manifest manifest = capture();
        load(manifest, blobs);
        DatabaseLoader one = new DatabaseLoader(settings, state, new SystemCommandRunner(state), new SlowTicker());
        server.psql(names.spare(), "UPDATE u SET b = 'written by somebody' WHERE a = 50;");

        LoadReport report =
                one.load(manifest, blobs, mirrored(), Progress.none()).report();

        assertThat(report.full()).isEmpty();
        assertThat(report.tables()).anyMatch(LoadReport.TableLoad::drift);
        assertSame();
    }

    private LoadContext mirrored() {
        return new LoadContext() {
            @Override
            public Optional<Manifest> held(SnapshotId snapshot) {
                return Optional.ofNullable(mirror.get(snapshot));
            }
        };
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
