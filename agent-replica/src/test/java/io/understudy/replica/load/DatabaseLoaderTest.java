package io.understudy.replica.load;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.RowChanges;
import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.config.Settings.Ownership;
import io.understudy.failure.ErrorCode;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.postgres.Session;
import io.understudy.process.SystemCommandRunner;
import io.understudy.progress.Progress;
import io.understudy.replica.apply.DatabaseSwap;
import io.understudy.replica.apply.LiveDatabases.Arrangement;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseData.TableDelta;
import io.understudy.repository.Manifest;
import io.understudy.repository.Manifests;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamRef;
import io.understudy.testing.PostgresServer;
import io.understudy.time.Ticker;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
@Tag("slow")
class DatabaseLoaderTest extends FullLoads {
    @Test
    void dropsTheHalfLoadedSpareAtOnceWhenALoadFails() {
        Manifest manifest = snapshot(shared, ROWS);
        Manifest more = RealSnapshot.with(manifest, withRows(manifest, 2001));
        assertThatThrownBy(() -> loader(shared).load(more, blobs, Progress.none()))
                .hasMessageContaining("\"public\".\"t\" has 2000 of 2001 rows");
        AtomicBoolean ended = new AtomicBoolean();
        assertFails(
                ErrorCode.LOAD_MISMATCH,
                () -> loader(shared)
                        .load(
                                more,
                                blobs,
                                alongside(() -> {
                                    try {
                                        new CountDownLatch(1).await();
                                    } catch (InterruptedException e) {
                                        ended.set(true);
                                    }
                                }),
                                Progress.none()));
        assertThat(ended).as("what runs next to the load ends with it").isTrue();
        assertThat(named(shared, names.spare())).isEmpty();
        assertThat(state).isEmptyDirectory();
    }

    /** An apply that fails for this server's sake, as for a full disk, loads nothing again. */
    @Test
    void aSpareThatWasLiveAndCameBackIsTakenAsItIsAlsoWhereNoOtherHasRoom() {
        Manifest manifest = snapshot(shared, ROWS);
        DatabaseIdentity loaded = loader(shared).load(manifest, blobs, Progress.none());
        DatabaseSwap swap = new DatabaseSwap(new Database(shared.settings(names.live())), Ticker.system());
        swap.arrange(new Arrangement(Optional.of(loaded), Optional.empty(), Optional.empty()));
        swap.arrange(new Arrangement(Optional.empty(), Optional.of(loaded), Optional.empty()));
        DatabaseLoader full = new DatabaseLoader(
                new Database(shared.settings(names.live())),
                RowChanges.NONE,
                state,
                new SystemCommandRunner(state),
                Ticker.system(),
                folder -> OptionalLong.of(10));

        full.preflight(manifest);
        BlobSource none = blob -> {
            throw new AssertionError("nothing is loaded again");
        };

        assertThat(full.load(manifest, none, Progress.none())).isEqualTo(loaded);
        full.dropSpare();
        assertFails(ErrorCode.DISK_FULL, () -> full.preflight(manifest));
    }

    @Tag("always")
    @Test
    void storesNothingOfADamagedBlob() {
        Manifest manifest = snapshot(shared, ROWS);
        BlobRef last = last(Manifests.rows(manifest, blobs).direct());
        String spare = shared.createDatabase("rows");
        shared.psql(spare, "CREATE TABLE t (a int PRIMARY KEY, b text);");
        Database database = new Database(shared.settings(spare));
        CopyPlan plan = CopyPlan.of(List.of(RealSnapshot.table(manifest, blobs)), blobs, 2);
        try (Session session = database.open()) {
            TableCopy copy = new TableCopy(
                    new BrokenBlobs(blobs, last.id()), Progress.none(), "UTF8", CopyTargets.of(session), plan.bytes());
            assertFails(
                    ErrorCode.BLOB_DAMAGED,
                    () -> new RowLoader(LoadRights.ofUser(database, spare), 2, copy).load(plan.tasks()));
        }
        assertThat(shared.psql(spare, "SELECT count(*) FROM t")).isEqualTo("0");
    }

    @Test
    void loadsWhatIsLeftOfABaseAndWhatCameWithDeltas() {
        Manifest manifest = snapshot(shared, ROWS);
        TableData table = RealSnapshot.table(manifest, blobs);
        TableDelta first = new TableDelta(stream("7\n2000\n3000\n"), stream("7\tseven\n3000\tcame\n"));
        TableDelta second = new TableDelta(stream("3000\n8\n"), stream("8\teight\n"));
        TableData changed = new TableData(
                "public",
                "t",
                table.columns(),
                List.of("a"),
                1999,
                table.bytes(),
                null,
                null,
                new TableContent(table.content().base(), List.of(first, second)));
        Manifest tracked = RealSnapshot.with(manifest, withTables(manifest.database(), List.of(changed)));
        loader(shared).load(tracked, blobs, Progress.none());
        assertThat(shared.psql(
                        names.spare(),
                        "SELECT count(*), min(b) FILTER (WHERE a = 7), min(b) FILTER (WHERE a = 8),"
                                + " count(*) FILTER (WHERE a >= 2000) FROM t"))
                .isEqualTo("1999|seven|eight|0");
    }

    private StreamRef stream(String rows) {
        byte[] bytes = rows.getBytes(StandardCharsets.UTF_8);
        return StreamRef.of(List.of(blobs.put(bytes, 0, bytes.length)));
    }

