package io.understudy.primary.app;

import io.understudy.config.Settings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.primary.capture.ClosureSource;
import io.understudy.primary.capture.KeptParts;
import io.understudy.primary.capture.OrphanTaker;
import io.understudy.primary.capture.Quiesce;
import io.understudy.primary.capture.SnapshotSource;
import io.understudy.primary.capture.database.NoDatabase;
import io.understudy.repository.EpochStore;
import io.understudy.repository.RepositoryAccess;
import io.understudy.site.Marker;
import java.util.List;
import java.util.Optional;

/** Wires what saves what an old primary never shipped. */
public final class OrphanWiring {
    private final Settings settings;
    private final PrimaryPorts ports;
    private final Marker marker;
    private final EpochStore epochs;
    private final RepositoryAccess repository;
    private final KeyRing keys;
    private final SnapshotSource source;

    OrphanWiring(
            Settings settings,
            PrimaryPorts ports,
            Marker marker,
            EpochStore epochs,
            RepositoryAccess repository,
            KeyRing keys,
            SnapshotSource source) {
        this.settings = settings;
        this.ports = ports;
        this.marker = marker;
        this.epochs = epochs;
        this.repository = repository;
        this.keys = keys;
        this.source = source;
    }

    /** Of what is live. */
    public OrphanTaker live() {
        return taker(source);
    }

    /** Of what was kept when a snapshot was imported over it: no site uses that, so none is kept still. */
    public OrphanTaker kept(KeptParts parts) {
        List<TreeSettings> trees = settings.trees().stream()
                .map(tree -> Optional.ofNullable(parts.trees().get(tree.name()))
                        .map(tree::at)
                        .orElse(tree))
                .toList();
        return taker(new SnapshotSource(
                source.taker(),
                parts.database().map(ports.kept()).orElseGet(() -> new NoDatabase(ports.clock())),
                source.files(),
                trees,
                source.processors(),
                source.clock(),
                source.ticker(),
                Quiesce.NONE,
                source.others(),
                ClosureSource.NONE));
    }

    private OrphanTaker taker(SnapshotSource from) {
        return new OrphanTaker(
                settings.state(),
                marker,
                epochs,
                repository,
                keys::signing,
                from,
                settings.database().connections());
    }
}
