package io.understudy.replica.app;

import io.understudy.config.Settings;
import io.understudy.repository.Repository;
import io.understudy.repository.StoreState;
import java.util.List;
import java.util.function.Supplier;

/** Looks at the filestores, each of which ends soon. */
record FilestoreLooks(Supplier<List<StoreState>> stores, ShutdownLook shutdown) {
    static FilestoreLooks of(Settings settings, Supplier<Repository> repository, ReplicaParts parts) {
        return new FilestoreLooks(
                new StoreLook(settings.filestore(), repository, parts.calls()),
                new ShutdownLook(parts.source(), parts.calls()));
    }
}
