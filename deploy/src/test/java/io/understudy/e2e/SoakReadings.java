package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.rehearsal.Running;
import io.understudy.rehearsal.ServedData;
import io.understudy.rehearsal.ServerPair;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is read while a soak runs: how old the standby's data is, and what the agents and the servers keep. */
final class SoakReadings {
    private static final long MOST_MEMORY = 350L << 10;
    /** What two readings of a process that does not grow may differ by: caches that fill, code that is compiled. */
    private static final long LIVE_MORE = 16L << 20;

    private static final long FILES_MORE = 20;
    /** A fetch has up to 64 threads of its own, which come and go. */
    private static final long MOST_THREADS = 128;

    private static final String RETAINED =
            "SELECT coalesce(max(pg_current_wal_lsn() - restart_lsn), 0)::bigint FROM pg_replication_slots";

    private final ServerPair pair;
    private final Running sender;
    private final Running receiver;
    private final ServedData served;
    private final List<Double> ages = new ArrayList<>();
    private final List<Double> followed = new ArrayList<>();
    private final long began = System.nanoTime();
    private long mostRetained;
    private Optional<AgentUse> senderFirst = Optional.empty();
    private Optional<AgentUse> receiverFirst = Optional.empty();

    SoakReadings(ServerPair pair, Running sender, Running receiver) {
        this.pair = pair;
        this.sender = sender;
        this.receiver = receiver;
        this.served = new ServedData(pair.standby().layout().replicaHttp());
    }

    /**
     * Reads the age of the data again and again, for this long.
     *
     * @param committed when the last write was committed, by {@link System#currentTimeMillis()}
     */
    void look(long committed, Duration during) throws InterruptedException {
        long end = System.nanoTime() + during.toNanos();
        boolean has = false;
        while (System.nanoTime() < end) {
            double age = served.age();
            ages.add(age);
            double since = (System.currentTimeMillis() - committed) / 1e3;
            if (!has && age < since) {
                has = true;
                followed.add(since);
            }
            Thread.sleep(100);
        }
    }

    /** Prints what is there now, and remembers the first time how large the agents are. */
    void report() {
        long retained = Long.parseLong(
                pair.primary().database().query("postgres", RETAINED).get(0));
        mostRetained = Math.max(mostRetained, retained);
        Path filestore = pair.home().resolve("filestore");
        AgentUse one = AgentUse.of(sender);
        AgentUse other = AgentUse.of(receiver);
        System.out.printf(
                "%d s: %d manifests, %d blobs, %d bytes in the filestore; %d blobs in the mirror; %d bytes of log retained;"
                        + " databases of the standby %s%n  agent-primary %s%n  agent-replica %s%n",
                Duration.ofNanos(System.nanoTime() - began).toSeconds(),
                files(filestore.resolve("manifests")).size(),
                files(filestore.resolve("blobs")).size(),
                files(filestore).stream()
                        .mapToLong(file -> file.toFile().length())
                        .sum(),
                files(pair.standby().layout().state()).stream()
                        .filter(file -> file.toString().contains("/blobs/"))
                        .count(),
                retained,
                pair.standby()
                        .database()
                        .query("postgres", "SELECT pg_size_pretty(sum(pg_database_size(oid))) FROM pg_database"),
                one.text(),
                other.text());
        senderFirst = senderFirst.or(() -> Optional.of(one));
        receiverFirst = receiverFirst.or(() -> Optional.of(other));
    }

    /** The last report, and how old the data was over all. */
    void summary(int written) {
        report();
        System.out.printf(
                "%d commits, %d of them on the standby before the next; from the commit until promote would serve it: %s%n"
                        + "age of what promote would serve, ten times a second: %s%nmost log retained: %d bytes%n",
                written, followed.size(), quantiles(followed), quantiles(ages), mostRetained);
    }

    /** @param most bytes of log that a slot may have kept back at any time */
    void assertNothingGrew(long most) {
        assertThat(mostRetained).isLessThan(most);
        assertNoGrowth(senderFirst.orElseThrow(), AgentUse.of(sender));
        assertNoGrowth(receiverFirst.orElseThrow(), AgentUse.of(receiver));
    }

    private static void assertNoGrowth(AgentUse first, AgentUse last) {
        assertThat(last.most()).as("KiB at most").isLessThan(MOST_MEMORY);
        assertThat(last.live()).as("live bytes, %d before", first.live()).isLessThan(first.live() + LIVE_MORE);
        assertThat(last.files()).as("descriptors").isLessThan(first.files() + FILES_MORE);
        assertThat(last.threads()).as("threads").isLessThan(MOST_THREADS);
    }

    private static String quantiles(List<Double> seconds) {
        double[] sorted = seconds.stream().mapToDouble(each -> each).sorted().toArray();
        return sorted.length == 0
                ? "never"
                : "median %.2f s, p95 %.2f s, p99 %.2f s, most %.2f s"
                        .formatted(
                                sorted[sorted.length / 2],
                                sorted[(int) (sorted.length * 0.95)],
                                sorted[(int) (sorted.length * 0.99)],
                                sorted[sorted.length - 1]);
    }

    /** Files that vanish during the walk are not counted. */
    private static List<Path> files(Path folder) {
        List<Path> found = new ArrayList<>();
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    found.add(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException failure) {
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }
}
