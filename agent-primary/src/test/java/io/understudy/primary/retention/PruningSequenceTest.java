package io.understudy.primary.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.RetentionSettings;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.progress.Progress;
import io.understudy.repository.Manifest;
import io.understudy.repository.ReplicaReport;
import io.understudy.repository.ReplicaReports;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.Verification;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.InMemoryFilestore;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Promise 7 over the life of a whole repository, with all of its blobs: snapshots, standbys that report, commands that
 * read, orphans that come and are dropped, manifests that are damaged and mended, and prunings, while its clock
 * jumps by years and the filestore's, which dates what others wrote, goes on.
 */
class PruningSequenceTest {
    private static final int STEPS = 70;
    private static final Duration GRACE = Duration.ofHours(24);
    private static final Duration HOLD = Duration.ofDays(20);
    private static final RetentionSettings RULE = new RetentionSettings(
            Map.of("hourly", 2, "daily", 2, "weekly", 1), Duration.ofHours(1), 2, GRACE, HOLD, true);

    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource("seeds")
    void nothingThatIsNeededIsEverDeletedNorABlobOfWhatStays(long seed) {
        Life life = new Life(folder, new Random(seed));
        for (int step = 0; step < STEPS; step++) {
            life.step();
        }
        life.goOnInOrder();
        assertThat(life.pruned).as("something was pruned at all").isPositive();
        assertThat(life.swept).as("content went at all").isPositive();
    }

    static LongStream seeds() {
        return LongStream.range(0, 12);
    }

    private static final class Life {
        private final Random random;
        private final FakeTicker store = new FakeTicker();
        private final FakeTicker clock = new FakeTicker();
        private final InMemoryFilestore filestore = new InMemoryFilestore(store);
        private final Whole whole = new Whole(filestore);
        private final Server server;

        /** What was noted, and when by the filestore's clock, under the name of the note. */
        private final Map<String, Held> standbys = new TreeMap<>();

        private final Map<String, Held> readers = new TreeMap<>();
        private final Set<SnapshotId> orphans = new HashSet<>();
        private Optional<SnapshotId> damaged = Optional.empty();
        private byte[] lost = {};
        private int word;
        private int orphan = 500;
        private long pruned;
        private long swept;

        private record Held(Instant when, Set<SnapshotId> snapshots) {}

        Life(Path folder, Random random) {
            this.random = random;
            Server.create(filestore, store);
            this.server = new Server("a", folder, filestore, clock, clock);
            server.claim(1);
            snapshot();
        }

        void step() {
            Duration pause = Duration.ofMinutes(1 + random.nextInt(random.nextInt(6) == 0 ? 20_000 : 600));
            store.advance(pause);
            clock.advance(pause);
            switch (random.nextInt(13)) {
                case 0, 1, 2, 3 -> snapshot();
                case 4 -> report();
                case 5 -> read();
                case 6 -> readers.keySet().stream().findFirst().ifPresent(this::endReading);
                case 7 -> jump();
                case 8 -> addOrphan();
                case 9 -> dropOrphan();
                case 10 -> damageOrMend();
                default -> prune();
            }
        }

        /** All is mended, the clocks are right, and no one reads or reports any more. */
        void goOnInOrder() {
            mend();
            clock.advance(Duration.between(clock.now(), store.now()));
            for (int i = 0; i < 6; i++) {
                snapshot();
                store.advance(HOLD);
                clock.advance(HOLD);
                prune();
            }
        }

        private Repository repository() {
            return server.repository();
        }

        private void snapshot() {
            if (damaged.isPresent()) {
                return;
            }
            server.words("common", "word " + ++word, "word " + (word - random.nextInt(2)));
            List<List<String>> labels = List.of(
                    List.of("hourly"), List.of("hourly", "daily"), List.of("daily", "weekly"), List.of("manual"));
            server.take(
                    labels.get(random.nextInt(random.nextInt(12) == 0 ? 4 : 3)).toArray(String[]::new));
        }

        /** To and fro, mostly by little. */
        private void jump() {
            Duration hours = Duration.ofHours(random.nextInt(3) == 0 ? random.nextInt(40_000) : random.nextInt(50));
            clock.advance(random.nextBoolean() ? hours : hours.negated());
        }

