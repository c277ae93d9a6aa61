package io.understudy.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.postgres.DatabaseIdentity;

/** Watches promise 3 in the database that is ahead. */
final class AheadWatch {
    private final Run run;
    private final ServerViews views;

    AheadWatch(Run run, ServerViews views) {
        this.run = run;
        this.views = views;
    }

    /** A person drops it. */
    void dropped(Server server, DatabaseIdentity database) {
        views.of(server).droppedByHand.add(database);
    }

    /**
     * What the record says to be ahead is a whole snapshot in each moment: a promotion may come in the next, and so may
     * a crash.
     */
    void requireWhole(Server server) {
        JsonNode ahead = server.record().path("ahead");
        String snapshot = ahead.path("snapshot").asText("");
        DatabaseIdentity database = new DatabaseIdentity(
                ahead.at("/database/cluster").asLong(),
                ahead.at("/database/oid").asLong());
        if (snapshot.isEmpty() || views.of(server).droppedByHand.contains(database)) {
            return;
        }
        boolean whole = server.databases
                        .content(database)
                        .filter(id -> id.toString().equals(snapshot))
                        .isPresent()
                && run.store
                        .genuine(snapshot)
                        .filter(genuine -> genuine.content().tables().equals(server.databases.tables(database)))
                        .isPresent();
        if (!views.of(server).asked.containsKey(snapshot)) {
            run.holds.requireWithin(server, snapshot);
        }
        if (!whole) {
            throw Promise.NEVER_MIXED.broken(
                    server.name + ": " + snapshot + " is said to be ahead, but its database does not hold it");
        }
    }
}
