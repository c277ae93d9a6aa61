package io.understudy.primary.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.config.Settings.RetentionSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.progress.Progress;
import io.understudy.repository.Manifest;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.Verification;
import io.understudy.site.MarkerContent;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Fail;
import io.understudy.testing.Faults.Operation;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What goes and what stays. */
class PruningTest extends FiveHourlySnapshots {
    @Test
    void deletesTheManifestsAtOnceAndTheirContentWhenItIsOld() {
        int before = whole.blobs().size();
        Pruned first = prune();

        assertThat(snapshots()).containsExactly(id(4), id(5));
        assertThat(first.deleted()).isEqualTo(3);
        assertThat(first.kept()).isEqualTo(2);
        assertThat(first.swept()).isEqualTo(SweepResult.NOTHING);
        assertThat(whole.blobs()).hasSize(before);
        assertThat(received)
                .containsExactly("deleted " + id(1), "deleted " + id(2), "deleted " + id(3), "pruned 3 of 5");

        time.advance(GRACE);
        Pruned second = prune();

        assertThat(second.deleted()).isZero();
        // The rows, the list of tables, the index and the references of each of the three.
        assertThat(second.swept().blobs()).isEqualTo(18);
        assertThat(second.swept().bytes()).isPositive();
        assertThat(whole.blobs()).isEqualTo(whole.needed());
        whole.check();
    }

    @Test
    void oldContentGoesWithItsManifestInOnePass() {
        time.advance(GRACE);

        assertThat(prune().swept().blobs()).isEqualTo(18);
        assertThat(whole.blobs()).isEqualTo(whole.needed());
    }

    /** What is only in an orphan stays as long as the orphan does. */
    @Test
    void contentOfAnOrphanStaysUntilItIsDropped() {
        SnapshotId orphan = orphanLike(id(1));
        time.advance(GRACE);

        AtomicInteger broken = new AtomicInteger();
        filestore.inject((operation, key) ->
                operation == Operation.OPEN && key.startsWith("orphans/") && broken.getAndIncrement() == 0
                        ? new Faults.Truncate(10)
                        : new Faults.None());
        assertThat(prune().swept().blobs())
                .as("of the two snapshots that no orphan has, though that was read broken once")
                .isEqualTo(12);
        assertThat(broken).hasPositiveValue();
        new Verification(2).verify(server.repository().orphans(), orphan, Progress.none());

        server.repository().orphans().delete(orphan);
        time.advance(GRACE);
        assertThat(prune().swept().blobs()).isEqualTo(6);
        assertThat(whole.blobs()).isEqualTo(whole.needed());
    }

    private SnapshotId orphanLike(SnapshotId snapshot) {
        Repository repository = server.repository();
        Manifest like = repository.read(snapshot);
        SnapshotId orphan = new SnapshotId(1, 6);
        repository
                .orphans()
                .commit(
                        new Manifest(
                                like.format(),
                                like.site(),
                                orphan,
                                List.of(Manifest.ORPHAN),
                                like.moment(),
                                like.walLsn(),
                                like.server(),
                                like.versions(),
                                like.databases(),
                                like.trees(),
                                like.totals()),
                        Server.KEY);
        return orphan;
    }

    /** What only an orphan names is nowhere else: its damage is to be seen, and no reason to delete that. */
    @Test
    void aGenuineOrphanThatIsDamagedStopsThePruningUntilItIsDropped() {
        SnapshotId orphan = orphanLike(id(1));
        time.advance(GRACE);
        prune();
        Set<String> before = whole.blobs();
        filestore.inject((operation, key) -> operation == Operation.OPEN && key.startsWith("orphans/")
                ? new Faults.Truncate(10)
                : new Faults.None());

        UnderstudyException refused = catchThrowableOfType(UnderstudyException.class, this::prune);

        assertThat(refused.code().judgesContent()).isTrue();
        assertThat(refused).hasMessageContaining(orphan.toString()).hasMessageContaining("no content is deleted");
        assertThat(refused.hint()).contains("orphans drop");
        assertThat(whole.blobs()).isEqualTo(before);

        server.repository().orphans().delete(orphan);
        time.advance(GRACE);
        prune();
        assertThat(whole.blobs()).isEqualTo(whole.needed());
        assertThat(orphanLike(id(4))).as("never read whole").isEqualTo(orphan);
        assertThat(prune().refused())
                .as("it has the name of one, and needs nothing")
                .isEmpty();
    }

