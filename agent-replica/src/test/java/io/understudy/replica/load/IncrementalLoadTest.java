package io.understudy.replica.load;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.replica.load.SpareLoader.Base;
import io.understudy.replica.load.SpareLoader.LoadedSpare;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobSource;
import io.understudy.testing.PostgresServer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What goes wrong while a database is brought up by differences, and how the next attempt goes on. */
@Timeout(120)
@Tag("slow")
class IncrementalLoadTest extends IncrementalLoads {
    @Test
    void goesOnInTheSameDatabaseAfterItsSessionsWereEnded() {
        DatabaseIdentity base = base(capture());
        server.psql(source, CHANGE);
        Manifest next = capture();
        AtomicBoolean once = new AtomicBoolean();
        BlobSource ending = blob -> {
            if (onlyIn(next).contains(blob.id()) && once.compareAndSet(false, true)) {
                endSessions();
            }
            return blobs.open(blob);
        };
        assertFails(ErrorCode.DATABASE_UNREACHABLE, () -> load(next, ending));
        assertThat(loader().base()).contains(new Base(base, new SnapshotId(1, 1)));
        LoadedSpare loaded = load(next, blobs);
        assertThat(loaded.database()).isEqualTo(base);
        assertThat(loaded.report().full()).isEmpty();
        assertSame();
    }

    /** What one role's tables committed is not done again, and is not taken for what the site wrote. */
    @Test
    void doesNotRepeatWhatWasCommitted() {
        DatabaseIdentity base = halfChanged();
        Manifest next = mirror.get(new SnapshotId(1, 2));
        assertThat(server.psql(names.spare(), "SELECT count(*) FROM t WHERE b = 'new'"))
                .isNotEqualTo("0");
        assertThat(server.psql(names.spare(), "SELECT count(*) FROM u WHERE b = 'v'"))
                .isEqualTo("0");
        LoadedSpare loaded = load(next, blobs);
        assertThat(loaded.database()).isEqualTo(base);
        assertThat(loaded.report().drifted()).isEmpty();
        assertThat(loaded.report().tables().get(0).why()).contains("committed by an earlier attempt");
        assertSame();
    }

    @Test
    void aHalfChangedDatabaseIsFinishedBeforeAnotherSnapshotIsLoaded() {
        DatabaseIdentity base = halfChanged();
        server.psql(source, "INSERT INTO u VALUES (0, 'later');");
        LoadedSpare loaded = load(capture(), blobs);
        assertThat(loaded.database()).isEqualTo(base);
        assertThat(loaded.report().full()).isEmpty();
        assertSame();
    }

    @Test
    void aHalfChangedDatabaseIsLoadedInFullWhereWhatItWasToHoldIsGone() {
        halfChanged();
        server.psql(source, "INSERT INTO u VALUES (0, 'later');");
        Manifest next = capture();
        mirror.remove(new SnapshotId(1, 2));
        LoadedSpare loaded = load(next, blobs);
        assertThat(loaded.report().full()).contains("the database was half changed into 00000001-00000002");
        assertSame();
    }

    private DatabaseIdentity halfChanged() {
        server.createRole("incremental_one", "");
        server.createRole("incremental_two", "");
        server.psql(source, "ALTER TABLE t OWNER TO incremental_one; ALTER TABLE u OWNER TO incremental_two;");
        DatabaseIdentity base = base(capture());
        server.psql(source, CHANGE);
        Manifest next = capture();
        BlobSource ending = blob -> {
            if (onlyIn(next).contains(blob.id()) && committed()) {
                endSessions();
            }
            return blobs.open(blob);
        };
        assertFails(ErrorCode.DATABASE_UNREACHABLE, () -> load(next, ending));
        return base;
    }

    @Test
    void goesOnAfterTheServerDied() {
        try (PostgresServer mortal = PostgresServer.start()) {
            on(mortal);
            DatabaseIdentity base = base(capture());
            server.psql(source, CHANGE);
            Manifest next = capture();
            AtomicBoolean once = new AtomicBoolean();
            BlobSource killing = blob -> {
                if (onlyIn(next).contains(blob.id()) && once.compareAndSet(false, true)) {
                    mortal.kill();
                }
                return blobs.open(blob);
            };
            assertFails(ErrorCode.DATABASE_UNREACHABLE, () -> load(next, killing));
            mortal.restart();
            LoadedSpare loaded = load(next, blobs);
            assertThat(loaded.database()).isEqualTo(base);
            assertThat(loaded.report().full()).isEmpty();
            assertSame();
        }
    }

    @Test
    void loadsInFullWhenAttemptsKeepFailing() {
        base(capture());
        server.psql(source, CHANGE);
        Manifest next = capture();
        BlobSource ending = blob -> {
            if (onlyIn(next).contains(blob.id())) {
                endSessions();
            }
            return blobs.open(blob);
        };
        for (int i = 0; i < 5; i++) {
            assertFails(ErrorCode.DATABASE_UNREACHABLE, () -> load(next, ending));
        }
        assertThat(load(next, blobs).report().full())
                .contains("5 attempts to bring the database up by differences failed");
        assertSame();
    }

    private boolean committed() {
        try {
            return !server.psql(names.spare(), "SELECT count(*) FROM t WHERE b = 'new'")
                    .equals("0");
        } catch (AssertionError e) {
            return false;
        }
    }
}
