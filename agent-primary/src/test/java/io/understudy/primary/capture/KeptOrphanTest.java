package io.understudy.primary.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.browse.SnapshotFiles;
import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.events.Events;
import io.understudy.exchange.LinkedCopy;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.Excludes;
import io.understudy.files.TreeRoot;
import io.understudy.primary.capture.OrphanTaker.Saved;
import io.understudy.primary.capture.database.NoDatabase;
import io.understudy.primary.testing.FakeSourceDatabase;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.Manifest;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TableRows;
import io.understudy.repository.tree.IndexEntry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An orphan of what was kept when a snapshot was imported over an old primary. */
class KeptOrphanTest {
    private static final SnapshotId SHIPPED = new SnapshotId(1, 1);
    private static final SnapshotId ORPHAN = new SnapshotId(1, 2);

    @TempDir
    Path folder;

    private PrimaryFixture primary;
    private FakeSourceDatabase before;
    private Path links;

    @BeforeEach
    void overwritten() throws IOException {
        primary = new PrimaryFixture(folder);
        primary.taker(Events.none()).take(SnapshotRequest.of(List.of()), Progress.none());
        before = new FakeSourceDatabase(primary.time.clock());
        before.rows("1\tfirst", "2\tnever shipped");
        Files.writeString(primary.media.resolve("b.txt"), "never shipped");
        links = primary.media.resolve(".understudy/kept");
        LinkedCopy.makeDurable(TreeRoot.of(primary.media), Excludes.of(List.of()), links);
        primary.promoteAnother(2);
        primary.enterBackupMode();
        primary.database.rows("9\timported");
        Files.delete(primary.media.resolve("b.txt"));
        Files.writeString(folder.resolve("imported"), "imported");
        Files.move(folder.resolve("imported"), primary.media.resolve("c.txt"));
    }

    private Saved save(KeptParts parts) {
        return primary.orphanTaker(primary.source(
                        parts.database().isPresent() ? before : new NoDatabase(primary.time.clock()),
                        parts.trees().getOrDefault("media", primary.media)))
                .saveKept(parts, Set.of(), Progress.none());
    }

    private KeptParts all() {
        return new KeptParts(Optional.of("before"), Map.of("media", links));
    }

    private Opened orphan() {
        return orphan(ORPHAN);
    }

    private Opened orphan(Saved saved) {
        return orphan(saved.orphan().orElseThrow().snapshot());
    }

    private Opened orphan(SnapshotId id) {
        Repository orphans = primary.repository.orphans();
        return new Opened(orphans.read(id), orphans.blobs());
    }

