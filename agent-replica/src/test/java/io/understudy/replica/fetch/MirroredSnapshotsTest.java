package io.understudy.replica.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.progress.Progress;
import io.understudy.replica.role.Copy;
import io.understudy.replica.role.ReplicaState.Following;
import io.understudy.replica.round.SnapshotSource;
import io.understudy.repository.ReplicaReport;
import io.understudy.repository.Repository;
import io.understudy.repository.SampleSite;
import io.understudy.repository.SnapshotId;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults;
import io.understudy.testing.InMemoryFilestore;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MirroredSnapshotsTest {
    private static final Instant NOON = new FakeTicker().now();

    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore far = new InMemoryFilestore(time);
    private final InMemoryFilestore near = new InMemoryFilestore(time);
    private final SampleSite site = new SampleSite(far, time.clock());
    private final SnapshotSource source = new MirroredSnapshots(
            site::repository,
            remote -> new Mirror(near, remote, 2, () -> Long.MAX_VALUE, time.clock()),
            "standby",
            "test",
            time.clock());

    private static SnapshotId id(int sequence) {
        return new SnapshotId(1, sequence);
    }

    private static Following following(int current, int previous, boolean proven) {
        return new Following(copy(current), proven, NOON, Optional.of(copy(previous)));
    }

    private static Copy copy(int sequence) {
        return new Copy(new DatabaseIdentity(7, sequence), Optional.of(id(sequence)), Optional.of(NOON));
    }

    @Test
    void listsFetchesAndReads() {
        site.commit(id(1), 1);
        site.commit(id(2), 2);

        assertThat(source.list()).containsExactly(id(1), id(2));
        assertThat(source.newerThan(id(1))).containsExactly(id(2));
        assertThat(source.highestEpoch()).isEqualTo(site.repository().epochs().highest());
        SnapshotSource.Fetched fetched = source.fetch(id(2), Progress.none());
        assertThat(fetched.manifest().snapshot()).isEqualTo(id(2));
        assertThat(fetched.bytes()).isPositive();
        assertThat(source.fetch(id(2), Progress.none()).bytes()).isZero();
    }

    @Test
    void tellsTheRepositoryWhatIsProvenAndKeepsTwoInTheMirror() {
        for (int i = 1; i <= 3; i++) {
            site.commit(id(i), i);
            source.fetch(id(i), Progress.none());
        }

        source.settled(following(3, 2, true));

        ReplicaReport report = site.repository().reports().all().get(0);
        assertThat(report.name()).isEqualTo("standby");
        assertThat(report.applied()).contains(id(3));
        assertThat(report.proven()).contains(id(3));
        assertThat(report.holds()).containsExactly(id(3), id(2));
        assertThat(((MirroredSnapshots) source).mirror().list()).containsExactly(id(2), id(3));
    }

    @Test
    void holdsWhatItIsAboutToFetchBesideWhatItServesAndMayGoBackTo() {
        source.hold(id(4), Optional.of(following(3, 2, true)));

        ReplicaReport report = site.repository().reports().all().get(0);
        assertThat(report.applied()).contains(id(3));
        assertThat(report.proven()).contains(id(3));
        assertThat(report.holds()).containsExactly(id(3), id(2), id(4));
    }

    @Test
    void theVeryFirstFetchIsHeldToo() {
        source.hold(id(1), Optional.empty());

        ReplicaReport report = site.repository().reports().all().get(0);
        assertThat(report.applied()).isEmpty();
        assertThat(report.proven()).isEmpty();
        assertThat(report.holds()).containsExactly(id(1));
    }

    @Test
    void aHoldEndsWithTheNextOne() {
        source.hold(id(1), Optional.empty());
        source.hold(id(2), Optional.empty());

        assertThat(site.repository().reports().all().get(0).holds()).containsExactly(id(2));
    }

    @Test
    void whatIsInTheMirrorAlreadyNeedsNoHold() {
        site.commit(id(1), 1);
        source.fetch(id(1), Progress.none());
        far.inject(Faults.always(new Faults.Fail(ErrorCode.FILESTORE_UNREACHABLE)));

        source.hold(id(1), Optional.empty());

        far.inject(Faults.none());
        assertThat(site.repository().reports().all()).isEmpty();
    }

    @Test
    void aReplicaThatMayNotWriteFetchesUnheld() {
        site.commit(id(1), 1);
        far.inject(Faults.always(new Faults.Fail(ErrorCode.FILESTORE_DENIED)));

        source.hold(id(1), Optional.empty());

        far.inject(Faults.none());
        assertThat(source.fetch(id(1), Progress.none()).bytes()).isPositive();
    }

    @Test
    void whatIsNotProvenIsNotReportedAsProven() {
        site.commit(id(1), 1);
        source.fetch(id(1), Progress.none());

        source.settled(following(1, 1, false));

        assertThat(site.repository().reports().all().get(0).proven()).isEmpty();
    }

    @Test
    void aReplicaThatMayNotWriteStaysSilent() {
        site.commit(id(1), 1);
        source.fetch(id(1), Progress.none());
        far.inject(Faults.always(new Faults.Fail(ErrorCode.FILESTORE_DENIED)));

        source.settled(following(1, 1, true));
    }

    @Test
    void theRepositoryIsOpenedAgainAfterAFailureAndThenKept() {
        AtomicInteger opened = new AtomicInteger();
        Remote remote = new Remote(() -> {
            if (opened.incrementAndGet() == 1) {
                throw new UnderstudyException(ErrorCode.FILESTORE_UNREACHABLE, "down", "up");
            }
            return site.repository();
        });

        assertThatThrownBy(remote::get).isInstanceOf(UnderstudyException.class);
        Repository first = remote.get();
        assertThat(remote.get()).isSameAs(first);
        assertThat(opened).hasValue(2);
    }
}
