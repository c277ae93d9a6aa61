package io.understudy.page;

import static io.understudy.repository.Manifests.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.understudy.failure.ErrorCode;
import io.understudy.filestore.Content;
import io.understudy.page.Page.Snapshot;
import io.understudy.page.Page.Timeline;
import io.understudy.repository.Manifest;
import io.understudy.repository.Manifests;
import io.understudy.repository.SampleSite;
import io.understudy.repository.SnapshotId;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.InMemoryFilestore;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class RecentSnapshotsTest {
    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore store = new InMemoryFilestore(time);
    private final SampleSite site = new SampleSite(store, time.clock());
    private final RecentSnapshots recent = new RecentSnapshots(site::repository, time.clock(), Duration.ofMinutes(1));

    @AfterEach
    void close() {
        recent.close();
    }

    private void scheduled(int epoch, int sequence) {
        site.repository().commit(Manifests.sample(id(epoch, sequence)), site.key());
    }

    private void continuous(int epoch, int sequence, SnapshotId scheduled) {
        Manifest manifest = Manifests.continuous(Manifests.sample(id(epoch, sequence)), scheduled);
        site.repository().commit(manifest, site.key());
    }

    private Timeline later() {
        time.advance(Duration.ofMinutes(1));
        return recent.look();
    }

    /** Four outlines are read for eleven snapshots, and none twice. */
    @Test
    void continuousSnapshotsInARowAreOneAndOnlyTheLastIsRead() {
        scheduled(1, 1);
        for (int i = 2; i <= 9; i++) {
            continuous(1, i, id(1, 1));
        }
        scheduled(1, 10);
        continuous(1, 11, id(1, 10));
        int before = store.count(Operation.OPEN);
        assertThat(later().snapshots())
                .extracting(Snapshot::first, Snapshot::last)
                .containsExactly(
                        tuple(id(1, 1), id(1, 1)),
                        tuple(id(1, 2), id(1, 9)),
                        tuple(id(1, 10), id(1, 10)),
                        tuple(id(1, 11), id(1, 11)));
        int first = store.count(Operation.OPEN) - before;
        scheduled(2, 1);
        assertThat(later().snapshots()).hasSize(5);
        assertThat(first).isLessThanOrEqualTo(5);
        assertThat(store.count(Operation.OPEN) - before - first).isEqualTo(1);
    }

    @Test
    void theScheduledOneBeforeMayBeGone() {
        continuous(1, 4, id(1, 2));
        continuous(1, 5, id(1, 2));
        continuous(2, 1, null);
        assertThat(later().snapshots())
                .extracting(Snapshot::first, Snapshot::last)
                .containsExactly(tuple(id(1, 4), id(2, 1)));
    }

    @Test
    void showsAHundredAndCountsTheRest() {
        for (int i = 1; i <= 103; i++) {
            scheduled(1, i);
        }
        Timeline timeline = later();
        assertThat(timeline.snapshots()).hasSize(100);
        assertThat(timeline.snapshots().get(0).last()).isEqualTo(id(1, 4));
        assertThat(timeline.left()).isEqualTo(3);
    }

    @Test
    void oneThatCannotBeReadHidesNoOther() {
        scheduled(1, 1);
        scheduled(1, 3);
        store.put("manifests/" + id(1, 2) + ".json", Content.of(new byte[] {1, 2, 3}));
        Timeline timeline = later();
        assertThat(timeline.snapshots()).extracting(Snapshot::last).containsExactly(id(1, 1), id(1, 3));
        assertThat(timeline.failure().orElseThrow()).startsWith("00000001-00000002 cannot be read: ");
    }

    @Test
    void whatWasSeenStaysWhileTheFilestoreIsAway() {
        scheduled(1, 1);
        Timeline seen = later();
        store.inject(Faults.always(new Faults.Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        Timeline away = later();
        assertThat(away.snapshots()).isEqualTo(seen.snapshots()).hasSize(1);
        assertThat(away.seen()).isEqualTo(seen.seen());
        assertThat(away.failure()).isPresent();
        store.inject(Faults.none());
        assertThat(later().failure()).isEmpty();
    }

    @Test
    void isReadAtMostOnceAMinute() {
        scheduled(1, 1);
        later();
        int before = store.count(Operation.LIST);
        time.advance(Duration.ofSeconds(59));
        recent.look();
        assertThat(store.count(Operation.LIST)).isEqualTo(before);
    }
}
