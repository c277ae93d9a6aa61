package io.understudy.replica.command;

import io.understudy.cli.Bytes;
import io.understudy.cli.ProgressDisplay;
import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.progress.Progress;
import io.understudy.replica.app.ReplicaWiring;
import io.understudy.replica.app.StepSeconds;
import io.understudy.replica.fetch.Mirror;
import io.understudy.replica.load.SpareLoader.TableDifference;
import io.understudy.replica.state.ApplyLock;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.repository.JunkObject;
import io.understudy.repository.LastVerified;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.StoreHealing;
import io.understudy.repository.Verification;
import io.understudy.repository.Verified;
import io.understudy.setup.SnapshotName;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "verify",
        description =
                "Reads every object of a snapshot and compares it with its hash and the manifest with its signature.")
final class VerifyCommand extends ReplicaCommand {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Parameters(
            paramLabel = "ID",
            arity = "0..1",
            description = "The snapshot: " + SnapshotName.FORMS + "; default: the newest.")
    private String id;

    @Option(
            names = "--mirror",
            description = "Verify this server's own copy, and fetch again what is damaged; default: the filestore.")
    private boolean mirror;

    @Option(
            names = "--database",
            description = "Compare the rows of the live database with the snapshot that was imported; changes nothing.")
    private boolean database;

    @Option(
            names = "--repair",
            description =
                    "First repair in each filestore what is missing or damaged there, from the others and from this server's own copy.")
    private boolean repair;

    /**
     * What {@code verify} prints with {@code --json}.
     *
     * @param where {@code filestore}, {@code mirror} or {@code database}
     * @param bytes plain
     * @param repairedBlobs objects that the mirror or a filestore lacked or that were damaged there, and are sound now
     */
    record Result(SnapshotId snapshot, String where, long bytes, long repairedBlobs, double seconds) {
        String text() {
            String repaired = repairedBlobs == 0 ? "" : ", %d objects were repaired".formatted(repairedBlobs);
            return "%s is sound in the %s: %s read in %.1f s%s"
                    .formatted(snapshot, where, Bytes.text(bytes), seconds, repaired);
        }
    }

    @Override
    int run(Settings settings, ReplicaWiring wiring) {
        if (database) {
            Result same = verifyDatabase(wiring);
            cli.print(same, same::text);
            return 0;
        }
        Result result = new LastVerified(settings.state()).recording(Clock.systemUTC(), () -> verify(wiring, settings));
        cli.print(result, result::text);
        return 0;
    }

    private Result verify(ReplicaWiring wiring, Settings settings) {
        List<JunkObject> junk = new ArrayList<>();
        SnapshotId snapshot = id == null
                ? SnapshotName.newest(wiring.repository(), junk::add)
                : cli.find(id, ReplicaCli.reader(wiring));
        try (ProgressDisplay progress = cli.progress()) {
            Result result = mirror
                    ? verifyMirror(wiring, snapshot, progress)
                    : verifyFilestore(wiring, settings.database().connections(), snapshot, progress);
            JunkObject.requireNone(junk);
            return result;
        }
    }

    private Result verifyFilestore(ReplicaWiring wiring, int threads, SnapshotId snapshot, Progress progress) {
        Ticker ticker = wiring.ports().ticker();
        long start = ticker.nanos();
        long healed = repair ? heal(wiring, threads, snapshot, progress) : 0;
        Verified verified = new Verification(threads).verifyEach(wiring.repository(), snapshot, progress);
        return new Result(snapshot, "filestore", verified.bytes(), healed, StepSeconds.seconds(ticker.since(start)));
    }

    /** Under the apply lock: a round uses the mirror too. The primary keeps its newest snapshots while it prunes. */
    private static long heal(ReplicaWiring wiring, int threads, SnapshotId snapshot, Progress progress) {
        ProcessLock lock = new ApplyLock(wiring.settings().state())
                .acquire(PATIENCE, wiring.ports().ticker());
        try {
            return new StoreHealing(threads)
                    .heal(
                            wiring.repository(),
                            List.of(wiring.snapshots().mirror().copy()),
                            snapshot,
                            progress);
        } finally {
            lock.close();
        }
    }

    /** Under the apply lock: a round exchanges the database. */
    private Result verifyDatabase(ReplicaWiring wiring) {
        if (id != null || mirror) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "--database takes neither a snapshot nor --mirror: it compares what is live",
                    "run agent-replica verify --database");
        }
        Ticker ticker = wiring.ports().ticker();
        ProcessLock lock = new ApplyLock(wiring.settings().state()).acquire(PATIENCE, ticker);
        try (ProgressDisplay progress = cli.progress()) {
            long start = ticker.nanos();
            Manifest manifest = live(wiring);
            requireSame(
                    manifest.snapshot(),
                    wiring.ports()
                            .loader()
                            .compareLive(manifest, wiring.snapshots().blobs(), progress));
            long bytes = manifest.totals().databaseBytes();
            return new Result(manifest.snapshot(), "database", bytes, 0, StepSeconds.seconds(ticker.since(start)));
        } finally {
            lock.close();
        }
    }

    private static Manifest live(ReplicaWiring wiring) {
        SnapshotId snapshot = wiring.store()
                .record()
                .live()
                .flatMap(DatabaseVersion::snapshot)
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.SNAPSHOT_UNKNOWN,
                        "cannot verify the database: no snapshot is live on this server",
                        "import one with agent-replica sync"));
        return wiring.snapshots()
                .held(snapshot)
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.SNAPSHOT_UNKNOWN,
                        "cannot verify the database: the mirror does not hold " + snapshot + ", which is live",
                        "fetch it with agent-replica sync"));
    }

    private static void requireSame(SnapshotId snapshot, List<TableDifference> found) {
        if (found.isEmpty()) {
            return;
        }
        String tables = found.stream()
                .map(each -> each.table() + (each.written() ? ", written on this server since its import" : ""))
                .limit(10)
                .collect(Collectors.joining("; "));
        boolean written = found.stream().allMatch(TableDifference::written);
        throw new UnderstudyException(
                ErrorCode.LOAD_MISMATCH,
                "verification of the database failed: it differs from " + snapshot + " in " + found.size() + " tables: "
                        + tables,
                (written
                                ? "a site in backup mode must accept no writes: let it look for the marker"
                                : "check the disk and the memory of this server")
                        + "; load the snapshot again with agent-replica restore " + snapshot);
    }

    /** Under the apply lock: a round uses the mirror too. */
    private static Result verifyMirror(ReplicaWiring wiring, SnapshotId snapshot, Progress progress) {
        Ticker ticker = wiring.ports().ticker();
        ProcessLock lock = new ApplyLock(wiring.settings().state()).acquire(PATIENCE, ticker);
        try {
            long start = ticker.nanos();
            Mirror.Fetched fetched = wiring.snapshots().mirror().verify(snapshot, progress);
            Manifest.Totals totals = fetched.manifest().totals();
            return new Result(
                    snapshot,
                    "mirror",
                    totals.databaseBytes() + totals.fileBytes(),
                    fetched.transfer().fetchedBlobs(),
                    StepSeconds.seconds(ticker.since(start)));
        } finally {
            lock.close();
        }
    }
}
