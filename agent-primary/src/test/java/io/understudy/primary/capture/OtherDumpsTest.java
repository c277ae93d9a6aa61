package io.understudy.primary.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.databases.SiteDatabase;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.capture.database.NoDatabase;
import io.understudy.primary.capture.database.SourceDatabase;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.Manifest;
import io.understudy.repository.Manifest.Carried;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.Verification;
import io.understudy.repository.blob.BlobSession;
import io.understudy.repository.blob.StreamReader;
import io.understudy.testing.FakeSiteDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Databases that commands dump, in a snapshot. */
class OtherDumpsTest {
    @TempDir
    private Path folder;

    private final FakeSiteDatabase shop = new FakeSiteDatabase("shop");
    private final FakeSiteDatabase search = new FakeSiteDatabase("search");
    private PrimaryFixture primary;
    private SnapshotTaker taker;

    @BeforeEach
    void site() {
        primary = new PrimaryFixture(folder);
        shop.live("a shop");
        search.live("an index");
        taker = taker(shop, search);
    }

    @Test
    void severalAreInOneSnapshotEachWithItsMoment() throws IOException {
        taker = taker();
        Manifest without = take("hourly");
        taker = taker(shop, search);
        Manifest taken = take("hourly");
        assertThat(taken.databases().stream().map(DatabaseData::name)).containsExactly("site", "shop", "search");
        assertThat(taken.others()).extracting(each -> each.dump().moment()).containsOnly(taken.moment());
        assertThat(taken.totals().databaseBytes())
                .isEqualTo(without.totals().databaseBytes() + "a shop".length() + "an index".length());
        assertThat(text(taken, "shop")).isEqualTo("a shop");
        assertThat(text(taken, "search")).isEqualTo("an index");
        isWhole(taken);
    }

    @Test
    void oneThatFailsHalfWayMakesNoSnapshotAndTheNextOneIsWhole() throws IOException {
        Manifest before = take("hourly");
        shop.live("another shop");
        shop.fail("dump", true);
        UnderstudyException e = catchThrowableOfType(UnderstudyException.class, () -> take("hourly"));
        assertThat(e.code()).isEqualTo(ErrorCode.DUMP_FAILED);
        assertThat(e).hasMessageContaining("disk on fire");
        assertThat(primary.repository.list()).containsExactly(before.snapshot());
        shop.fail("", false);
        Manifest next = take("hourly");
        assertThat(text(next, "shop")).isEqualTo("another shop");
        isWhole(before);
        isWhole(next);
    }

