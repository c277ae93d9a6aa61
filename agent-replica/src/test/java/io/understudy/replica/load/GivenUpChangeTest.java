package io.understudy.replica.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseNames;
import io.understudy.process.SystemCommandRunner;
import io.understudy.progress.Progress;
import io.understudy.replica.load.SpareLoader.LoadedSpare;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobSource;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.PostgresServer;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A change of a whole spare that is given up: before its commit the spare holds what it held. */
@Tag("slow")
@Timeout(120)
class GivenUpChangeTest {
    private static final SnapshotId FIRST = new SnapshotId(1, 1);

    private final PostgresServer server = PostgresServer.shared();
    private final MemoryBlobs blobs = new MemoryBlobs();
    private final Map<SnapshotId, Manifest> mirror = new HashMap<>();
    private final DatabaseNames names = DatabaseNames.of(server.newName("given_up"));
    private final DatabaseSettings settings = server.settings(names.live());
    private String source;

    @TempDir
    private Path state;

    @BeforeEach
    void theSpareIsWhole() {
        source = server.createDatabase("source");
        server.createRole("given_up_one", "");
        server.createRole("given_up_two", "");
        server.psql(
                source,
                "CREATE TABLE t (a int PRIMARY KEY, b text); INSERT INTO t SELECT g, repeat('x', 90) FROM generate_series(1, 2000) g;"
                        + " CREATE TABLE u (a int, b text); INSERT INTO u SELECT g, 'u' FROM generate_series(1, 100) g;"
                        + " CREATE UNLOGGED TABLE w (a int PRIMARY KEY); INSERT INTO w SELECT generate_series(1, 50);"
                        + " ALTER TABLE t OWNER TO given_up_one; ALTER TABLE u OWNER TO given_up_two;");
        load(capture(1), blobs);
        server.psql(source, "UPDATE t SET b = 'new' WHERE a = 7; UPDATE u SET b = 'v' WHERE a < 4;");
        capture(2);
    }

    @Test
    void isTakenBackWhereNothingWasCommitted() {
        // More often than it may fail: none of them did.
        for (int attempt = 0; attempt < 6; attempt++) {
            giveUpWhen(() -> loader().holding(FIRST).isEmpty());
        }
        assertThat(loader().holding(FIRST)).isEmpty();

        String role = server.newName("left");
        server.createRole(role, "LOGIN");
        server.psql(
                names.spare(),
                "COMMENT ON ROLE " + role + " IS 'temporary: Understudy fills database " + names.spare()
                        + "'; GRANT SELECT ON t TO " + role);

        assertThat(loader().takeBack(new SnapshotId(1, 9))).isFalse();
        assertThat(loader().takeBack(FIRST)).isTrue();

        assertThat(server.psql(names.spare(), "SELECT count(*) FROM pg_roles WHERE rolname = '" + role + "'"))
                .as("what a load that was given up could not drop")
                .isEqualTo("0");

        assertThat(loader().holding(FIRST)).isPresent();
        assertThat(changedRows()).isEqualTo("0");
        assertThat(load(mirror.get(new SnapshotId(1, 2)), blobs).report().full())
                .isEmpty();
        assertThat(server.dump(names.spare())).isEqualTo(server.dump(source));
    }

    @Test
    void isNotTakenBackWhereTheTablesOfOneOwnerWereCommitted() {
        giveUpWhen(() -> changedRows().equals("1"));

        assertThat(loader().takeBack(FIRST)).isFalse();

        assertThat(loader().holding(FIRST)).isEmpty();
        assertThat(load(mirror.get(new SnapshotId(1, 2)), blobs).report().full())
                .isEmpty();
        assertThat(server.dump(names.spare())).isEqualTo(server.dump(source));
    }

    @Test
    void stopsNoLoadWhereItCannotBeFinished() {
        giveUpWhen(() -> changedRows().equals("1"));
        server.psql(source, "UPDATE t SET b = 'newer' WHERE a = 8");
        AtomicBoolean missing = new AtomicBoolean(true);
        BlobSource damaged = blob -> {
            if (missing.getAndSet(false)) {
                throw new UnderstudyException(ErrorCode.BLOB_MISSING, "it is gone", "fetch it");
            }
            return blobs.open(blob);
        };

        assertThat(load(capture(3), damaged).report().full()).isPresent();

        assertThat(server.dump(names.spare())).isEqualTo(server.dump(source));
    }

    /** A server that crashed has emptied its unlogged tables. */
    @Test
    void isNotTakenBackWhereTheServerWasRestartedAndHoldsUnloggedTables() {
        giveUpWhen(() -> loader().holding(FIRST).isEmpty());
        StateFile<SpareRecord> file = StateFile.in(state, StateEntry.SPARE, SpareRecord.class);
        SpareRecord record = file.read().orElseThrow();
        assertThat(record.volatileSince()).isPresent();
        file.write(SpareRecord.changing(
                record.name(),
                Optional.of("2026-11-20 10:00:00+00"),
                record.change().orElseThrow()));
        server.psql(names.spare(), "TRUNCATE w");

        assertThat(loader().takeBack(FIRST)).isFalse();

        assertThat(loader().holding(FIRST)).isEmpty();
        load(mirror.get(new SnapshotId(1, 2)), blobs);
        assertThat(server.dump(names.spare())).isEqualTo(server.dump(source));
    }

    private void giveUpWhen(BooleanSupplier moment) {
        Thread loading = Thread.currentThread();
        BlobSource interrupting = blob -> {
            if (moment.getAsBoolean()) {
                loading.interrupt();
            }
            return blobs.open(blob);
        };
        assertThatThrownBy(() -> load(mirror.get(new SnapshotId(1, 2)), interrupting))
                .isInstanceOf(UnderstudyException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    private String changedRows() {
        return server.psql(names.spare(), "SELECT count(*) FROM t WHERE b = 'new'");
    }

    private Manifest capture(int sequence) {
        Manifest manifest = new RealSnapshot(server, blobs, state).of(source, sequence);
        mirror.put(manifest.snapshot(), manifest);
        return manifest;
    }

    private DatabaseLoader loader() {
        return new DatabaseLoader(settings, state, new SystemCommandRunner(state), Ticker.system());
    }

    private LoadedSpare load(Manifest manifest, BlobSource from) {
        return loader().load(manifest, from, id -> Optional.ofNullable(mirror.get(id)), Progress.none());
    }
}
