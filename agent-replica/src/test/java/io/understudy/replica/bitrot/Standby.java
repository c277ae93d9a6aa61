package io.understudy.replica.bitrot;

import io.understudy.browse.SnapshotReader;
import io.understudy.events.Events;
import io.understudy.exchange.FileHook;
import io.understudy.files.DiskSpace;
import io.understudy.files.MountPoints;
import io.understudy.filestore.Filestore;
import io.understudy.parts.LiveSite;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.progress.Progress;
import io.understudy.replica.app.PartsWiring;
import io.understudy.replica.app.Replica;
import io.understudy.replica.app.ReplicaDisk;
import io.understudy.replica.app.ReplicaParts;
import io.understudy.replica.app.ReplicaPorts;
import io.understudy.replica.app.ReplicaWiring;
import io.understudy.replica.apply.LiveDatabases;
import io.understudy.replica.fakes.AgentSettings;
import io.understudy.replica.fakes.FakeDatabaseServer;
import io.understudy.replica.fakes.FakeLiveDatabases;
import io.understudy.replica.fakes.FakeSpareLoader;
import io.understudy.replica.fetch.MirrorAccess;
import io.understudy.replica.fetch.MirrorFolder;
import io.understudy.replica.fetch.MirroredSnapshots;
import io.understudy.replica.round.ImportRequest;
import io.understudy.replica.round.Round;
import io.understudy.replica.round.RoundControl;
import io.understudy.replica.round.RoundResult;
import io.understudy.replica.stage.Stage;
import io.understudy.replica.state.MarkerBackupMode;
import io.understudy.replica.state.PlanSet;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.Manifest;
import io.understudy.repository.Manifests;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobSource;
import io.understudy.site.Marker;
import io.understudy.site.MarkerContent;
import io.understudy.testing.FakeSiteService;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.testing.TreePrint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A standby with everything real but the database server and the site's service: each {@link #sync} is an agent that
 * starts again.
 */
final class Standby {
    private static final String DATABASE = "site";

    final Path state;
    private final Path media;
    private final Marker marker;
    private final Filestore filestore;
    private final FakeDatabaseServer server = new FakeDatabaseServer(7);
    /** Far enough ahead that no file counts as just changed. */
    private final Clock clock = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(1));

    private final FakeTicker ticker = new FakeTicker();
    private Runnable whenStaged = () -> {};
    private FileHook whenFilesChange = FileHook.none();
    private final FakeSiteService site = new FakeSiteService();

    Standby(Path home, Filestore filestore) throws IOException {
        this.state = home.resolve("state");
        this.media = Files.createDirectory(home.resolve("media"));
        this.marker = new Marker(home.resolve("BACKUP"));
        this.filestore = filestore;
        server.create(DATABASE, Optional.empty());
        Files.writeString(media.resolve("own.txt"), "what stood here before");
        marker.write(new MarkerContent(Manifests.SITE, "test", Optional.empty(), clock.instant()));
    }

    /** The files of the newer snapshot, as a standby has them to which nothing ever happened. */
    static List<String> newerFiles(Path home) throws IOException {
        InMemoryFilestore sound = BitRotSite.beforeTheNewer();
        BitRotSite.commitNewer(sound);
        Standby standby = new Standby(home, sound);
        standby.sync();
        return standby.site().files();
    }

    /** All that an import may change: equal before and after, it changed nothing. */
    record Site(Optional<DatabaseIdentity> database, Optional<SnapshotId> content, List<String> files, String marker) {}

    Site site() {
        try {
            Optional<DatabaseIdentity> live = server.named(DATABASE);
            return new Site(live, live.flatMap(server::content), TreePrint.of(media), Files.readString(marker.file()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    long restarts() {
        return site.calls().stream().filter("restart"::equals).count();
    }

    /** Called when everything is staged and nothing is applied, from now on. */
    void whenStaged(Runnable act) {
        whenStaged = act;
    }

    RoundResult sync() {
        return round().run(ImportRequest.now(), new RoundControl());
    }

    MirroredSnapshots snapshots() {
        MirrorAccess mirrors = new MirrorAccess(
                MirrorFolder.of(mirror()), Manifests.SITE, BitRotSite::trusted, 2, () -> Long.MAX_VALUE, clock);
        return new MirroredSnapshots(
                () -> Repository.open(filestore, Manifests.SITE, BitRotSite.trusted(), clock, mirrors.repository()),
                mirrors,
                "standby-1",
                "test",
                Optional::empty,
                Optional::empty,
                Set::of,
                clock);
    }

    Path mirror() {
        return state.resolve("mirror");
    }

    /** The files that are staged next to the live ones. */
    Path staged() {
        return media.resolve(".understudy");
    }

    /** The agent with all its commands, which starts again with each call. */
    Replica replica() {
        return wiring().replica(Events.none());
    }

    /** What {@code restore --to live} of a part works on. */
    LiveSite liveSite() {
        return PartsWiring.site(wiring());
    }

    /** What of a snapshot can be read here. */
    SnapshotReader.Opened open(SnapshotId snapshot) {
        Repository repository = Repository.open(filestore, Manifests.SITE, BitRotSite.trusted());
        return new SnapshotReader.Opened(repository.read(snapshot), repository.blobs());
    }

    /** Called before each operation on live files, from now on. */
    void whenFilesChange(FileHook act) {
        whenFilesChange = act;
    }

    private Round round() {
        return wiring().round(Events.none());
    }

    private ReplicaWiring wiring() {
        LiveDatabases databases = new FakeLiveDatabases(server, DATABASE);
        ReplicaDisk disk = new ReplicaDisk(
                new MarkerBackupMode(marker, Manifests.SITE, clock),
                ReplicaStateStore.in(state),
                MirrorFolder.of(mirror()),
                DiskSpace.ofThisMachine(),
                MountPoints::now,
                (operation, path) -> whenFilesChange.before(operation, path));
        ReplicaPorts ports = new ReplicaPorts(
                filestore,
                databases,
                new FakeSpareLoader(server, DATABASE),
                site,
                disk,
                clock,
                ticker,
                new Random(1),
                () -> "nonce");
        UnaryOperator<ReplicaParts> parts = shipped -> new ReplicaParts(
                snapshots(), shipped.claims(), watched(shipped.stage()), shipped.trees(), shipped.calls());
        return new ReplicaWiring(AgentSettings.in(state.getParent(), List.of()), ports, parts);
    }

    private Stage watched(Stage stage) {
        return new Stage() {
            @Override
            public PlanSet prepare(Manifest manifest, BlobSource blobs, Progress progress) {
                PlanSet plans = stage.prepare(manifest, blobs, progress);
                whenStaged.run();
                return plans;
            }
        };
    }
}