    /** A second moment is awaited while another dump runs on: neither that one nor the limit is waited for. */
    @Test
    @Timeout(60)
    void aDumpThatFailedEndsEachWaitForItsMomentWithItsError() {
        shop.fail("dump", false);
        CountDownLatch never = new CountDownLatch(1);
        search.onDump(() -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                throw new UnderstudyException(ErrorCode.CANCELLED, "cancelled", "again", e);
            }
        });
        try (BlobSession session = primary.repository.blobs().session(each -> OptionalLong.empty());
                OtherDumps.Running running =
                        new OtherDumps(primary.time.clock()).begin(List.of(search, shop), session)) {
            for (int wait = 1; wait <= 2; wait++) {
                UnderstudyException e =
                        catchThrowableOfType(UnderstudyException.class, () -> running.awaitFixed(() -> {}));
                assertThat(e.code()).isEqualTo(ErrorCode.DUMP_FAILED);
            }
            UnderstudyException e = catchThrowableOfType(UnderstudyException.class, running::requireWell);
            assertThat(e.code()).isEqualTo(ErrorCode.DUMP_FAILED);
        }
    }

    @Test
    void aCommandThatWritesNothingMakesNoSnapshot() {
        shop.live("");
        UnderstudyException e = catchThrowableOfType(UnderstudyException.class, () -> take("hourly"));
        assertThat(e.code()).isEqualTo(ErrorCode.DUMP_FAILED);
        assertThat(e).hasMessageContaining("wrote nothing");
    }

    /** To dump it every few seconds would take longer than that. */
    @Test
    void aContinuousSnapshotCarriesThemAndSaysSo() throws IOException {
        Manifest first = take("hourly");
        primary.time.advance(Duration.ofMinutes(1));
        shop.live("another shop");
        primary.database.rows("1\tother");
        Manifest seen =
                taker.takeIfChanged(Progress.none()).taken().orElseThrow().manifest();
        assertThat(seen.others()).isEqualTo(first.others());
        assertThat(seen.carried())
                .containsExactly(
                        new Carried("database shop", first.snapshot(), first.moment()),
                        new Carried("database search", first.snapshot(), first.moment()));
        assertThat(shop.dumps()).isEqualTo(1);
        isWhole(seen);
        assertThat(text(take("hourly"), "shop")).isEqualTo("another shop");
    }

    @Test
    void anUnchangedOneIsStoredOnce() {
        take("hourly");
        Manifest again = take("hourly");
        assertThat(again.others().get(0).archive())
                .isEqualTo(primary.repository
                        .read(new SnapshotId(1, 1))
                        .others()
                        .get(0)
                        .archive());
    }

    @Test
    void filesAloneCarryThem() throws IOException {
        Manifest first = take("hourly");
        shop.live("another shop");
        Manifest taken = taker.take(
                        new SnapshotRequest(List.of("hourly"), Set.of(), Set.of("files"), null), Progress.none())
                .manifest();
        assertThat(taken.others()).isEqualTo(first.others());
        assertThat(taken.carried()).extracting(Carried::part).contains("database shop", "database search");
        isWhole(taken);
    }

    @Test
    void oneThatIsConfiguredLaterIsReadByAContinuousSnapshotToo() {
        taker = taker(shop);
        take("hourly");
        taker = taker(shop, search);
        primary.database.rows("1\tother");
        Manifest seen =
                taker.takeIfChanged(Progress.none()).taken().orElseThrow().manifest();
        assertThat(seen.carried()).extracting(Carried::part).containsExactly("database shop");
        assertThat(seen.others()).hasSize(2);
        isWhole(seen);
    }

    /** Its moment is when the trees were read. */
    @Test
    void aSiteMayDoWithoutPostgresql() throws IOException {
        taker = taker(new NoDatabase(primary.time.clock()), shop);
        Manifest first = take("hourly");
        assertThat(first.databases()).extracting(DatabaseData::name).containsExactly("shop");
        assertThat(first.postgresql()).isEmpty();
        assertThat(first.moment()).isEqualTo(primary.time.now());
        isWhole(first);
        shop.live("another shop");
        primary.time.advance(Duration.ofMinutes(1));
        Manifest next = take("daily");
        assertThat(text(next, "shop")).isEqualTo("another shop");
        assertThat(taker.takeIfChanged(Progress.none()).taken()).isEmpty();
        Files.writeString(primary.media.resolve("b.txt"), "upload");
        Manifest seen =
                taker.takeIfChanged(Progress.none()).taken().orElseThrow().manifest();
        assertThat(seen.others()).isEqualTo(next.others());
        Manifest files = taker.take(
                        new SnapshotRequest(List.of("hourly"), Set.of(), Set.of("files"), null), Progress.none())
                .manifest();
        assertThat(files.carried()).extracting(Carried::part).containsExactly("database shop");
        isWhole(files);
    }

    private SnapshotTaker taker(SiteDatabase... others) {
        return taker(primary.database, others);
    }

    private SnapshotTaker taker(SourceDatabase database, SiteDatabase... others) {
        SnapshotSource source = primary.source(database, Quiesce.NONE, others);
        return primary.taker(source, Events.none());
    }

    private Manifest take(String period) {
        return taker.take(SnapshotRequest.of(List.of(period)), Progress.none()).manifest();
    }

    private String text(Manifest manifest, String name) throws IOException {
        DatabaseData data = manifest.others().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
        try (InputStream in = new StreamReader("dump", data.archive(), primary.repository.blobs())) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private void isWhole(Manifest manifest) {
        assertThat(new Verification(1)
                        .verify(primary.repository, manifest.snapshot(), Progress.none())
                        .blobs())
                .isPositive();
    }
}