    @Test
    void saysWhichTableRefusesItsRows() {
        Manifest manifest = snapshot(shared, ROWS);
        byte[] wrong = "x\ty\n".getBytes(StandardCharsets.UTF_8);
        StreamRef stream = StreamRef.of(List.of(blobs.put(wrong, 0, wrong.length)));
        TableData table = RealSnapshot.table(manifest, blobs);
        TableData spoilt = new TableData(
                "public", "t", table.columns(), List.of(), 1, 4, null, null, new DatabaseData.TableContent(stream));
        Manifest bad = RealSnapshot.with(manifest, withTables(manifest.database(), List.of(spoilt)));
        assertFails(ErrorCode.LOAD_FAILED, () -> loader(shared).load(bad, blobs, Progress.none()))
                .hasMessageContaining("\"public\".\"t\"")
                .hasMessageContaining("integer");
    }

    @Test
    void givesPgRestoresOwnWords() {
        Manifest manifest = snapshot(shared, ROWS);
        byte[] garbage = "PGDMP garbage".getBytes(StandardCharsets.UTF_8);
        DatabaseData data = manifest.database();
        DatabaseData spoilt = RealSnapshot.data(
                blobs,
                data.name(),
                data.properties(),
                StreamRef.of(List.of(blobs.put(garbage, 0, garbage.length))),
                List.of());
        assertFails(
                        ErrorCode.LOAD_FAILED,
                        () -> loader(shared).load(RealSnapshot.with(manifest, spoilt), blobs, Progress.none()))
                .hasMessageContaining("pg_restore: error:");
    }

    @Test
    void reportsEveryByteOnce() {
        Manifest manifest = snapshot(shared, ROWS);
        Set<String> steps = Collections.synchronizedSet(new LinkedHashSet<>());
        AtomicReference<Long> done = new AtomicReference<>(0L);
        AtomicInteger alongside = new AtomicInteger();
        loader(shared).load(manifest, blobs, alongside(alongside::incrementAndGet), (step, bytes, total) -> {
            steps.add(step);
            if (step.equals("load")) {
                assertThat(total).isEqualTo(RealSnapshot.table(manifest, blobs).bytes());
                done.accumulateAndGet(bytes, Math::max);
            }
        });
        assertThat(steps).containsExactly("schema", "load", "indexes", "statistics");
        assertThat(done.get()).isEqualTo(RealSnapshot.table(manifest, blobs).bytes());
        assertThat(alongside).hasValue(1);
    }

    private static LoadContext alongside(Runnable work) {
        return new LoadContext() {
            @Override
            public Optional<Manifest> held(SnapshotId snapshot) {
                return Optional.empty();
            }

            @Override
            public void alongside() {
                work.run();
            }
        };
    }

    @Test
    void givesAllToAPlainUserWhereOwnershipIsSingle() {
        shared.createRole("plain_owner", "LOGIN PASSWORD 'x' CREATEDB");
        shared.createRole("elsewhere_only", "");
        Manifest manifest = snapshot(
                shared,
                "CREATE EXTENSION hstore; COMMENT ON EXTENSION hstore IS 'mine';"
                        + "DROP EXTENSION plpgsql; CREATE EXTENSION plpgsql;"
                        + "CREATE TABLE t (h hstore); INSERT INTO t VALUES ('a=>1'); GRANT SELECT ON t TO elsewhere_only;"
                        + "ALTER TABLE t OWNER TO elsewhere_only; COMMENT ON SCHEMA public IS 'own';");
        DatabaseSettings settings = shared.settings(names.live(), "plain_owner", "x", Ownership.SINGLE);
        DatabaseLoader loader = new DatabaseLoader(settings, state, new SystemCommandRunner(state), Ticker.system());
        loader.preflight(manifest);
        loader.load(manifest, blobs, Progress.none());
        assertThat(shared.psql(
                        names.spare(),
                        "SELECT tableowner, (SELECT h->'a' FROM t) FROM pg_tables WHERE tablename = 't'"))
                .isEqualTo("plain_owner|1");
        assertThat(state.toFile().list()).containsExactlyInAnyOrder("spare.json", "loaded-databases.json");
    }

    @Tag("slow")
    @Test
    void namesTheRoleThatAPolicyNeedsEvenWhereOwnershipIsSingle() {
        shared.createRole("of_policy", "");
        Manifest manifest = snapshot(shared, "CREATE TABLE t (a int); CREATE POLICY p ON t TO of_policy USING (true);");
        try (PostgresServer other = PostgresServer.start()) {
            DatabaseSettings settings =
                    other.settings(names.live(), PostgresServer.SUPERUSER, other.password(), Ownership.SINGLE);
            DatabaseLoader loader =
                    new DatabaseLoader(settings, state, new SystemCommandRunner(state), Ticker.system());
            assertFails(ErrorCode.MISSING_ROLE, () -> loader.load(manifest, blobs, Progress.none()))
                    .hasMessageContaining("of_policy");
        }
    }

    private static BlobRef last(List<BlobRef> blobs) {
        return blobs.get(blobs.size() - 1);
    }

    private DatabaseData withRows(Manifest manifest, long rows) {
        TableData table = RealSnapshot.table(manifest, blobs);
        return withTables(
                manifest.database(),
                List.of(new TableData(
                        table.schema(),
                        table.name(),
                        table.columns(),
                        table.key(),
                        rows,
                        table.bytes(),
                        null,
                        null,
                        table.content())));
    }

    private DatabaseData withTables(DatabaseData data, List<TableData> tables) {
        return RealSnapshot.data(blobs, data.name(), data.properties(), data.archive(), tables);
    }
}
