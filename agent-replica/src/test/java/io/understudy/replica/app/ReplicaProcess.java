package io.understudy.replica.app;

import io.understudy.config.Settings;
import io.understudy.events.Events;
import io.understudy.filestore.Filestore;
import io.understudy.replica.apply.LiveDatabases;
import io.understudy.replica.apply.LiveTrees;
import io.understudy.replica.fetch.MirroredSnapshots;
import io.understudy.replica.fetch.Mirrors;
import io.understudy.replica.load.SpareLoader;
import io.understudy.replica.prepare.Checks;
import io.understudy.replica.prepare.Preparation;
import io.understudy.replica.promote.Promotion;
import io.understudy.replica.promote.RepositoryClaims;
import io.understudy.replica.round.ImportRequest;
import io.understudy.replica.round.RoundControl;
import io.understudy.replica.round.RoundResult;
import io.understudy.replica.round.StateReconciler;
import io.understudy.replica.stage.Stage;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.ReplicaId;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.replica.state.StateFile;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Repository;
import io.understudy.repository.RepositoryAccess;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.site.SiteService;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The agent of a replica as one process, on ports that a simulation gives: what its daemon and its commands do, but not
 * their threads.
 */
public final class ReplicaProcess {
    private final Replica replica;
    private final ReplicaStateStore store;
    private final MarkerWatch watch;
    private final Preparation preparation;

    /**
     * What the process finds.
     *
     * @param filestore of the repository
     * @param mirror a disk
     * @param nonces draws a new one with each call
     */
    public record Surroundings(
            Settings settings,
            TrustedKeys trusted,
            BackupMode backup,
            LiveDatabases databases,
            SpareLoader loader,
            Stage stage,
            LiveTrees trees,
            SiteService site,
            StateFile state,
            Filestore filestore,
            Filestore mirror,
            Clock clock,
            Ticker ticker,
            RandomGenerator random,
            Supplier<String> nonces) {}

    /**
     * @param gone called when the marker was removed
     * @param changed called afterwards, and when it appeared
     */
    public ReplicaProcess(Surroundings from, Events events, Runnable gone, Runnable changed) {
        Settings settings = from.settings();
        RepositoryAccess remote = new RepositoryAccess(
                () -> Repository.open(from.filestore(), settings.site(), from.trusted(), from.clock()));
        String name = settings.replica().name();
        MirroredSnapshots snapshots = new MirroredSnapshots(
                remote,
                repository -> Mirrors.in(from.mirror(), repository, from.clock()),
                () -> Mirrors.alone(from.mirror(), settings.site(), from.trusted(), from.clock()),
                name,
                "simulated",
                new ReplicaId(settings.state()),
                from.clock());
        EpochStore epochs = new EpochStore(settings.state());
        this.store = new ReplicaStateStore(from.state());
        ReplicaPorts ports = new ReplicaPorts(
                settings,
                store,
                from.backup(),
                from.databases(),
                from.loader(),
                from.stage(),
                from.trees(),
                from.site(),
                snapshots,
                new RepositoryClaims(remote, settings.signing(), epochs, name),
                from.clock(),
                from.ticker());
        this.replica = new Replica(ports, events, from.random(), from.nonces());
        this.watch = new MarkerWatch(from.backup(), gone, changed, () -> {}, events, from.ticker());
        this.preparation = new Preparation(
                settings,
                new Checks(
                        settings,
                        from.filestore(),
                        remote,
                        from.databases(),
                        from.loader(),
                        new ReplicaId(settings.state()),
                        from.clock()),
                from.backup(),
                store,
                new StateReconciler(store, from.backup(), from.databases(), events, from.clock()),
                from.databases(),
                epochs,
                remote,
                from.ticker());
    }

    public ReplicaStateStore store() {
        return store;
    }

    /** What the daemon does by itself. */
    public void attend(RoundControl control) {
        replica.attend(control);
    }

    /** One look of the daemon at its marker. */
    public void lookAtMarker() {
        watch.look();
    }

    public RoundResult sync(RoundControl control) {
        return replica.sync(ImportRequest.now(), control);
    }

    public RoundResult restore(SnapshotId snapshot, RoundControl control) {
        return replica.sync(new ImportRequest.Named(snapshot), control);
    }

    public RoundResult rollback() {
        return replica.rollback();
    }

    public Promotion.Report promote(Promotion.Request request) {
        return replica.promote(request);
    }

    /** What {@code init} does when its checks were passed and its question answered. */
    public void init() {
        preparation.enter();
    }
}
