package io.understudy.replica.databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.progress.Progress;
import io.understudy.replica.apply.LiveDatabases.Arrangement;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.Manifest;
import io.understudy.repository.Manifests;
import io.understudy.repository.SnapshotId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands for the databases of a site without PostgreSQL. */
class NumberedDatabasesTest {
    @TempDir
    private Path state;

    @Test
    void changePlacesLikeDatabases() {
        DatabaseIdentity first = load(1);
        assertThat(load(1)).isEqualTo(first);
        assertThat(databases().holding(new SnapshotId(1, 1))).contains(first);
        assertThat(databases().holding(new SnapshotId(1, 2))).isEmpty();
        databases().arrange(live(first, Optional.empty()));
        DatabaseIdentity second = load(2);
        assertThat(databases().look())
                .isEqualTo(new Arrangement(Optional.of(first), Optional.of(second), Optional.empty()));
        databases().arrange(live(second, Optional.of(first)));
        DatabaseIdentity third = load(3);
        databases().arrange(live(third, Optional.of(second)), Set.of(first));
        assertThat(databases().retired()).containsExactly(first);
        assertThat(databases().name(first)).isPresent();
        databases().discard(first);
        databases().discard(first);
        assertThat(databases().name(first)).isEmpty();
        assertThat(databases().look()).isEqualTo(live(third, Optional.of(second)));
    }

    @Test
    void theSpareThatComesBackStillHoldsItsSnapshot() {
        DatabaseIdentity first = load(1);
        databases().arrange(live(first, Optional.empty()));
        DatabaseIdentity second = load(2);
        databases().arrange(live(second, Optional.of(first)));
        databases().arrange(new Arrangement(Optional.of(first), Optional.of(second), Optional.empty()));
        assertThat(databases().look().live()).contains(first);
        databases().dropSpare();
        assertThat(databases().look().spare()).isEmpty();
        assertThat(load(2)).isNotEqualTo(second);
    }

    @Test
    void whatIsNotKnownIsNotMadeLive() {
        DatabaseIdentity stranger = new DatabaseIdentity(0, 99);
        UnderstudyException e = catchThrowableOfType(
                UnderstudyException.class, () -> databases().arrange(live(stranger, Optional.empty())));
        assertThat(e.code()).isEqualTo(ErrorCode.DATABASE_FAILED);
    }

    @Test
    void aSnapshotWithPostgresqlIsRefused() {
        UnderstudyException e = catchThrowableOfType(
                UnderstudyException.class, () -> databases().preflight(Manifests.sample(new SnapshotId(1, 1))));
        assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
        assertThat(e).hasMessageContaining("it has the PostgreSQL database site");
    }

    private static Arrangement live(DatabaseIdentity live, Optional<DatabaseIdentity> previous) {
        return new Arrangement(Optional.of(live), Optional.empty(), previous);
    }

    private DatabaseIdentity load(int sequence) {
        Manifest sample = Manifests.sample(new SnapshotId(1, sequence));
        DatabaseData shop = DatabaseData.ofCommand(
                "shop",
                sample.database().archive(),
                sample.database().references(),
                new DatabaseData.Dump(Instant.EPOCH, "command"));
        Manifest manifest = Manifests.of(sample.snapshot(), shop, sample.trees().get(0));
        databases().preflight(manifest);
        return databases()
                .load(
                        manifest,
                        blob -> {
                            throw new AssertionError("it holds nothing");
                        },
                        none -> Optional.empty(),
                        Progress.none())
                .database();
    }

    /** Another process each time. */
    private NumberedDatabases databases() {
        return new NumberedDatabases(state);
    }
}
