package io.understudy.replica.load;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.progress.Progress;
import io.understudy.repository.Manifest;
import io.understudy.repository.Manifests;
import io.understudy.repository.blob.BlobSource;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import io.understudy.testing.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Loads in full that were cut short, and what they left for the next one. */
@Timeout(120)
@Tag("slow")
class InterruptedLoadTest extends FullLoads {
    @Test
    void failsWhenItsSessionsAreEndedAndLoadsLater() {
        Manifest manifest = snapshot(shared, ROWS);
        AtomicInteger opened = new AtomicInteger();
        BlobSource ending = blob -> {
            if (opened.incrementAndGet() == 20) {
                shared.psql(
                        "postgres",
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
                                + PostgresServer.literal(names.spare()) + ";");
            }
            return blobs.open(blob);
        };
        assertFails(ErrorCode.DATABASE_UNREACHABLE, () -> loader(shared).load(manifest, ending, Progress.none()));
        loader(shared).load(manifest, blobs, Progress.none());
        assertThat(shared.psql(names.spare(), "SELECT count(*) FROM t")).isEqualTo("2000");
    }

    @Tag("slow")
    @Test
    void startsAnewAfterTheServerDiedInTheMiddle() {
        try (PostgresServer mortal = PostgresServer.start()) {
            Manifest manifest = snapshot(mortal, ROWS);
            AtomicInteger opened = new AtomicInteger();
            BlobSource killing = blob -> {
                if (opened.incrementAndGet() == 20) {
                    mortal.kill();
                }
                return blobs.open(blob);
            };
            assertFails(ErrorCode.DATABASE_UNREACHABLE, () -> loader(mortal).load(manifest, killing, Progress.none()));
            mortal.restart();
            Optional<DatabaseIdentity> half = named(mortal, names.spare());
            DatabaseIdentity whole = loader(mortal).load(manifest, blobs, Progress.none());
            assertThat(half).isPresent().isNotEqualTo(Optional.of(whole));
            assertThat(mortal.psql(names.spare(), "SELECT count(*) FROM t")).isEqualTo("2000");
        }
    }

    @Tag("slow")
    @Test
    void loadsAgainWhatARestartMayHaveEmptied() {
        try (PostgresServer mortal = PostgresServer.start()) {
            Manifest manifest = snapshot(mortal, "CREATE UNLOGGED TABLE u AS SELECT 1 AS a;");
            DatabaseIdentity first = loader(mortal).load(manifest, blobs, Progress.none());
            assertThat(loader(mortal).load(manifest, blobs, Progress.none())).isEqualTo(first);
            mortal.kill();
            mortal.restart();
            assertThat(mortal.psql(names.spare(), "SELECT count(*) FROM u")).isEqualTo("0");
            assertThat(loader(mortal).load(manifest, blobs, Progress.none())).isNotEqualTo(first);
            assertThat(mortal.psql(names.spare(), "SELECT count(*) FROM u")).isEqualTo("1");
        }
    }

    /** An agent that is killed runs no handler: its record is all that is left. */
    @Test
    void dropsWhatAKilledAgentLeftAtAnyMoment() throws IOException {
        Manifest manifest = snapshot(shared, ROWS);
        StateFile<SpareRecord> file = StateFile.in(state, StateEntry.SPARE, SpareRecord.class);
        String first = names.passing("abc123");
        long cluster = Long.parseLong(shared.psql("postgres", "SELECT system_identifier FROM pg_control_system()"));

        file.write(SpareRecord.creating(cluster, first));
        shared.psql("postgres", "CREATE DATABASE \"" + first + "\";");
        Files.writeString(state.resolve("archive.dump"), "stale");
        loader(shared).load(manifest, blobs, Progress.none());
        assertThat(named(shared, first)).isEmpty();

        long oid = named(shared, names.spare()).orElseThrow().oid();
        file.write(SpareRecord.creating(cluster, first).created(oid));
        assertThat(loader(shared).load(manifest, blobs, Progress.none()).oid()).isNotEqualTo(oid);

        file.write(SpareRecord.creating(cluster, first));
        assertFails(ErrorCode.DATABASE_FOREIGN, () -> loader(shared).load(manifest, blobs, Progress.none()));
        assertThat(state.toFile().list()).doesNotContain("archive.dump");
    }

    @Tag("always")
    @Test
    void endsWhenItsThreadIsInterrupted() throws InterruptedException {
        Manifest manifest = snapshot(shared, ROWS);
        CountDownLatch stuck = new CountDownLatch(1);
        BlobSource slow = blob -> {
            if (blob.equals(Manifests.rows(manifest, blobs).direct().get(3))) {
                stuck.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            return blobs.open(blob);
        };
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread loading = new Thread(() -> {
            try {
                loader(shared).load(manifest, slow, Progress.none());
            } catch (RuntimeException e) {
                failure.set(e);
            }
        });
        loading.start();
        stuck.await();
        loading.interrupt();
        loading.join(120_000);
        assertThat(loading.isAlive()).isFalse();
        assertFails(ErrorCode.CANCELLED, () -> {
            throw failure.get();
        });
        // A backend leaves a moment after its connection is closed.
        Awaitility.await()
                .untilAsserted(() -> assertThat(shared.psql(
                                "postgres",
                                "SELECT count(*) FROM pg_stat_activity WHERE datname = "
                                        + PostgresServer.literal(names.spare())))
                        .isEqualTo("0"));
    }

    @Test
    void refusesStateThatItDoesNotUnderstand() throws IOException {
        Manifest manifest = snapshot(shared, ROWS);
        Files.writeString(state.resolve("spare.json"), "{\"format\":4,\"stage\":\"new\"}");
        assertFails(ErrorCode.FORMAT_UNKNOWN, () -> loader(shared).load(manifest, blobs, Progress.none()));
    }

    @Test
    void aDamagedRecordIsAsNoneUnlessADatabaseHasTheSparesName() throws IOException {
        List<String> damages = List.of("", "{\"form", "[1]", "{\"format\":3,\"stage\":\"BUILT\",\"name\":\"x\"}");
        Manifest manifest = snapshot(shared, ROWS);
        Path record = state.resolve("spare.json");
        for (String damaged : damages) {
            Files.writeString(record, damaged);
            loader(shared).preflight(manifest);
            loader(shared).dropSpare();
            Files.writeString(record, damaged);
        }
        DatabaseIdentity first = loader(shared).load(manifest, blobs, Progress.none());

        for (String damaged : damages) {
            Files.writeString(record, damaged);
            assertFails(ErrorCode.STATE_DAMAGED, () -> loader(shared).preflight(manifest));
            assertFails(ErrorCode.STATE_DAMAGED, () -> loader(shared).load(manifest, blobs, Progress.none()));
            assertFails(ErrorCode.STATE_DAMAGED, () -> loader(shared).dropSpare());
            assertThat(named(shared, names.spare())).contains(first);
        }

        shared.psql("postgres", "DROP DATABASE \"" + names.spare() + "\";");
        assertThat(loader(shared).load(manifest, blobs, Progress.none())).isNotEqualTo(first);
    }
}