    private static List<String> rows(Opened opened) throws IOException {
        try (Stream<TableData> tables = opened.manifest().database().tables(opened.blobs());
                InputStream rows = TableRows.all(tables.findFirst().orElseThrow(), opened.blobs())) {
            return new String(rows.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
    }

    private static List<String> files(Opened opened) {
        SnapshotFiles files = new SnapshotFiles(opened);
        try (Stream<IndexEntry> entries = files.entries(files.trees().get(0))) {
            return entries.map(each -> each.entry().path().toString())
                    .filter(path -> path.endsWith(".txt"))
                    .toList();
        }
    }

    @Test
    void hasWhatWasThereBeforeTheImport() throws IOException {
        Saved saved = save(all());

        assertThat(saved.orphan().map(Manifest::snapshot)).contains(ORPHAN);
        assertThat(saved.shipped()).contains(SHIPPED);
        assertThat(rows(orphan())).containsExactly("1\tfirst", "2\tnever shipped");
        assertThat(files(orphan())).containsExactly("a.txt", "b.txt");
        assertThat(orphan().manifest().carried()).isEmpty();
    }

    @Test
    void isFoundAgain() {
        save(all());
        primary.time.advance(Duration.ofHours(1));

        Saved again = save(all());

        assertThat(again.existed()).isTrue();
        assertThat(primary.repository.orphans().list()).containsExactly(ORPHAN);
    }

    /** It is as the last snapshot that was shipped, which says so; never as what was imported. */
    @Test
    void aTreeThatIsNotKeptIsAsItWasShipped() throws IOException {
        save(new KeptParts(Optional.of("before"), Map.of()));

        assertThat(rows(orphan())).containsExactly("1\tfirst", "2\tnever shipped");
        assertThat(files(orphan())).containsExactly("a.txt");
        assertThat(orphan().manifest().carried())
                .extracting(Manifest.Carried::part)
                .containsExactly("tree media");
    }

    @Test
    void aDatabaseThatIsNotKeptIsAsItWasShipped() throws IOException {
        save(new KeptParts(Optional.empty(), Map.of("media", links)));

        assertThat(rows(orphan())).containsExactly("1\tfirst");
        assertThat(files(orphan())).containsExactly("a.txt", "b.txt");
        assertThat(orphan().manifest().carried())
                .singleElement()
                .satisfies(carried -> assertThat(carried.part()).startsWith("database "));
    }

    /** Of two times as the primary in one epoch each has an orphan of its own, and none has a part of the other. */
    @Test
    void aPartThatIsNotKeptIsNeverThatOfAnotherOrphan() throws IOException {
        save(all());

        Saved second = save(new KeptParts(Optional.of("before"), Map.of()));

        assertThat(second.existed()).isFalse();
        assertThat(rows(orphan(second))).containsExactly("1\tfirst", "2\tnever shipped");
        assertThat(files(orphan(second))).containsExactly("a.txt");
        assertThat(save(new KeptParts(Optional.of("before"), Map.of())).existed())
                .isTrue();
        assertThat(primary.repository.orphans().list()).hasSize(2);
    }

    /** This server was the primary once more, in a later epoch, before what it had in the first is saved. */
    @Test
    void whatIsOfAnEarlierEpochHasNothingOfALaterOne() throws IOException {
        Files.delete(primary.marker.file());
        EpochClaim later =
                new EpochClaim(Optional.of(primary.repository.id()), 3, "a", primary.time.now(), "promote", "3");
        primary.repository.epochs().claim(new EpochClaim(3, "a", primary.time.now(), "promote", "3"), primary.key);
        primary.epochs.hold(later);
        Manifest last = primary.taker(Events.none())
                .take(SnapshotRequest.of(List.of()), Progress.none())
                .manifest();
        assertThat(last.snapshot().epoch()).isEqualTo(3);
        primary.promoteAnother(4);
        primary.enterBackupMode();

        Saved saved = save(new KeptParts(Optional.of(1), Optional.of("before"), Map.of()));

        assertThat(saved.shipped()).contains(SHIPPED);
        assertThat(saved.orphan().orElseThrow().snapshot().epoch()).isEqualTo(1);
        assertThat(rows(orphan(saved))).containsExactly("1\tfirst", "2\tnever shipped");
        assertThat(files(orphan(saved))).containsExactly("a.txt");
    }

    @Test
    void anEpochThatThisServerNeverHeldIsRefused() {
        assertThatThrownBy(() -> save(new KeptParts(Optional.of(2), Optional.of("before"), Map.of())))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.USAGE));
    }

    @Test
    void nothingIsSavedWhereNothingDiffers() throws IOException {
        before.rows("1\tfirst");

        assertThat(save(new KeptParts(Optional.of("before"), Map.of())).orphan())
                .isEmpty();
        assertThat(primary.repository.orphans().list()).isEmpty();
    }

    /** Retention on the new primary has deleted all of the old epoch. */
    @Test
    void isWholeWhereWhatWasShippedIsGone() throws IOException {
        primary.repository.delete(SHIPPED);

        save(all());

        assertThat(rows(orphan())).containsExactly("1\tfirst", "2\tnever shipped");
        assertThat(files(orphan())).containsExactly("a.txt", "b.txt");
    }
}
