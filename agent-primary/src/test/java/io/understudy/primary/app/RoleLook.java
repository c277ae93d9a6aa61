package io.understudy.primary.app;

import io.understudy.repository.EpochStore;
import io.understudy.repository.Repository;
import io.understudy.site.Marker;
import io.understudy.time.Ticker;
import java.util.function.Supplier;

/** How the daemon sees its role, for a simulation that has no daemon's loop. */
public final class RoleLook {
    private final RoleWatch watch;

    public RoleLook(Marker marker, EpochStore epochs, Supplier<Repository> repository, Ticker ticker) {
        this.watch = new RoleWatch(marker, epochs, repository, ticker);
    }

    /** Whether the daemon would ask for the snapshots that are due. */
    public boolean works() {
        return !watch.look().role().idles();
    }
}
