package io.understudy.simulation;

import io.understudy.postgres.DatabaseIdentity;

/** Watches promise 13 on standbys: what a load mends that drifted is reported. */
final class DriftWatch {
    private final ServerViews views;

    DriftWatch(ServerViews views) {
        this.views = views;
    }

    /** Something wrote into the live database of a standby. */
    void drifted(Server server, DatabaseIdentity live) {
        views.of(server).drifted.put(live, server.databases.tables(live));
    }

    /** Databases were created, filled, renamed or dropped. */
    void databasesChanged(Server server) {
        ServerView view = views.of(server);
        view.drifted.entrySet().removeIf(each -> {
            boolean other = !server.databases.tables(each.getKey()).equals(each.getValue());
            boolean mended = other && server.databases.content(each.getKey()).isPresent();
            if (mended) {
                view.unreported.add(each.getKey());
            }
            return mended || server.databases.name(each.getKey()).isEmpty();
        });
    }

    void reported(Server server) {
        views.of(server).unreported.clear();
    }

    /** The replica's agent is done, and well. */
    void done(Server server) {
        if (!views.of(server).unreported.isEmpty()) {
            throw Promise.CHECKED.broken(server.name + ": a load mended what drifted, and did not report it");
        }
    }
}
