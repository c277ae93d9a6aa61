package io.understudy.primary.announce;

import io.understudy.v1.Announcement;
import io.understudy.v1.ReplicaReport;
import java.util.function.Consumer;

/** One connected follower, without a network. */
public final class FollowedReports {
    private final Followers followers;
    private final Object connection = new Object();

    public FollowedReports(Followers followers, Consumer<Announcement> receiver) {
        this.followers = followers;
        followers.connect(connection, receiver);
    }

    public void report(String peer, ReplicaReport report) {
        followers.report(connection, peer, report);
    }

    public void leave() {
        followers.disconnect(connection);
    }
}
