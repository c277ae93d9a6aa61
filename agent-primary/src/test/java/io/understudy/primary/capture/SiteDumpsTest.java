package io.understudy.primary.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.understudy.config.OtherDatabase.Still;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.capture.database.NoDatabase;
import io.understudy.primary.capture.database.SourceDatabase;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.Manifest;
import io.understudy.repository.blob.StreamReader;
import io.understudy.testing.FakeSiteDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Databases that commands dump, of a site that is stopped around the moment. */
class SiteDumpsTest {
    @TempDir
    private Path folder;

    private final FakeSiteDatabase shop = new FakeSiteDatabase("shop");
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final AtomicInteger looks = new AtomicInteger();
    private volatile boolean late;
    private Runnable onBegin = () -> {};
    private PrimaryFixture primary;
    private SourceDatabase database;

    @BeforeEach
    void site() {
        primary = new PrimaryFixture(folder);
        primary.database.moments(() -> {});
        database = primary.database;
        shop.live("before");
    }

    /** A site whose shop writes as soon as it runs. */
    private final class Site implements Quiesce {
        @Override
        public Quiesce.Still begin(List<TreeSettings> trees) {
            onBegin.run();
            return new Quiesce.Still() {
                private boolean stopped;

                @Override
                public void stop() {
                    calls.add("stop");
                    stopped = true;
                    primary.time.advance(Duration.ofSeconds(2));
                }

                @Override
                public boolean fix() {
                    boolean still = stopped;
                    start();
                    return still;
                }

                private void start() {
                    if (stopped) {
                        stopped = false;
                        shop.live("after");
                        primary.time.advance(Duration.ofSeconds(1));
                        calls.add("start");
                    }
                }

                @Override
                public void requireStill() {
                    looks.incrementAndGet();
                    if (late) {
                        start();
                        throw new UnderstudyException(ErrorCode.COMMAND_TIMEOUT, "it took too long", "look");
                    }
                }

                @Override
                public List<TreeSettings> trees() {
                    return trees;
                }

                @Override
                public Optional<Duration> down() {
                    return Optional.empty();
                }

                @Override
                public void close() {
                    start();
                }
            };
        }
    }

    private SnapshotTaker taker() {
        SnapshotSource source = primary.source(database, new Site(), shop);
        return primary.taker(source, Events.none());
    }

    private Manifest take() {
        return taker().take(SnapshotRequest.of(List.of("daily")), Progress.none())
                .manifest();
    }

    private DatabaseData data(Manifest manifest) {
        return manifest.others().get(0);
    }

