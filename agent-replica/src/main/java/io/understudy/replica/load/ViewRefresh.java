package io.understudy.replica.load;

import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.tasks.TaskScope;
import io.understudy.time.Ticker;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Refreshes the materialized views of a database that was changed by differences. Not thread-safe. */
final class ViewRefresh {
    private final Database replica;
    private final String name;
    private final ViewPace pace;

    /** @param name of the database */
    ViewRefresh(Database replica, String name, Ticker ticker) {
        this.replica = replica;
        this.name = name;
        this.pace = new ViewPace(ticker);
    }

    /**
     * @param refreshed the qualified names of views that have other rows now
     * @param left those of tables that changed since the views were refreshed
     */
    record Views(List<String> refreshed, Set<String> left) {}

    /**
     * @param changed the qualified names of tables whose rows were changed
     * @param context whether the database is only kept ready, so a slow refresh can wait
     * @throws FullLoadRequired when what drifted is no view
     */
    Views refresh(Set<String> changed, BaseLook look, LoadContext context) {
        if (look.quiet() && !look.structure().views()) {
            return new Views(List.of(), Set.of());
        }
        Set<String> all = new TreeSet<>(changed);
        all.addAll(look.mark().stale());
        if (look.quiet() && context.briefly() && !(context.mayTakeLong() && pace.isDue())) {
            return new Views(List.of(), all);
        }
        try (TaskScope scope = new TaskScope("refresh materialized views")) {
            Session session = scope.open(() -> replica.open(name));
            return scope.call(() -> refreshed(all, look, session));
        }
    }

    private Views refreshed(Set<String> all, BaseLook look, Session session) {
        Set<String> drifted = new TreeSet<>(look.driftedOthers());
        drifted.removeIf(BaseLook::isLargeObject);
        StaleViews views = new StaleViews(session, all, drifted);
        if (!views.all().containsAll(drifted)) {
            throw new FullLoadRequired("rows of tables that no list of the snapshot names were changed on this server");
        }
        return new Views(pace.time(() -> views.refresh(session)), Set.of());
    }
}