        private SnapshotId any() {
            List<SnapshotId> all = repository().list();
            return all.get(random.nextInt(all.size()));
        }

        private void report() {
            String name = "standby-" + random.nextInt(2);
            SnapshotId proven = any();
            SnapshotId applied = any();
            SnapshotId held = any();
            repository()
                    .reports()
                    .write(new ReplicaReport(
                            name,
                            Optional.of(applied),
                            Optional.of(proven),
                            List.of(held),
                            Optional.empty(),
                            clock.now(),
                            "0.1.0",
                            Optional.empty(),
                            Optional.empty()));
            standbys.put(name, new Held(store.now(), new HashSet<>(List.of(proven, applied, held))));
        }

        private void read() {
            int place = 1 + random.nextInt(ReplicaReports.PLACES);
            SnapshotId read = any();
            repository().reports().writeReading(ReadHolds.of("a", read, clock.now()), place);
            readers.put("replicas/a." + place + ".reading", new Held(store.now(), Set.of(read)));
        }

        private void endReading(String note) {
            readers.remove(note);
            filestore.delete(note);
        }

        private void addOrphan() {
            if (damaged.isPresent()) {
                return;
            }
            Manifest like = repository().read(any());
            SnapshotId id = new SnapshotId(1, ++orphan);
            repository()
                    .orphans()
                    .commit(
                            new Manifest(
                                    like.format(),
                                    like.site(),
                                    id,
                                    List.of(Manifest.ORPHAN),
                                    like.moment(),
                                    like.walLsn(),
                                    like.server(),
                                    like.versions(),
                                    like.databases(),
                                    like.trees(),
                                    like.totals()),
                            Server.KEY);
            orphans.add(id);
        }

        private void dropOrphan() {
            orphans.stream().findFirst().ifPresent(id -> {
                repository().orphans().delete(id);
                orphans.remove(id);
            });
        }

        private void damageOrMend() {
            if (damaged.isPresent()) {
                mend();
                return;
            }
            SnapshotId one = any();
            try (InputStream in = filestore.open(one.key(), 0)) {
                lost = in.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            filestore.put(one.key(), Content.of(Arrays.copyOf(lost, lost.length / 2)));
            damaged = Optional.of(one);
        }

        private void mend() {
            damaged.ifPresent(one -> filestore.put(one.key(), Content.of(lost)));
            damaged = Optional.empty();
        }

        private void prune() {
            Set<SnapshotId> before = new HashSet<>(repository().list());
            Set<SnapshotId> needed = needed(before);
            Set<String> blobs = whole.blobs();
            try {
                Pruned result = server.pruning(RULE, Events.none())
                        .prune(Progress.none())
                        .get(0);
                pruned += result.deleted();
                swept += result.swept().blobs();
            } catch (UnderstudyException e) {
                assertThat(damaged).as(e.getMessage()).isPresent();
                assertThat(e.code()).isEqualTo(ErrorCode.MANIFEST_DAMAGED);
                assertThat(whole.blobs()).isEqualTo(blobs);
            }
            List<SnapshotId> after = repository().list();
            assertThat(after).as("needed, and deleted").containsAll(needed);
            if (damaged.isEmpty()) {
                whole.check();
            }
            orphans.forEach(id -> new Verification(1).verify(repository().orphans(), id, Progress.none()));
        }

        /** By clocks that no server sets: how long ago by the filestore's. */
        private Set<SnapshotId> needed(Set<SnapshotId> there) {
            Set<SnapshotId> needed = new HashSet<>();
            List<SnapshotId> all = new ArrayList<>(repository().list());
            needed.addAll(all.subList(Math.max(0, all.size() - 2), all.size()));
            damaged.ifPresent(needed::add);
            hold(standbys, HOLD, needed);
            hold(readers, ReplicaReports.READ, needed);
            needed.retainAll(there);
            return needed;
        }

        private void hold(Map<String, Held> notes, Duration length, Set<SnapshotId> needed) {
            new HashMap<>(notes)
                    .values().stream()
                            .filter(each -> !each.when().isBefore(store.now().minus(length)))
                            .forEach(each -> needed.addAll(each.snapshots()));
        }
    }
}
