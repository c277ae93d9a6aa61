package io.understudy.simulation;

import java.util.HashMap;
import java.util.Map;

/** What the observers know of each server. */
final class ServerViews {
    private final Map<String, ServerView> views = new HashMap<>();

    /** A server comes into being, with a database of its own or none. */
    void add(Server server) {
        ServerView view = new ServerView();
        view.live = server.live();
        view.live.ifPresent(view.served::add);
        view.unmarkedAt = server.marked() ? ServerView.ALWAYS : 0;
        views.put(server.name, view);
    }

    ServerView of(Server server) {
        return of(server.name);
    }

    ServerView of(String server) {
        return views.get(server);
    }
}
