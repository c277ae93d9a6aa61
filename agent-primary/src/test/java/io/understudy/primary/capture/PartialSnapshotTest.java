package io.understudy.primary.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.cli.Json;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeKind;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.progress.Progress;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.Manifest;
import io.understudy.repository.Manifest.Carried;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import io.understudy.repository.Verification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A snapshot of some parts alone, while the rest is that of the newest one. */
class PartialSnapshotTest {
    private static final SnapshotId FIRST = new SnapshotId(1, 1);

    @TempDir
    private Path folder;

    private PrimaryFixture primary;
    private Path config;
    private SnapshotTaker taker;
    private Manifest first;

    @BeforeEach
    void whole() throws IOException {
        primary = new PrimaryFixture(folder);
        config = Files.createDirectory(folder.resolve("config"));
        Files.writeString(config.resolve("site.conf"), "old");
        taker = taker();
        first = taker.take(SnapshotRequest.of(List.of("hourly")), Progress.none())
                .manifest();
        primary.time.advance(Duration.ofHours(1));
        primary.database.rows("1\tother");
        Files.writeString(primary.media.resolve("b.txt"), "another");
        Files.writeString(config.resolve("site.conf"), "new and longer");
    }

    @Test
    void filesAloneAreLaterThanTheRows() {
        int captures = primary.database.captures();
        Manifest taken = only("files");

        assertThat(primary.database.captures()).isEqualTo(captures);
        assertThat(taken.databases()).isEqualTo(first.databases());
        assertThat(taken.moment()).isEqualTo(first.moment());
        assertThat(taken.walLsn()).isEqualTo(first.walLsn());
        assertThat(tree(taken, "media")).isNotEqualTo(tree(first, "media"));
        assertThat(tree(taken, "config")).isEqualTo(tree(first, "config"));
        assertThat(taken.carried()).containsExactly(of("database site"), of("tree config"));
        assertThat(taken.totals().rows()).isEqualTo(first.totals().rows());
        assertThat(taken.totals().entries()).isEqualTo(first.totals().entries() + 1);
        isWhole(taken);
    }

    @Test
    void theDatabaseAloneIsLaterThanTheFiles() {
        Manifest taken = only("database");

        assertThat(taken.databases()).isNotEqualTo(first.databases());
        assertThat(taken.trees()).isEqualTo(first.trees());
        assertThat(taken.moment()).isAfter(first.moment());
        assertThat(taken.carried()).containsExactly(of("tree media"), of("tree config"));
        assertThat(taken.totals().entries()).isEqualTo(first.totals().entries());
        isWhole(taken);
    }

    /** It came into the configuration since: without it the snapshot would not be whole. */
    @Test
    void aTreeThatTheNewestSnapshotLacksIsReadToo() throws IOException {
        Path skins = Files.createDirectory(folder.resolve("skins"));
        Files.writeString(skins.resolve("a.css"), "body {}");
        taker = taker(new TreeSettings("skins", TreeKind.CONFIG, skins, List.of()));
        Manifest taken = only("database");

        assertThat(taken.trees()).extracting(TreeData::name).containsExactly("media", "config", "skins");
        assertThat(tree(taken, "config")).isEqualTo(tree(first, "config"));
        assertThat(taken.carried()).containsExactly(of("tree media"), of("tree config"));
        isWhole(taken);
        assertThat(tree(only("database"), "skins")).isEqualTo(tree(taken, "skins"));
    }

    @Test
    void severalPartsAreRead() {
        Manifest taken = only("config", "database");
        assertThat(taken.carried()).containsExactly(of("tree media"));
        assertThat(tree(taken, "config")).isNotEqualTo(tree(first, "config"));
        isWhole(taken);
    }

    /** So a part says what it is of, however often it was passed on. */
    @Test
    void whatIsCarriedTwiceIsOfTheSnapshotThatItWasReadFor() {
        only("files");
        primary.time.advance(Duration.ofHours(1));
        Manifest taken = only("config");
        assertThat(taken.snapshot()).isEqualTo(new SnapshotId(1, 3));
        assertThat(taken.carried())
                .containsExactly(of("database site"), new Carried("tree media", new SnapshotId(1, 2), first.moment()));
        isWhole(taken);
    }

    /** What is tracked is known by the snapshot that the database was read for. */
    @Test
    void theNextOneFindsTheChangesThatWerePassedOver() {
        only("files");
        Manifest next = taker.take(SnapshotRequest.of(List.of("hourly")), Progress.none())
                .manifest();
        assertThat(primary.database.builtOn()).contains(FIRST);
        assertThat(next.carried()).isEmpty();
        assertThat(next.databases()).isNotEqualTo(first.databases());
        assertThat(tree(next, "config")).isNotEqualTo(tree(first, "config"));
        isWhole(next);
        only("database");
        assertThat(Base.databaseOf(only("files"))).isEqualTo(new SnapshotId(1, 4));
    }