    /** What is not seen is not gone: its damage, later, would count as junk, and its content as garbage. */
    @Test
    void noOrphanIsForgottenWhereTheListingBehindAPruningFails() {
        orphanLike(id(1));
        time.advance(GRACE);
        prune();
        int listings = listings(Integer.MAX_VALUE);
        assertThat(listings).isGreaterThan(1);
        assertThat(listings(listings)).isEqualTo(listings);
        filestore.inject((operation, key) -> operation == Operation.OPEN && key.startsWith("orphans/")
                ? new Faults.Truncate(10)
                : new Faults.None());

        assertThat(catchThrowableOfType(UnderstudyException.class, this::prune))
                .as("it was genuine")
                .hasMessageContaining("no content is deleted");
    }

    /** A pruning. @param broken which of the listings of orphans fails; @return how many there were */
    private int listings(int broken) {
        AtomicInteger listings = new AtomicInteger();
        filestore.inject((operation, key) ->
                operation == Operation.LIST && key.startsWith("orphans/") && listings.incrementAndGet() == broken
                        ? new Fail(ErrorCode.FILESTORE_UNREACHABLE)
                        : new Faults.None());
        prune();
        return listings.get();
    }

    @Test
    void theStoresClockTellsTheAge() {
        time.advance(GRACE);
        // Ours is a year ahead of the one that stamps the objects.
        FakeTicker ahead = new FakeTicker(time.now().plus(Duration.ofDays(365)));
        Server fast = server(ahead);
        server.words("left behind by a snapshot that failed");
        server.database.during(() -> {
            throw new UnderstudyException(ErrorCode.DATABASE_FAILED, "cannot read", "test");
        });
        catchThrowableOfType(UnderstudyException.class, () -> server.take("hourly"));
        Set<String> before = whole.blobs();

        fast.prune(new RetentionSettings(Map.of("hourly", 9), 1, GRACE, true));

        assertThat(whole.blobs()).isEqualTo(before);
    }

    @Test
    void contentOfASnapshotThatFailedStaysForTheNextOneUntilItIsOld() {
        server.words("common", "word 5", "half uploaded");
        filestore.inject(Faults.first(
                Operation.PUT_IF_ABSENT, key -> key.startsWith("manifests/"), new Fail(ErrorCode.FILESTORE_FAILED)));
        catchThrowableOfType(UnderstudyException.class, () -> server.take("hourly"));

        prune();
        assertThat(whole.blobs().size()).isGreaterThan(whole.needed().size());

        time.advance(GRACE.plusSeconds(1));
        prune();
        assertThat(whole.blobs()).isEqualTo(whole.needed());
    }

    @Test
    void leavesAloneWhatItDoesNotKnow() {
        List<String> foreign = List.of(
                "blobs/readme.txt",
                "blobs/ab/" + "cd".repeat(32) + ".zst",
                "blobs/ab/" + "ab".repeat(32) + ".zst.age",
                "manifests/note.json",
                "elsewhere/" + "ab".repeat(32) + ".zst");
        foreign.forEach(key -> filestore.put(key, Content.of(new byte[] {1})));
        time.advance(GRACE.multipliedBy(10));

        prune();
        assertThat(filestore.keys()).containsAll(foreign);
    }

    @Test
    void aHeldSnapshotKeepsItsContent() {
        report("standby-1", id(2));
        time.advance(GRACE);

        prune();
        assertThat(snapshots()).containsExactly(id(2), id(4), id(5));
        whole.check();
    }

