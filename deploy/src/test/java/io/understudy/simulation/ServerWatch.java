package io.understudy.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.postgres.DatabaseIdentity;
import java.util.Map;
import java.util.Optional;

/**
 * Watches what is live on each server: promises 3, 5, 8 and, as far as a standby's site is stopped, 12. Knows which
 * databases have served as production, what its files were with each, and what its operators asked for.
 */
final class ServerWatch {
    private final Run run;
    private final ServerViews views;
    private final DriftWatch drift;
    private final AheadWatch ahead;

    ServerWatch(Run run, ServerViews views, DriftWatch drift, AheadWatch ahead) {
        this.run = run;
        this.views = views;
        this.drift = drift;
        this.ahead = ahead;
    }

    /** An operator asked for this snapshot by name. */
    void asked(Server server, String snapshot) {
        views.of(server).asked.put(snapshot, run.now());
    }

    /** The site wrote into its database or files, as production. */
    void served(Server server) {
        ServerView view = views.of(server);
        server.live().ifPresent(view.served::add);
        server.live().ifPresent(view.drifted::remove);
        server.live().ifPresent(view.handedOver::remove);
        server.live().ifPresent(view.files::remove);
        view.filesUnknown |= view.state.equals("applying");
    }

    /** It committed the final snapshot of a switchover: what is live is that, until the site serves again. */
    void handsOver(Server server, String snapshot) {
        server.live().ifPresent(live -> views.of(server).handedOver.put(live, snapshot));
    }

    /** The site's health was good. */
    void proved(Server server) {
        server.live().map(views.of(server).handedOver::get).ifPresent(views.of(server).proven::add);
        server.live()
                .flatMap(server.databases::content)
                .ifPresent(id -> views.of(server).proven.add(id.toString()));
    }

    void reported(String name, JsonNode report) {
        String proven = report.path("proven").asText("");
        if (!proven.isEmpty()
                && !proven.equals("null")
                && !views.of(name).proven.contains(proven)) {
            throw Promise.RETENTION.broken(name + " reports " + proven + " as proven, which it never was there");
        }
    }

    /** The replica's agent begins something. @param byOperator whether it was asked for */
    void begins(Server server, boolean byOperator) {
        views.of(server).commanded = byOperator;
        views.of(server).stepBeganAt = -1;
        views.of(server).unreported.clear();
    }

    /** A step of a round begins, right after a look at the marker. */
    void beginsStep(Server server) {
        views.of(server).stepBeganAt = run.now();
    }

    /** Databases were created, filled, renamed or dropped. */
    void databasesChanged(Server server) {
        ServerView view = views.of(server);
        ahead.requireWhole(server);
        drift.databasesChanged(server);
        for (DatabaseIdentity each : view.served) {
            if (server.databases.name(each).isEmpty()) {
                throw Promise.MARKER.broken(server.name + ": a database that has served was dropped");
            }
        }
        Optional<DatabaseIdentity> now = server.live();
        if (now.equals(view.live)) {
            return;
        }
        if (now.isEmpty() && !view.before.isEmpty() && view.live.isPresent() && !goesBackToNothing(view)) {
            throw Promise.NEVER_MIXED.broken(server.name + ": nothing has the site's name any more");
        }
        view.live.filter(view.served::contains).ifPresent(old -> view.files.put(old, server.files()));
        now.ifPresent(fresh -> arrived(server, view, fresh));
        Optional<DatabaseIdentity> old = view.live;
        if (!view.phase.equals("back")) {
            now.ifPresent(fresh -> old.ifPresent(was -> view.before.put(fresh, was)));
        }
        view.live = now;
        if (!server.marked()) {
            now.ifPresent(view.production::add);
        }
    }

    private static boolean goesBackToNothing(ServerView view) {
        return view.phase.equals("back");
    }