    @Test
    void aLookForChangesFindsThemToo() {
        only("files");
        Manifest seen =
                taker.takeIfChanged(Progress.none()).taken().orElseThrow().manifest();
        assertThat(seen.databases()).isNotEqualTo(first.databases());
        assertThat(seen.lastScheduled()).isEqualTo(new SnapshotId(1, 2));
        isWhole(seen);
    }

    @Test
    void anotherAgentBuildsOnIt() {
        taker = taker();
        Manifest taken = only("files");
        assertThat(taken.carried()).containsExactly(of("database site"), of("tree config"));
        isWhole(taken);
    }

    /** Its disk may be away: it is not looked at. */
    @Test
    void whatIsNotReadMayBeAway() throws IOException {
        Files.delete(config.resolve("site.conf"));
        assertThat(tree(only("files", "database"), "config")).isEqualTo(tree(first, "config"));
        assertThatThrownBy(() -> only("config"))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONTENT_GONE));
    }

    @Test
    void withoutASnapshotThereIsNothingToTakeTheRestFrom() {
        primary.repository.delete(FIRST);
        isRefused();
    }

    /** Its rows may be none that this server ever had. */
    @Test
    void whatAnotherEpochHasIsNotCarried() {
        EpochClaim second = new EpochClaim(Optional.of(primary.repository.id()), 2, "a", primary.time.now(), "x", "n");
        primary.repository.epochs().claim(second, primary.key);
        primary.epochs.hold(second);
        isRefused();
    }

    @Test
    void whatAVerificationFoundDamagedIsNotCarried() {
        new FullSnapshotFlag(primary.state).raise("blob_missing");
        isRefused();
    }

    @ParameterizedTest
    @ValueSource(strings = {"secrets"})
    void aKindOfWhichThereIsNoTreeIsRefused(String part) {
        assertThatThrownBy(() -> only(part)).isInstanceOfSatisfying(UnderstudyException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.USAGE);
            assertThat(e.hint()).isEqualTo("its trees are of files, config");
        });
    }

    /** A kept copy is read by this program alone: a request from elsewhere that names one reads what is live. */
    @Test
    void noRequestFromElsewhereAsksForAKeptCopy() {
        SnapshotRequest kept = SnapshotRequest.orphan(
                Set.of(), new KeptParts(Optional.of("before"), Map.of("media", Path.of("/kept"))));
        assertThat(kept.read().areLive()).isFalse();
        assertThat(kept.read().tree(TreeKind.CONFIG, "media")).isTrue();
        assertThat(Json.line(kept)).doesNotContain("kept");
        SnapshotRequest other = Json.read(
                "{\"periods\":[\"manual\"],\"kept\":{\"postgresql\":true,\"trees\":[]}}", SnapshotRequest.class);
        assertThat(other.read().isAll()).isTrue();
        assertThat(Json.read(Json.line(other), SnapshotRequest.class)).isEqualTo(other);
    }

    @Test
    void aPartThatIsNoneIsRefused() {
        assertThatThrownBy(() -> new SnapshotRequest(List.of(), Set.of(), Set.of("databse"), null).requireLabels())
                .isInstanceOfSatisfying(UnderstudyException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.USAGE);
                    assertThat(e.hint())
                            .isEqualTo(
                                    "did you mean database? the parts are database, files, config, secrets, git, bucket,"
                                            + " inventory");
                });
    }

    private void isRefused() {
        assertThatThrownBy(() -> only("files"))
                .isInstanceOfSatisfying(UnderstudyException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.SNAPSHOT_UNKNOWN);
                    assertThat(e.hint()).isEqualTo("take a whole one first: agent-primary snapshot");
                })
                .hasMessageContaining("cannot take a snapshot of files alone: there is no snapshot");
    }

    /** Every blob is there, and the references name those of the lists and indexes. */
    private void isWhole(Manifest taken) {
        assertThat(new Verification(1)
                        .verify(primary.repository, taken.snapshot(), Progress.none())
                        .blobs())
                .isPositive();
    }

    private Carried of(String part) {
        return new Carried(part, FIRST, first.moment());
    }

    private static TreeData tree(Manifest manifest, String name) {
        return manifest.trees().stream()
                .filter(tree -> tree.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private Manifest only(String... parts) {
        return taker.take(new SnapshotRequest(List.of(), Set.of(), Set.of(parts), null), Progress.none())
                .manifest();
    }

    private SnapshotTaker taker(TreeSettings... more) {
        List<TreeSettings> trees = new ArrayList<>(List.of(
                PrimaryFixture.media(primary.media), new TreeSettings("config", TreeKind.CONFIG, config, List.of())));
        trees.addAll(List.of(more));
        SnapshotSource source = primary.source(primary.database, trees, Quiesce.NONE, List.of(), ClosureSource.NONE);
        return primary.taker(source, Events.none());
    }
}
