package io.understudy.replica.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.progress.Progress;
import io.understudy.replica.round.SnapshotSource;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.repository.Manifest;
import io.understudy.repository.ReplicaReport;
import io.understudy.repository.SampleSite;
import io.understudy.repository.SnapshotId;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.InMemoryFilestore;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** A repository, and a standby that has its snapshots from a mirror. */
abstract class MirroredFixture {
    static final Instant NOON = new FakeTicker().now();
    final FakeTicker time = new FakeTicker();
    final InMemoryFilestore far = new InMemoryFilestore(time);
    final InMemoryFilestore near = new InMemoryFilestore(time);
    final SampleSite site = new SampleSite(far, time.clock());
    Set<SnapshotId> onHold = Set.of();
    final SnapshotSource source = new MirroredSnapshots(
            site::repository,
            mirror(),
            "standby",
            "test",
            () -> Optional.of("this one"),
            Optional::empty,
            () -> onHold,
            time.clock());

    MirrorAccess mirror() {
        return new MirrorAccess(
                new NearFolder(near), site.repository().site(), site::trusted, 2, () -> Long.MAX_VALUE, time.clock());
    }

    static SnapshotId id(int sequence) {
        return new SnapshotId(1, sequence);
    }

    SnapshotSource.Fetched fetch(SnapshotId snapshot) {
        return source.fetch(snapshot, Optional.empty(), Progress.none());
    }

    /** Some of its content is lost, so a fetch ends after the hold. */
    void unfetchable(int sequence) {
        Manifest manifest = site.commit(id(sequence), sequence);
        far.delete(manifest.database().archive().direct().get(0).id().key());
    }

    void hold(int sequence, Optional<Following> now) {
        assertThat(catchThrowableOfType(
                                UnderstudyException.class, () -> source.fetch(id(sequence), now, Progress.none()))
                        .code())
                .isEqualTo(ErrorCode.BLOB_MISSING);
    }

    ReplicaReport report() {
        return site.repository().reports().all().get(0);
    }

    static Following following(int current, int previous, boolean proven) {
        return new Following(copy(current), proven, NOON, Optional.of(copy(previous)));
    }

    static DatabaseVersion copy(int sequence) {
        return new DatabaseVersion(
                new DatabaseIdentity(7, sequence), Optional.of(id(sequence)), Optional.of(NOON), Optional.empty());
    }
}
