package io.understudy.filestore.several;

import static io.understudy.testing.SeveralInMemory.bringBack;
import static io.understudy.testing.SeveralInMemory.takeAway;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.CommitRule;
import io.understudy.failure.ErrorCode;
import io.understudy.filestore.Content;
import io.understudy.filestore.Copy;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.Filestore.Purpose;
import io.understudy.filestore.WriteBatch;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Fail;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.FilestoreContract;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.testing.Interposed;
import io.understudy.testing.SeveralInMemory;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SeveralFilestoresTest extends FilestoreContract {
    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore main = new InMemoryFilestore(time);
    private final InMemoryFilestore second = new InMemoryFilestore(time);
    private final SeveralFilestores all = SeveralInMemory.of(CommitRule.ALL, time, main, second);
    private final SeveralFilestores any = SeveralInMemory.of(CommitRule.ANY, time, main, second);

    @Override
    protected Filestore create() {
        InMemoryFilestore one = new InMemoryFilestore();
        one.pagesOf(7);
        return SeveralInMemory.of(CommitRule.ALL, Ticker.system(), one, new InMemoryFilestore());
    }

    @ParameterizedTest
    @EnumSource(CommitRule.class)
    void whatIsWrittenIsInEachOfThem(CommitRule rule) {
        SeveralFilestores store = SeveralInMemory.of(rule, time, main, second);
        try (WriteBatch batch = store.batch()) {
            batch.put("blobs/aa/1", content("1"));
            batch.settle();
        }
        store.put("replicas/a.json", content("report"));
        assertThat(store.during(Purpose.COMMIT).putIfAbsent("manifests/1.json", bytes("m")))
                .isTrue();
        assertThat(main.keys()).containsExactly("blobs/aa/1", "manifests/1.json", "replicas/a.json");
        assertThat(second.keys()).isEqualTo(main.keys());
        store.delete("blobs/aa/1");
        assertThat(second.stat("blobs/aa/1")).isEmpty();
        assertThat(store.copies()).extracting(Copy::name).containsExactly("main", "second");
    }

    @Test
    void withAllABatchFailsWhereOneFails() {
        try (WriteBatch batch = all.batch()) {
            takeAway(second);
            assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> batch.put("blobs/aa/1", content("1")));
        }
        assertFails(
                ErrorCode.FILESTORE_UNREACHABLE,
                () -> all.during(Purpose.COMMIT).putIfAbsent("manifests/1.json", bytes("m")));
    }

    /** It comes back in the middle, and lacks a blob: so it must not get the manifest either. */
    @Test
    void withAnyWhatMissedAWriteGetsNoManifest() {
        try (WriteBatch batch = any.batch()) {
            takeAway(second);
            batch.put("blobs/aa/1", content("1"));
            bringBack(second);
            batch.put("blobs/aa/2", content("2"));
            batch.settle();
        }
        assertThat(any.during(Purpose.COMMIT).putIfAbsent("manifests/1.json", bytes("m")))
                .isTrue();
        assertThat(main.keys()).containsExactly("blobs/aa/1", "blobs/aa/2", "manifests/1.json");
        assertThat(second.keys()).isEmpty();

        try (WriteBatch next = any.batch()) {
            next.addsTo("manifests/1.json");
            next.put("blobs/aa/3", content("3"));
            next.settle();
        }
        assertThat(any.during(Purpose.COMMIT).putIfAbsent("manifests/2.json", bytes("m")))
                .isTrue();
        assertThat(second.keys()).isEmpty();
        assertThat(main.keys()).contains("blobs/aa/3", "manifests/2.json");
    }

    @Test
    void withAllOneThatIsBehindStopsTheSnapshotBeforeItIsRead() {
        main.put("manifests/1.json", content("m"));
        try (WriteBatch batch = all.batch()) {
            assertFails(ErrorCode.FILESTORE_FAILED, () -> batch.addsTo("manifests/1.json"));
        }
    }

    @Test
    void whatOneOfThemLacksIsWrittenAgain() {
        main.put("blobs/aa/1", content("1"));
        assertThat(any.statEverywhere("blobs/aa/1")).isEmpty();
        assertThat(any.stat("blobs/aa/1")).isPresent();
        time.advance(Duration.ofHours(1));
        second.put("blobs/aa/1", content("1"));
        assertThat(any.statEverywhere("blobs/aa/1").orElseThrow().modified())
                .isEqualTo(time.now().minus(Duration.ofHours(1)));
        assertThat(any.stat("blobs/aa/1").orElseThrow().modified()).isEqualTo(time.now());
    }

    @Test
    void readsWhatAnyOfThemHas() {
        main.put("a", content("of main"));
        second.put("a", content("of second"));
        second.put("b", content("b"));
        assertThat(text(any, "a")).isEqualTo("of main");
        assertThat(text(any, "b")).isEqualTo("b");
        takeAway(main);
        assertThat(text(any, "a")).isEqualTo("of second");
        assertThat(any.list("", "")).hasSize(2);
    }

    @Test
    void isMissingOnlyWhereEachSaysSo() {
        assertFails(ErrorCode.OBJECT_MISSING, () -> any.open("a", 0));
        takeAway(main);
        assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> any.open("a", 0));
        // Once more: now it is known to be away.
        assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> any.open("a", 0));
        takeAway(second);
        assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> any.list("", "").count());
    }

    @Test
    void asksOneThatFailedAgainWhenItsTimeHasPassed() {
        takeAway(main);
        second.put("a", content("a"));
        any.page("", "");
        int asked = main.count(Operation.LIST);
        any.page("", "");
        assertThat(main.count(Operation.LIST)).isEqualTo(asked);
        bringBack(main);
        main.put("b", content("b"));
        time.advance(Duration.ofMinutes(1));
        assertThat(any.page("", "").objects()).hasSize(2);
    }

    /** One is read only by these keys; that says nothing of reading. */
    @Test
    void deniedWritesKeepNoOneFromReading() {
        main.put("a", content("a"));
        main.inject((operation, key) ->
                operation == Operation.PUT ? new Fail(ErrorCode.FILESTORE_DENIED) : new Faults.None());
        assertThat(any.putIfAllowed("replicas/a.json", content("report"))).isTrue();
        assertThat(second.keys()).containsExactly("replicas/a.json");
        assertThat(text(any, "a")).isEqualTo("a");
    }

    @Test
    void whoMeetsAnothersObjectTakesItsOwnBack() {
        second.put("epochs/2.json", content("another's"));
        assertThat(all.during(Purpose.CLAIM).putIfAbsent("epochs/2.json", bytes("ours")))
                .isFalse();
        assertThat(main.keys()).isEmpty();
        assertThat(text(second, "epochs/2.json")).isEqualTo("another's");
    }

    @Test
    void whatWasCreatedInSomeOfThemIsCompleted() {
        main.put("epochs/2.json", content("ours"));
        assertThat(any.during(Purpose.CLAIM).putIfAbsent("epochs/2.json", bytes("ours")))
                .isTrue();
        assertThat(second.keys()).containsExactly("epochs/2.json");
    }

    @Test
    void aDeletionTouchesNoneThatMissedOneBefore() {
        for (InMemoryFilestore store : new InMemoryFilestore[] {main, second}) {
            store.put("manifests/1.json", content("m"));
            store.put("blobs/aa/1", content("1"));
        }
        Filestore deletion = any.during(Purpose.DELETION);
        takeAway(second);
        deletion.delete("manifests/1.json");
        bringBack(second);
        deletion.delete("blobs/aa/1");
        assertThat(main.keys()).isEmpty();
        assertThat(second.keys()).containsExactly("blobs/aa/1", "manifests/1.json");
    }

    @Test
    void oneThatHangsHoldsUpTheOthersForItsLimitAlone() {
        CountDownLatch never = new CountDownLatch(1);
        AtomicBoolean ended = new AtomicBoolean();
        Filestore hanging = new Interposed(second) {
            @Override
            protected void before(Operation operation, String key) {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    ended.set(true);
                    Thread.currentThread().interrupt();
                }
            }
        };
        Map<String, Duration> limits = Map.of("second", Duration.ofMillis(20));
        try (SeveralFilestores store = SeveralInMemory.withLimits(CommitRule.ANY, time, limits, main, hanging)) {
            try (WriteBatch batch = store.batch()) {
                batch.put("blobs/aa/1", content("1"));
                batch.put("blobs/aa/2", content("2"));
                batch.settle();
            }
            store.during(Purpose.COMMIT).putIfAbsent("manifests/1.json", bytes("m"));
            assertThat(store.page("", "").objects()).hasSize(3);
            assertThat(text(store, "manifests/1.json")).isEqualTo("m");
        } finally {
            never.countDown();
        }
    }

    /** Each write is quick enough for its limit; all together are not. */
    @Test
    void withAnyASlowOneIsLeftBehind() {
        CountDownLatch[] first = {new CountDownLatch(1)};
        Ticker seen = new Ticker() {
            /** A request of the fast one asks for the time when it has ended. */
            @Override
            public long nanos() {
                long now = time.nanos();
                if (Thread.currentThread().getName().equals("filestore-main")) {
                    first[0].countDown();
                }
                return now;
            }

            @Override
            public void sleep(Duration pause) {
                throw new AssertionError("nothing sleeps here");
            }
        };
        Filestore slow = new Interposed(second) {
            @Override
            protected void before(Operation operation, String key) {
                if (operation == Operation.PUT) {
                    awaitUninterruptibly(first[0]);
                    time.advance(Duration.ofSeconds(25));
                }
            }
        };
        SeveralFilestores store = SeveralInMemory.of(CommitRule.ANY, seen, main, slow);
        try (WriteBatch batch = store.batch()) {
            for (int i = 0; i < 6; i++) {
                first[0] = new CountDownLatch(1);
                batch.put("blobs/aa/" + i, content("x"));
            }
            batch.settle();
        }
        assertThat(main.keys()).hasSize(6);
        assertThat(second.keys()).hasSize(3);
        assertThat(store.during(Purpose.COMMIT).copies()).extracting(Copy::name).containsExactly("main");
    }

    private SeveralFilestores windowed(CommitRule rule, String window) {
        return SeveralInMemory.of(rule, time, Map.of("second", window), main, second);
    }

    private void snapshot(SeveralFilestores store, String number) {
        try (WriteBatch batch = store.batch()) {
            batch.put("blobs/aa/" + number, content(number));
            batch.settle();
        }
        assertThat(store.during(Purpose.COMMIT).putIfAbsent("manifests/" + number + ".json", bytes("m")))
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource(CommitRule.class)
    void aSnapshotIsWrittenToAStoreOnlyInItsWindow(CommitRule rule) {
        SeveralFilestores store = windowed(rule, "13:00-14:00");
        snapshot(store, "1");
        assertThat(second.keys()).isEmpty();
        store.put("replicas/a.json", content("report"));
        assertThat(second.keys()).containsExactly("replicas/a.json");

        time.advance(Duration.ofHours(1));
        snapshot(store, "2");
        assertThat(second.keys()).containsExactly("blobs/aa/2", "manifests/2.json", "replicas/a.json");

        time.advance(Duration.ofHours(1));
        snapshot(store, "3");
        assertThat(second.keys()).hasSize(3);
        assertThat(main.keys()).hasSize(7);
    }

    /** Also where it opens again before the snapshot ends. */
    @Test
    void aWindowThatEndsInASnapshotLeavesThatToTheOthers() {
        SeveralFilestores store = windowed(CommitRule.ALL, "11:00-12:30");
        try (WriteBatch batch = store.batch()) {
            batch.put("blobs/aa/1", content("1"));
            time.advance(Duration.ofHours(1));
            batch.put("blobs/aa/2", content("2"));
            time.advance(Duration.ofHours(23));
            batch.put("blobs/aa/3", content("3"));
            batch.settle();
        }
        assertThat(store.during(Purpose.COMMIT).putIfAbsent("manifests/1.json", bytes("m")))
                .isTrue();
        assertThat(second.keys()).containsExactly("blobs/aa/1");
        assertThat(main.keys()).hasSize(4);
    }

    @Test
    void withAllAStoreWithAWindowMayFail() {
        SeveralFilestores store = windowed(CommitRule.ALL, "11:00-13:00");
        takeAway(second);
        snapshot(store, "1");
        bringBack(second);
        time.advance(Duration.ofMinutes(2));
        snapshot(store, "2");
        assertThat(second.keys()).containsExactly("blobs/aa/2", "manifests/2.json");
    }

    @Test
    void withAnyAStoreWithAWindowDoesNotSuffice() {
        SeveralFilestores store = windowed(CommitRule.ANY, "11:00-13:00");
        try (WriteBatch batch = store.batch()) {
            takeAway(main);
            assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> batch.put("blobs/aa/1", content("1")));
            bringBack(main);
            assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> batch.put("blobs/aa/2", content("2")));
        }
        assertFails(
                ErrorCode.FILESTORE_UNREACHABLE,
                () -> store.during(Purpose.COMMIT).putIfAbsent("manifests/1.json", bytes("m")));
    }

    @Test
    void aCatchUpEndsWithTheWindow() {
        Filestore fills =
                windowed(CommitRule.ALL, "11:00-12:30").copies().get(1).store().during(Purpose.CATCH_UP);
        try (WriteBatch batch = fills.batch()) {
            batch.put("blobs/aa/1", content("1"));
            time.advance(Duration.ofHours(1));
            assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> batch.put("blobs/aa/2", content("2")));
        }
        assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> fills.putIfAbsent("manifests/1.json", bytes("m")));
        assertThat(second.keys()).containsExactly("blobs/aa/1");
    }

    @Test
    void aFullDiskIsAStoreThatIsAway() {
        second.inject(
                (operation, key) -> operation == Operation.PUT ? new Fail(ErrorCode.DISK_FULL) : new Faults.None());
        try (WriteBatch batch = any.batch()) {
            batch.put("blobs/aa/1", content("1"));
            batch.settle();
        }
        assertThat(main.keys()).containsExactly("blobs/aa/1");
        try (WriteBatch batch = all.batch()) {
            assertFails(ErrorCode.DISK_FULL, () -> batch.put("blobs/aa/2", content("2")));
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Content content(String text) {
        return Content.of(bytes(text));
    }

    private static String text(Filestore store, String key) {
        try (InputStream in = store.open(key, 0)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
