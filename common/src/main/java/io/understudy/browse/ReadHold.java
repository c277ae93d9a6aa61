package io.understudy.browse;

import io.understudy.cli.AgentVersion;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.repository.ReplicaReport;
import io.understudy.repository.ReplicaReports;
import io.understudy.repository.SnapshotId;
import io.understudy.tasks.DaemonThreads;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A note in the repository that a command of this server reads snapshots, written again each hour and emptied at the
 * end. What a killed command leaves holds for {@link ReplicaReports#READ}, so that the same command can go on. It never
 * fails a command, nor keeps it waiting for longer than five seconds: a filestore that is away deletes nothing either.
 */
public final class ReadHold implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReadHold.class);
    private static final Duration WAIT = Duration.ofSeconds(5);
    private static final Duration AGAIN = Duration.ofHours(1);

    private final String server;
    private final List<SnapshotId> snapshots;
    private final Path locks;
    private final Supplier<ReplicaReports> reports;
    private final Clock clock;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("read-hold"));

    private Optional<ProcessLock> lock = Optional.empty();
    private int place;
    private volatile boolean written;

    /**
     * @param server its name in the repository
     * @param locks a folder of this server, which says which places are taken
     */
    public ReadHold(
            String server, List<SnapshotId> snapshots, Path locks, Supplier<ReplicaReports> reports, Clock clock) {
        this.server = server;
        this.snapshots = List.copyOf(snapshots);
        this.locks = locks;
        this.reports = reports;
        this.clock = clock;
    }

    /** @return why it could not be written; empty: it is durable */
    Optional<String> begin() {
        try {
            if (!takePlace()) {
                return Optional.of(ReplicaReports.PLACES + " commands of this server read already");
            }
            Future<Boolean> first = thread.submit(() -> write(snapshots));
            boolean allowed = first.get(WAIT.toSeconds(), TimeUnit.SECONDS);
            thread.scheduleAtFixedRate(this::again, AGAIN.toSeconds(), AGAIN.toSeconds(), TimeUnit.SECONDS);
            return allowed ? Optional.empty() : Optional.of("this server may not write into replicas/");
        } catch (UnderstudyException e) {
            return Optional.of(e.getMessage());
        } catch (ExecutionException e) {
            LOG.debug("what is read is not noted", e.getCause());
            return Optional.of(Objects.requireNonNullElse(e.getCause().getMessage(), "see the log"));
        } catch (TimeoutException e) {
            return Optional.of("the filestore does not answer");
        } catch (InterruptedException e) {
            // The work that follows ends by it.
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private boolean takePlace() {
        for (int each = 1; each <= ReplicaReports.PLACES && lock.isEmpty(); each++) {
            lock = ProcessLock.tryAcquire(locks.resolve(each + ".lock"));
            place = each;
        }
        return lock.isPresent();
    }

    private void again() {
        try {
            write(snapshots);
        } catch (RuntimeException e) {
            LOG.debug("what is read is not noted again", e);
        }
    }

    private boolean write(List<SnapshotId> read) {
        boolean allowed = reports.get()
                .writeReading(
                        new ReplicaReport(
                                server,
                                Optional.empty(),
                                Optional.empty(),
                                read,
                                Optional.empty(),
                                clock.instant(),
                                AgentVersion.current(),
                                Optional.empty(),
                                Optional.empty()),
                        place);
        // Also where the command no longer waits for it.
        written |= allowed;
        return allowed;
    }

    /** Lets retention delete them again. */
    @Override
    public void close() {
        try {
            if (written) {
                thread.submit(() -> write(List.of())).get(WAIT.toSeconds(), TimeUnit.SECONDS);
            }
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("what was read is held for another day", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            thread.shutdownNow();
            lock.ifPresent(ProcessLock::close);
        }
    }
}
