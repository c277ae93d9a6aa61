package io.understudy.replica.fetch;

import static io.understudy.testing.Faults.Operation.OPEN;
import static io.understudy.testing.Faults.Operation.PUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.progress.Progress;
import io.understudy.replica.round.SnapshotSource;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.repository.Manifest;
import io.understudy.repository.Manifests;
import io.understudy.repository.ReplicaReport;
import io.understudy.repository.Repository;
import io.understudy.repository.RepositoryAccess;
import io.understudy.repository.SampleSite;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults;
import io.understudy.testing.InMemoryFilestore;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MirroredSnapshotsTest {
    private static final Instant NOON = new FakeTicker().now();

    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore far = new InMemoryFilestore(time);
    private final InMemoryFilestore near = new InMemoryFilestore(time);
    private final SampleSite site = new SampleSite(far, time.clock());
    private Set<SnapshotId> onHold = Set.of();
    private final SnapshotSource source = new MirroredSnapshots(
            site::repository,
            mirror(),
            "standby",
            "test",
            () -> Optional.of("this one"),
            Optional::empty,
            () -> onHold,
            time.clock());

    private MirrorAccess mirror() {
        return new MirrorAccess(
                new NearFolder(near), site.repository().site(), site::trusted, 2, () -> Long.MAX_VALUE, time.clock());
    }

    private static SnapshotId id(int sequence) {
        return new SnapshotId(1, sequence);
    }

    private SnapshotSource.Fetched fetch(SnapshotId snapshot) {
        return source.fetch(snapshot, Optional.empty(), Progress.none());
    }

    /** Some of its content is lost, so a fetch ends after the hold. */
    private void unfetchable(int sequence) {
        Manifest manifest = site.commit(id(sequence), sequence);
        far.delete(manifest.database().archive().direct().get(0).id().key());
    }

    private void hold(int sequence, Optional<Following> now) {
        assertThat(catchThrowableOfType(
                                UnderstudyException.class, () -> source.fetch(id(sequence), now, Progress.none()))
                        .code())
                .isEqualTo(ErrorCode.BLOB_MISSING);
    }

    private ReplicaReport report() {
        return site.repository().reports().all().get(0);
    }

    private static Following following(int current, int previous, boolean proven) {
        return new Following(copy(current), proven, NOON, Optional.of(copy(previous)));
    }

    private static DatabaseVersion copy(int sequence) {
        return new DatabaseVersion(
                new DatabaseIdentity(7, sequence), Optional.of(id(sequence)), Optional.of(NOON), Optional.empty());
    }

    @Test
    void listsFetchesAndReads() {
        site.commit(id(1), 1);
        site.commit(id(2), 2);

        assertThat(source.list()).containsExactly(id(1), id(2));
        assertThat(source.newerThan(id(1))).containsExactly(id(2));
        assertThat(source.claimedAbove(0).highest())
                .isEqualTo(site.repository().epochs().highest());
        SnapshotSource.Fetched fetched = fetch(id(2));
        assertThat(fetched.manifest().snapshot()).isEqualTo(id(2));
        assertThat(fetched.bytes()).isPositive();
        assertThat(fetch(id(2)).bytes()).isZero();
    }

    @Test
    void tellsTheRepositoryWhatIsProvenAndKeepsTwoInTheMirror() {
        for (int i = 1; i <= 3; i++) {
            site.commit(id(i), i);
            fetch(id(i));
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
    void whatIsHeldAndTheLastBeforeItStay() {
        for (int i = 1; i <= 5; i++) {
            site.commit(id(i), i);
            fetch(id(i));
        }
        onHold = Set.of(id(3), id(5));

        source.settled(following(2, 1, true));

        assertThat(report().holds()).containsExactlyInAnyOrder(id(1), id(2), id(3), id(5));
        assertThat(((MirroredSnapshots) source).mirror().list()).containsExactly(id(1), id(2), id(3), id(5));
    }

    @Test
    void holdsWhatItIsAboutToFetchBesideWhatItServesAndMayGoBackTo() {
        unfetchable(4);

        hold(4, Optional.of(following(3, 2, true)));

        assertThat(report().applied()).contains(id(3));
        assertThat(report().proven()).contains(id(3));
        assertThat(report().holds()).containsExactly(id(3), id(2), id(4));
    }

    @Test
    void theVeryFirstFetchIsHeldToo() {
        unfetchable(1);

        hold(1, Optional.empty());

        assertThat(report().applied()).isEmpty();
        assertThat(report().proven()).isEmpty();
        assertThat(report().holds()).containsExactly(id(1));
    }

    @Test
    void aHoldEndsWithTheNextOne() {
        unfetchable(1);
        unfetchable(2);

        hold(1, Optional.empty());
        hold(2, Optional.empty());

        assertThat(report().holds()).containsExactly(id(2));
    }

    @Test
    void oneContinuousSnapshotAfterTheOtherIsReportedOnceAMinuteAndHeldThen() {
        site.commit(id(1), 1);
        fetch(id(1));
        source.settled(following(1, 1, true));
        Set<Instant> moments = new HashSet<>();
        for (int i = 2; i < 10; i++) {
            site.commit(id(i), i);
            source.fetch(id(i), Optional.of(following(1, 1, true)), Progress.none());
            source.ahead(following(1, 1, true), id(i));
            if (!moments.contains(report().when())) {
                moments.add(report().when());
                assertThat(report().holds()).contains(id(1), id(i));
            }
            time.advance(Duration.ofSeconds(18));
        }

        // 144 seconds.
        assertThat(moments).hasSizeBetween(2, 4);
        assertThat(near.keys()).contains(id(1).key(), id(9).key());
    }

    @Test
    void theMirrorIsClearedUpEveryTenMinutesWhileContinuousSnapshotsCome() {
        site.commit(id(1), 1);
        fetch(id(1));
        source.settled(following(1, 1, true));
        int most = 0;
        for (int i = 2; i < 8; i++) {
            site.commit(id(i), i);
            source.fetch(id(i), Optional.of(following(1, 1, true)), Progress.none());
            source.ahead(following(1, 1, true), id(i));
            most = Math.max(most, manifests());
            time.advance(Duration.ofMinutes(3));
        }
        assertThat(most).isBetween(3, 6);
        assertThat(near.keys()).contains(id(1).key(), id(7).key());
        source.settled(following(7, 1, true));
        assertThat(manifests()).isEqualTo(2);
    }

    private int manifests() {
        return (int)
                near.keys().stream().filter(key -> key.startsWith("manifests/")).count();
    }

    @Test
    void aBlobThatIsFoundMissingIsFetchedWithTheNextOne() {
        Manifest first = site.commit(id(1), 1);
        fetch(id(1));
        site.commit(id(2), 2);
        BlobRef rows = Manifests.rows(first, site.repository().blobs()).direct().get(3);
        near.delete(rows.id().key());
        assertThat(catchThrowableOfType(
                                UnderstudyException.class,
                                () -> source.blobs().open(rows).close())
                        .code())
                .isEqualTo(ErrorCode.BLOB_MISSING);

        fetch(id(2));

        assertThat(near.stat(rows.id().key())).isPresent();
    }

    @Test
    void whatIsInTheMirrorAlreadyNeedsNoHold() {
        site.commit(id(1), 1);
        ((MirroredSnapshots) source).mirror().fetch(id(1), Progress.none());
        far.inject(Faults.always(new Faults.Fail(ErrorCode.FILESTORE_UNREACHABLE)));

        fetch(id(1));

        far.inject(Faults.none());
        assertThat(site.repository().reports().all()).isEmpty();
    }

    @Test
    void contentThatWentBadInTheMirrorIsHeldWhileItIsFetchedAgain() {
        Manifest manifest = site.commit(id(1), 1);
        ((MirroredSnapshots) source).mirror().fetch(id(1), Progress.none());
        near.delete(manifest.database().archive().direct().get(0).id().key());

        assertThat(fetch(id(1)).bytes()).isPositive();

        assertThat(report().holds()).containsExactly(id(1));
    }

    @Test
    void aReplicaThatMayNotWriteFetchesUnheld() {
        site.commit(id(1), 1);
        far.inject(Faults.first(PUT, key -> true, new Faults.Fail(ErrorCode.FILESTORE_DENIED)));

        assertThat(fetch(id(1)).bytes()).isPositive();

        assertThat(site.repository().reports().all()).isEmpty();
    }

    @Test
    void aReplicaThatLostItsStateKeepsWhatItProvedBefore() {
        site.commit(id(1), 1);
        fetch(id(1));
        source.settled(following(1, 1, true));
        unfetchable(3);

        hold(3, Optional.of(following(2, 2, false)));
        assertThat(report().applied()).contains(id(2));
        assertThat(report().proven()).contains(id(1));

        hold(3, Optional.empty());
        assertThat(report().applied()).isEmpty();
        assertThat(report().proven()).contains(id(1));
    }

    @Test
    void whatWasProvenBeforeStaysWhenTheProofOfTheNextIsNotKnown() {
        site.commit(id(1), 1);
        fetch(id(1));
        source.settled(following(1, 1, true));

        source.settled(following(2, 1, false));

        assertThat(report().applied()).contains(id(2));
        assertThat(report().proven()).contains(id(1));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aReportIsNotBelievedToHaveProvenWhatIsNoGenuineSnapshot(boolean forged) {
        site.commit(id(1), 1);
        fetch(id(1));
        source.settled(following(9, 1, true));
        if (forged) {
            far.put(id(9).key(), Content.of(new byte[1000]));
        }

        source.settled(following(1, 1, false));

        assertThat(report().proven()).isEmpty();
    }

    @Test
    void anotherStandbyOfTheNameIsFoundForADayAfterItReportedLast() {
        fetchAndSettle();
        assertThat(report().id()).contains("this one");
        assertThat(report().namesake()).isEmpty();

        reportAs(Optional.of("another"));
        Instant reported = time.now();
        time.advance(Duration.ofMinutes(10));
        fetchAndSettle();
        assertThat(report().id()).contains("this one");
        assertThat(report().namesake()).contains(reported);

        time.advance(Duration.ofHours(23));
        fetchAndSettle();
        assertThat(report().namesake()).contains(reported);
        time.advance(Duration.ofHours(1));
        fetchAndSettle();
        assertThat(report().namesake()).isEmpty();
    }

    @Test
    void aCloneOfThisServerIsFoundAlthoughItHasTheSameId() {
        reportAs(Optional.of("this one"));
        time.advance(Duration.ofMinutes(1));
        source.list();
        assertThat(source.namesake())
                .as("it may be of this server before a restart")
                .isEmpty();
        fetchAndSettle();
        time.advance(Duration.ofMinutes(1));
        assertThat(source.newerThan(id(1))).isEmpty();
        assertThat(source.namesake()).isEmpty();

        Instant cloned = time.now();
        reportAs(Optional.of("this one"));
        time.advance(Duration.ofHours(1));
        source.newerThan(id(1));

        assertThat(source.namesake()).contains(cloned);
        fetchAndSettle();
        assertThat(report().namesake()).contains(cloned);
        time.advance(Duration.ofHours(23));
        assertThat(source.namesake()).isEmpty();
    }

    @Test
    void whatTheOtherStandbyFoundIsSeenHereToo() {
        Instant now = time.now();
        site.repository()
                .reports()
                .write(new ReplicaReport(
                        "standby",
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        now.minus(Duration.ofHours(1)),
                        "test",
                        Optional.of("another"),
                        Optional.of(now)));
        source.list();
        assertThat(source.namesake()).contains(now);
    }

    @Test
    void anOldReportOrOneWithoutIdIsNoOtherStandby() {
        reportAs(Optional.empty());
        fetchAndSettle();
        assertThat(report().namesake()).isEmpty();

        reportAs(Optional.of("before it was set up again"));
        time.advance(Duration.ofMinutes(15));
        fetchAndSettle();
        assertThat(report().namesake()).isEmpty();
    }

    private void reportAs(Optional<String> id) {
        site.repository()
                .reports()
                .write(new ReplicaReport(
                        "standby",
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        time.now(),
                        "test",
                        id,
                        Optional.empty()));
    }

    private void fetchAndSettle() {
        if (site.repository().list().isEmpty()) {
            site.commit(id(1), 1);
        }
        fetch(id(1));
        source.settled(following(1, 1, true));
    }

    @Test
    void aDamagedReportIsWrittenAnew() {
        site.commit(id(1), 1);
        fetch(id(1));
        far.put("replicas/standby.json", Content.of(new byte[10]));

        source.settled(following(1, 1, false));

        assertThat(report().applied()).contains(id(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"replicas/standby.json", "manifests/00000001-00000001.json"})
    void theLastReportStaysWhereItCannotBeToldWhatItProved(String unreadable) {
        site.commit(id(1), 1);
        fetch(id(1));
        source.settled(following(1, 1, true));
        far.inject(Faults.first(OPEN, unreadable::equals, new Faults.Fail(ErrorCode.FILESTORE_UNREACHABLE)));

        source.settled(following(2, 2, false));

        assertThat(report().applied()).contains(id(1));
        assertThat(report().proven()).contains(id(1));
    }

    @Test
    void whatIsNotProvenIsNotReportedAsProven() {
        site.commit(id(1), 1);
        fetch(id(1));

        source.settled(following(1, 1, false));

        assertThat(site.repository().reports().all().get(0).proven()).isEmpty();
    }

    @Test
    void aReplicaThatMayNotWriteStaysSilent() {
        site.commit(id(1), 1);
        fetch(id(1));
        far.inject(Faults.always(new Faults.Fail(ErrorCode.FILESTORE_DENIED)));

        source.settled(following(1, 1, true));
    }

    @Test
    void theRepositoryIsOpenedAgainAfterAFailureAndThenKept() {
        AtomicInteger opened = new AtomicInteger();
        RepositoryAccess remote = new RepositoryAccess(() -> {
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

    /** A promotion that left a fetch behind reads the mirror. */
    @Test
    @Timeout(120)
    void whatIsHereIsReadWhileAnotherThreadWaitsForTheFilestore() throws InterruptedException {
        site.commit(id(1), 1);
        fetch(id(1));
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        SnapshotSource other = new MirroredSnapshots(
                () -> {
                    asked.countDown();
                    await(answered);
                    return site.repository();
                },
                mirror(),
                "standby",
                "test",
                Optional::empty,
                Optional::empty,
                Set::of,
                time.clock());
        Thread fetching = new Thread(() -> other.fetch(id(1), Optional.empty(), Progress.none()));
        fetching.start();
        await(asked);

        assertThat(other.held(id(1))).isPresent();

        answered.countDown();
        fetching.join();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
