package io.understudy.primary.retention;

import static io.understudy.testing.SeveralInMemory.bringBack;
import static io.understudy.testing.SeveralInMemory.takeAway;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.S3Options.Lock;
import io.understudy.config.Settings.CommitRule;
import io.understudy.config.Settings.RetentionSettings;
import io.understudy.events.Events;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.several.SeveralFilestores;
import io.understudy.progress.Progress;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotBlobs;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.StoreSync;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.testing.SeveralInMemory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of two filestores the second locks content, as {@link LockedContentTest} has it for a single one. */
class SeveralLocksTest {
    private static final Duration LENGTH = Duration.ofDays(8);
    private static final RetentionSettings LAST =
            new RetentionSettings(Map.of("daily", 1), 1, Duration.ofHours(24), true);

    @TempDir
    private Path folder;

    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore main = new InMemoryFilestore(time);
    private final InMemoryFilestore second = new InMemoryFilestore(time);
    private Server server;

    private void start(SeveralFilestores both) {
        Server.create(both, time);
        second.lockContent(new Lock(LENGTH, false));
        server = new Server("a", folder, both, time, time);
        server.claim(1);
    }

    private SnapshotId take(int day) {
        return take(day, 0);
    }

    private SnapshotId take(int day, int hour) {
        Instant then = Instant.EPOCH.plus(Duration.ofDays(30_000 + day)).plus(Duration.ofHours(hour));
        time.advance(Duration.between(time.now(), then));
        server.words("common", "always", "word " + day);
        return server.take("daily");
    }

    private Instant lockOf(String key) {
        return second.lock().orElseThrow().until(key).orElse(Instant.MIN);
    }

    private static Repository open(Filestore store) {
        return Repository.open(store, Server.SITE, TrustedKeys.of(Server.KEY.publicKey()));
    }

    private Set<String> blobs(SnapshotId snapshot) {
        Repository repository = open(second);
        return SnapshotBlobs.of(repository.read(snapshot), repository.blobs()).ids(id -> true).stream()
                .map(id -> id.key())
                .collect(Collectors.toSet());
    }

    /** The earliest end of a lock of what the snapshot needs. */
    private Instant firstUnlocked(SnapshotId snapshot) {
        return blobs(snapshot).stream()
                .map(this::lockOf)
                .min(Instant::compareTo)
                .orElseThrow();
    }

    @Test
    void whatIsLockedInOneStaysThereAndGoesFromTheOther() {
        start(SeveralInMemory.of(CommitRule.ANY, time, main, second));
        SnapshotId old = take(1);
        take(3);
        List<Pruned> pruned = server.pruning(LAST, Events.none()).prune(Progress.none());
        assertThat(open(main).list()).doesNotContain(old);
        assertThat(open(second).list()).contains(old);
        assertThat(pruned.get(1).decisions().get(0).text()).startsWith("kept: locked until 20");

        time.advance(Duration.between(time.now(), lockOf(old.key())));
        server.pruning(LAST, Events.none()).prune(Progress.none());
        assertThat(open(second).list()).doesNotContain(old);
    }

    /** It is away on some days, and gets what it missed, with its locks. */
    @Test
    void whatASnapshotUsesIsLockedForTheFullLengthAlsoWhereItWasAway() {
        start(SeveralInMemory.of(CommitRule.ANY, time, main, second));
        for (int day = 1; day <= 16; day++) {
            boolean away = day % 5 >= 2 && day % 5 < 4;
            if (away) {
                takeAway(second);
            }
            SnapshotId taken = take(day);
            if (!away) {
                assertThat(lockOf(taken.key())).isAfterOrEqualTo(time.now().plus(LENGTH));
                assertThat(firstUnlocked(taken))
                        .as("day " + day)
                        .isAfterOrEqualTo(time.now().plus(LENGTH));
            }
            bringBack(second);
            time.advance(Duration.ofMinutes(2));
            new StoreSync(2).run(server.repository(), store -> Set.of(), Progress.none());
            assertThat(lockOf(taken.key()))
                    .as("caught up")
                    .isAfterOrEqualTo(time.now().plus(LENGTH));
        }
    }

    /** No snapshot is in it when it is taken: what it holds is extended, and what it gets is locked then. */
    @Test
    void whatAFilestoreWithAWindowHoldsStaysLocked() {
        start(SeveralInMemory.of(CommitRule.ALL, time, Map.of("second", "22:00-06:00"), main, second));
        for (int day = 1; day <= 16; day++) {
            take(day, 12);
            SnapshotId missed = server.repository().newest().orElseThrow();
            assertThat(second.stat(missed.key())).isEmpty();
            time.advance(Duration.ofHours(11));
            new StoreSync(2).run(server.repository(), store -> Set.of(), Progress.none());
            assertThat(lockOf(missed.key())).isAfterOrEqualTo(time.now().plus(LENGTH));
            assertThat(firstUnlocked(missed))
                    .as("day " + day)
                    .isAfterOrEqualTo(time.now().plus(LENGTH));
        }
    }
}
