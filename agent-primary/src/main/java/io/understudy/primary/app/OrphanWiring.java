package io.understudy.primary.app;

import io.understudy.config.Settings;
import io.understudy.primary.capture.OrphanTaker;
import io.understudy.primary.capture.SnapshotSource;
import io.understudy.repository.EpochStore;
import io.understudy.repository.RepositoryAccess;
import io.understudy.site.Marker;

/** Wires what saves what an old primary never shipped. */
final class OrphanWiring {
    private OrphanWiring() {}

    static OrphanTaker taker(
            Settings settings,
            Marker marker,
            EpochStore epochs,
            RepositoryAccess repository,
            KeyRing keys,
            SnapshotSource source) {
        return new OrphanTaker(
                settings.state(),
                marker,
                epochs,
                repository,
                keys::signing,
                source,
                settings.database().connections());
    }
}
