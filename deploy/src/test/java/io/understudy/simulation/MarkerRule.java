package io.understudy.simulation;

/** Watches promise 4: what the marker forbids and what only it permits. */
final class MarkerRule {
    private final Run run;
    private final ServerViews views;

    MarkerRule(Run run, ServerViews views) {
        this.run = run;
        this.views = views;
    }

    /** The marker came or went. @param byHand whether no agent did it */
    void marker(Server server, boolean byHand) {
        ServerView view = views.of(server);
        boolean marked = server.marked();
        if (marked && view.unmarkedAt != ServerView.ALWAYS) {
            view.unmarkedAt = ServerView.ALWAYS;
            view.markedAt = run.now();
        } else if (!marked && view.unmarkedAt == ServerView.ALWAYS) {
            view.unmarkedAt = run.now();
            view.unmarkedByHandAt = byHand ? run.now() : view.unmarkedByHandAt;
            view.live.ifPresent(view.production::add);
        }
        view.markedByHand = marked && byHand;
    }

    /**
     * A commit is only right where there was no marker when the agent looked last: after the last content was read.
     *
     * The final snapshot of a switchover is the only one of a server in backup mode, and only of a stopped site.
     *
     * @param content the last event at which the committer touched content
     * @param successor the standby that takes over with it; empty of all others
     */
    void committing(String server, String snapshot, long content, String successor) {
        ServerView view = views.of(server);
        if (!successor.isEmpty()) {
            if (run.server(server).site.serves()) {
                throw Promise.MARKER.broken(server + " committed " + snapshot + " as final while its site serves");
            }
            return;
        }
        if (view.unmarkedAt == ServerView.ALWAYS && view.markedAt < content) {
            throw Promise.MARKER.broken(server + " committed " + snapshot + " in backup mode");
        }
    }

    /** The replica is about to do what only a server in backup mode may do; it looked at the marker just before. */
    void importing(Server server, String what) {
        ServerView view = views.of(server);
        if (view.isUnmarkedBefore(run.previousOfMine())) {
            throw Promise.MARKER.broken(server.name + ": " + what + " without the marker");
        }
    }

    /**
     * The replica is about to change a database that is not live: one step of a round, which looks at the marker as it
     * begins.
     */
    void loading(Server server, String what) {
        ServerView view = views.of(server);
        long looked = view.stepBeganAt < 0 ? run.previousOfMine() : view.stepBeganAt;
        if (view.isUnmarkedBefore(looked)) {
            throw Promise.MARKER.broken(server.name + ": " + what + " without the marker");
        }
    }

    /**
     * The replica is about to change a live file: never without a durable intent, nor without the marker unless the
     * database is live already.
     */
    void changingFile(Server server, String what) {
        ServerView view = views.of(server);
        if (!view.state.equals("applying")) {
            throw Promise.NEVER_MIXED.broken(server.name + ": " + what + " without an intent");
        }
        boolean unmarked = view.isUnmarkedBefore(run.previousOfMine());
        String target = view.phase.equals("forward") ? server.intended() : server.intendedBack();
        String live = server.live().map(each -> Long.toString(each.oid())).orElse("");
        if (unmarked && !live.equals(target)) {
            throw Promise.MARKER.broken(server.name + ": " + what + " without the marker, before its database is live");
        }
    }
}