    private void arrived(Server server, ServerView view, DatabaseIdentity fresh) {
        if (view.served.contains(fresh)) {
            return;
        }
        String snapshot = server.databases
                .content(fresh)
                .map(Object::toString)
                .orElseThrow(() -> Promise.NEVER_MIXED.broken(server.name + ": a half-loaded database is live"));
        Genuine genuine = run.store
                .genuine(snapshot)
                .orElseThrow(() ->
                        Promise.AUTHENTIC.broken(server.name + " applied " + snapshot + ", which no agent committed"));
        Map<String, String> rows = server.databases.tables(fresh);
        if (!genuine.content().tables().equals(rows) && !rows.equals(view.drifted.get(fresh))) {
            throw Promise.AUTHENTIC.broken(server.name + " applied " + snapshot + " with other rows than its own");
        }
        Optional<String> old = view.live
                .filter(each -> !view.served.contains(each) && !view.production.contains(each))
                .flatMap(server.databases::content)
                .map(Object::toString);
        boolean back = view.phase.equals("back")
                && view.live.map(view.before::get).filter(fresh::equals).isPresent();
        if (old.isPresent() && snapshot.compareTo(old.get()) <= 0 && !view.asked.containsKey(snapshot) && !back) {
            throw Promise.NEVER_BACKWARD.broken(
                    server.name + " went from " + old.get() + " to " + snapshot + ", and no operator asked for it");
        }
    }

    /** A continuous snapshot alone makes no standby stop its site. */
    private void requireDue(Server server, ServerView view, JsonNode state) {
        String snapshot = state.at("/intent/fresh/snapshot").asText("");
        Optional<String> live = view.live
                .filter(each -> !view.served.contains(each))
                .flatMap(server.databases::content)
                .map(Object::toString);
        Optional<String> scheduled = run.store.genuine(snapshot).map(Genuine::scheduled);
        if (!view.commanded
                && view.state.equals("following")
                && live.isPresent()
                && !snapshot.equals(live.get())
                && scheduled.filter(each -> each.compareTo(live.get()) <= 0).isPresent()) {
            throw Promise.SITE_FIRST.broken(server.name + ": " + snapshot + " is applied over " + live.get()
                    + ", though nothing since " + scheduled.get() + " was scheduled");
        }
    }

    /** The replica's durable state was written. */
    void state(Server server, JsonNode record) {
        ServerView view = views.of(server);
        ahead.requireWhole(server);
        JsonNode state = record.get("state");
        if (state.get("kind").asText().equals("applying") && view.applyingSince < 0) {
            requireDue(server, view, state);
        }
        view.state = state.get("kind").asText();
        view.phase = state.at("/intent/phase").asText("");
        if (view.state.equals("applying")) {
            view.applyingSince = view.applyingSince < 0 ? run.now() : view.applyingSince;
        } else if (view.applyingSince >= 0) {
            settled(server, view, state);
            view.applyingSince = -1;
        }
    }

    private void settled(Server server, ServerView view, JsonNode state) {
        whole(server, view);
        String snapshot = state.at("/current/snapshot").asText("");
        // What was asked for while an earlier intent waited is still to come when that one is done.
        view.asked.computeIfPresent(snapshot, (id, at) -> at > view.applyingSince ? at : null);
        if (server.marked() && !view.markedByHand && view.state.equals("following")) {
            Optional<String> named = server.markerNames();
            if (named.isPresent() && !named.get().equals(snapshot)) {
                throw Promise.MARKER.broken(
                        server.name + ": the marker names " + named.get() + ", but " + snapshot + " is live");
            }
        }
        view.filesUnknown = false;
    }

    /** The site starts, by the agent's hand or while nothing is under way: what it sees must be of one snapshot. */
    void starts(Server server, boolean byAgent) {
        ServerView view = views.of(server);
        if (byAgent || !view.state.equals("applying")) {
            whole(server, view);
        }
    }

    /** What is live there now is of one snapshot, or all of a site's own. */
    void requireWhole(Server server) {
        whole(server, views.of(server));
    }

    private void whole(Server server, ServerView view) {
        if (server.live().isEmpty() || view.filesUnknown) {
            return;
        }
        DatabaseIdentity live = server.live().get();
        Optional<Map<String, String>> expected = view.served.contains(live)
                ? Optional.ofNullable(view.files.get(live))
                : server.databases
                        .content(live)
                        .flatMap(id -> run.store.genuine(id.toString()))
                        .map(genuine -> genuine.content().files());
        Map<String, String> files = server.files();
        if (expected.isPresent() && !expected.get().equals(files)) {
            throw Promise.NEVER_MIXED.broken(server.name + ": the database is of "
                    + server.databases.content(live).map(Object::toString).orElse("its own") + ", but the files are "
                    + files + " and not " + expected.get());
        }
    }
}
