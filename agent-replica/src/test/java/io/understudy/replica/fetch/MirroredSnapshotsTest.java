package io.understudy.replica.fetch;

import static io.understudy.testing.Faults.Operation.PUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.progress.Progress;
import io.understudy.replica.round.SnapshotSource;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.Erasures;
import io.understudy.repository.Manifest;
import io.understudy.repository.Manifests;
import io.understudy.repository.Repository;
import io.understudy.repository.RepositoryAccess;
import io.understudy.repository.blob.BlobRef;
import io.understudy.testing.Faults;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class MirroredSnapshotsTest extends MirroredFixture {
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

    private Optional<Erasures.Remembered> remembered() {
        return new MirroredReader(site::repository, () -> ((MirroredSnapshots) source).here()).erasedRemembered();
    }

    private void erase(String id) {
        Erasures erasures = Erasures.of(site.repository());
        ErasedKeys.Collected rows = new ErasedKeys.Collected();
        rows.add(
                erasures.hash().table("public", "users"),
                erasures.hash().row("public", "users", List.of(id)),
                NOON.plusSeconds(1));
        erasures.publish(new UUID(0, 7), rows.by(erasures.hash()), site.key());
    }

    private boolean isErased(String id) {
        return remembered().orElseThrow().erased().has("public", "users", List.of(id), NOON);
    }

    /** So that it knows them while the filestore is away. */
    @Test
    void theMirrorNotesOnceAnHourWhichRowsWereErased() {
        site.commit(id(1), 1);
        fetch(id(1));
        assertThat(remembered()).isEmpty();
        erase("1");
        source.settled(following(1, 1, true));
        Instant first = time.now();
        far.inject(Faults.always(new Faults.Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        assertThat(isErased("1")).isTrue();
        assertThat(remembered().orElseThrow().read()).isEqualTo(first);

        far.inject(Faults.none());
        erase("2");
        time.advance(Duration.ofMinutes(59));
        source.ahead(following(1, 1, true), id(1));
        assertThat(isErased("2")).isFalse();
        time.advance(Duration.ofMinutes(1));
        source.ahead(following(1, 1, true), id(1));
        assertThat(isErased("2")).isTrue();
        assertThat(isErased("1")).as("what a filestore lost").isTrue();
        assertThat(remembered().orElseThrow().read()).isEqualTo(first.plus(Duration.ofHours(1)));
        near.put("erased/remembered.json", Content.of(new byte[] {'{'}));
        time.advance(Duration.ofHours(1));
        source.ahead(following(1, 1, true), id(1));
        assertThat(isErased("2")).as("a damaged note is replaced").isTrue();
    }

    @Test
    void aListOfErasedRowsThatCannotBeReadHindersNothingAndLeavesWhatIsNoted() {
        site.commit(id(1), 1);
        fetch(id(1));
        erase("1");
        source.settled(following(1, 1, true));
        Instant first = remembered().orElseThrow().read();
        time.advance(Duration.ofHours(2));
        far.inject((operation, key) ->
                key.startsWith("erased/") ? new Faults.Fail(ErrorCode.FILESTORE_FAILED) : new Faults.None());
        source.settled(following(1, 1, true));
        assertThat(isErased("1")).isTrue();
        assertThat(remembered().orElseThrow().read()).isEqualTo(first);
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

    /** It would outlive what somebody wrote into the identity, which nothing signs. */
    @Test
    void noMirrorIsMadeOfARepositoryThatNothingSignedConfirms() {
        assertThatThrownBy(() -> fetch(id(1)))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.REPOSITORY_MISSING));
        assertThat(near.keys()).isEmpty();
    }

    @Test
    void theRepositoryIsOpenedAgainAfterAFailureAndThenKept() {
        AtomicInteger opened = new AtomicInteger();
        RepositoryAccess remote = new RepositoryAccess(
                () -> Optional.of(site.repository().id()),
                known -> {
                    if (opened.incrementAndGet() == 1) {
                        throw new UnderstudyException(ErrorCode.FILESTORE_UNREACHABLE, "down", "up");
                    }
                    return site.repository();
                },
                time);

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