    private String text(Manifest manifest) throws IOException {
        try (InputStream in = new StreamReader("dump", data(manifest).archive(), primary.repository.blobs())) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The site is not started before the end of a dump whose moment nothing tells. */
    @Test
    void oneOfUnknownMomentIsWholeWhileTheSiteIsStopped() throws IOException {
        shop.onDump(() -> {
            await("it is waited for").atMost(Duration.ofSeconds(20)).until(() -> looks.get() > 1);
            calls.add("dump");
        });
        Instant begun = primary.time.now();

        Manifest taken = take();

        assertThat(calls).containsExactly("stop", "dump", "start");
        assertThat(text(taken)).isEqualTo("before");
        assertThat(data(taken).dump().moment()).as("the site is stopped").isEqualTo(begun.plusSeconds(2));
    }

    @Test
    void withoutPostgresqlToo() throws IOException {
        database = new NoDatabase(primary.time.clock());
        shop.onDump(() -> calls.add("dump"));

        Manifest taken = take();

        assertThat(calls).containsExactly("stop", "dump", "start");
        assertThat(text(taken)).isEqualTo("before");
        assertThat(taken.postgresql()).isEmpty();
        assertThat(taken.moment())
                .as("not that of the start behind it")
                .isEqualTo(data(taken).dump().moment());
    }

    /** It goes on, as long as that takes, while the site runs. */
    @Test
    void oneWhoseMomentIsFixedKeepsTheSiteStoppedUntilThenAlone() throws IOException {
        shop.still(Still.BEGIN);
        shop.onDump(() -> {
            await("the site runs").until(() -> calls.contains("start"));
            calls.add("dump");
        });

        Manifest taken = take();

        assertThat(calls).containsExactly("stop", "start", "dump");
        assertThat(text(taken)).isEqualTo("before");
    }

    @Test
    void oneThatIsToKeepNoSiteStoppedIsDumpedBefore() throws IOException {
        shop.still(Still.NONE);
        shop.onDump(() -> calls.add("dump"));

        Manifest taken = take();

        assertThat(calls).containsExactly("dump", "stop", "start");
        assertThat(text(taken)).isEqualTo("before");
    }

    /** That may be one that a killed snapshot left stopped. */
    @Test
    void theSiteIsLookedAtBeforeAnyDump() {
        shop.still(Still.NONE);
        onBegin = () -> calls.add("begin with " + shop.dumps());

        take();

        assertThat(calls).containsExactly("begin with 0", "stop", "start");
        assertThat(shop.dumps()).isEqualTo(1);
    }

    /** The site is not stopped while what is of no use is ended. */
    @Test
    void aDumpOfALostMomentIsEndedBeforeTheSiteIsStoppedAgain() throws IOException {
        CountDownLatch never = new CountDownLatch(1);
        shop.still(Still.BEGIN);
        shop.onDump(() -> {
            if (shop.dumps() == 1) {
                hang(never);
            }
        });
        primary.database.moments(() -> primary.database.moments(() -> {}), () -> {});

        Manifest taken = take();

        assertThat(calls).containsExactly("stop", "start", "ended", "stop", "start");
        assertThat(text(taken)).isEqualTo("after");
    }

    private void hang(CountDownLatch never) {
        try {
            never.await();
        } catch (InterruptedException e) {
            calls.add("ended");
            throw new UnderstudyException(ErrorCode.CANCELLED, "cancelled", "again", e);
        }
    }

    /** Hours of reading would be for nothing. */
    @Test
    void oneThatFailsBehindItsMomentEndsTheSnapshotWhileTheRestIsRead() {
        AtomicReference<Thread> dumping = new AtomicReference<>();
        shop.still(Still.BEGIN);
        shop.onDump(() -> {
            dumping.set(Thread.currentThread());
            throw new UnderstudyException(ErrorCode.DUMP_FAILED, "cannot dump", "look");
        });
        primary.database.moments(
                () -> await("its thread is idle").until(() -> dumping.get().getState() == Thread.State.TIMED_WAITING));
        primary.database.during(() -> calls.add("read"));

        UnderstudyException e = catchThrowableOfType(UnderstudyException.class, this::take);

        assertThat(e.code()).isEqualTo(ErrorCode.DUMP_FAILED);
        assertThat(calls).containsExactly("stop", "start");
    }

    /** The site ran in between, so what was dumped at the first moment is of another one. */
    @Test
    void aMomentThatIsTakenAgainIsTakenAgainOfAll() throws IOException {
        primary.database.moments(() -> primary.database.moments(() -> {}), () -> {});

        Manifest taken = take();

        assertThat(calls).containsExactly("stop", "start", "stop", "start");
        assertThat(shop.dumps()).isEqualTo(2);
        assertThat(text(taken)).isEqualTo("after");
    }

    @Test
    void oneThatFailsStartsTheSiteAndMakesNoSnapshot() {
        shop.fail("dump", true);

        UnderstudyException e = catchThrowableOfType(UnderstudyException.class, this::take);

        assertThat(e.code()).isEqualTo(ErrorCode.DUMP_FAILED);
        assertThat(calls).containsExactly("stop", "start");
        assertThat(primary.repository.list()).isEmpty();
    }

    /** The site is started, and the command is ended. */
    @Test
    void oneThatHangsIsEndedWhenTheSiteMayBeStoppedNoLonger() {
        CountDownLatch never = new CountDownLatch(1);
        shop.onDump(() -> {
            late = true;
            hang(never);
        });

        UnderstudyException e = catchThrowableOfType(UnderstudyException.class, this::take);

        assertThat(e.code()).isEqualTo(ErrorCode.COMMAND_TIMEOUT);
        assertThat(calls).containsExactly("stop", "start", "ended");
        assertThat(primary.repository.list()).isEmpty();
    }

    /** Every few seconds: no site is stopped for them, and what can be carried over is. */
    @Test
    void continuousSnapshotsCarryThem() {
        take();
        calls.clear();
        primary.database.rows("1\tother");

        assertThat(taker().takeIfChanged(Progress.none()).taken()).isPresent();

        assertThat(calls).isEmpty();
        assertThat(shop.dumps()).isEqualTo(1);
    }
}