    @Test
    void aReaderThatComesWhileMarkingCounts() {
        hook(Operation.OPEN, id(5).key(), () -> report("standby-1", id(1)));

        prune();
        assertThat(snapshots()).containsExactly(id(1), id(4), id(5));
    }

    @Test
    void aSnapshotThatIsCommittedWhileMarkingCountsAndSendsNoOtherAway() {
        time.advance(GRACE);
        hook(Operation.PUT, "retention.json", () -> {
            server.words("common", "word 1");
            server.take("hourly");
        });

        Pruned pruned = prune();

        assertThat(snapshots()).containsExactly(id(4), id(5), id(6));
        assertThat(pruned.decisions().get(3).text())
                .isEqualTo("kept: no longer needed since just now: deleted the next time");
        whole.check();
    }

    @Test
    void isDueOnceADayUnlessTheOperatorDoesItByHand() {
        Pruning pruning = server.pruning(LAST_TWO, events);
        assertThat(pruning.isDue()).isTrue();
        prune();
        assertThat(pruning.isDue()).isFalse();
        time.advance(Duration.ofHours(19));
        assertThat(pruning.isDue()).isFalse();
        time.advance(Duration.ofHours(1));
        assertThat(pruning.isDue()).isTrue();

        assertThat(server.pruning(new RetentionSettings(Map.of(), 1, GRACE, false), events)
                        .isDue())
                .isFalse();
        server.marker.write(new MarkerContent(Server.SITE, "test", Optional.empty(), time.now()));
        assertThat(pruning.isDue()).isFalse();
    }

    /** A stranger's manifests, near and far, stop nothing, stay, and hold no content. */
    @Test
    void whatNeverWasGenuineIsPassedOver() {
        time.advance(GRACE);
        List<SnapshotId> junk =
                List.of(new SnapshotId(1, 6), new SnapshotId(2, 3), id(9), new SnapshotId(7, 99_999_999));
        junk.forEach(id -> filestore.put(id.key(), Content.of(new byte[] {'j'})));

        Pruned pruned = prune();

        assertThat(pruned.swept().blobs()).isEqualTo(18);
        assertThat(snapshots()).contains(id(4), id(5)).containsAll(junk).hasSize(6);
        junk.forEach(id -> filestore.delete(id.key()));
        assertThat(whole.blobs()).isEqualTo(whole.needed());
        whole.check();
    }

    /** What appears in the middle of a pruning too. */
    @Test
    void junkThatComesWhileSweepingIsPassedOver() {
        time.advance(GRACE);
        hook(Operation.LIST, "blobs/", () -> filestore.put(id(6).key(), Content.of(new byte[] {'j'})));

        assertThat(prune().swept().blobs()).isEqualTo(18);
    }

    /** It was seen, so it is no junk. */
    @Test
    void whatAnotherServerCommittedIsKnownAfterOnePruning() {
        prune();
        Server another = new Server("b", folder, filestore, time, time);
        another.claim(2);
        another.prune(LAST_TWO);
        filestore.put(id(5).key(), Content.of(new byte[] {'j'}));

        assertThat(failure(() -> another.prune(LAST_TWO)).code()).isEqualTo(ErrorCode.MANIFEST_DAMAGED);
    }

    /** A promoted server has not pruned yet; what its standby fetched is in the mirror. */
    @Test
    void whatTheMirrorHasIsGenuine() throws Exception {
        Server promoted = new Server("b", folder, filestore, time, time);
        promoted.claim(2);
        Path mirror = promoted.state.resolve("mirror");
        Files.createDirectories(mirror.resolve("manifests"));
        try (InputStream identity = filestore.open("understudy.json", 0)) {
            Files.write(mirror.resolve("understudy.json"), identity.readAllBytes());
        }
        Files.write(mirror.resolve(id(5).key()), new byte[1]);
        filestore.put(id(5).key(), Content.of(new byte[] {'j'}));

        assertThat(failure(() -> promoted.prune(LAST_TWO)).code()).isEqualTo(ErrorCode.MANIFEST_DAMAGED);
    }
}
