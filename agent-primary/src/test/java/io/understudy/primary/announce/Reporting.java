package io.understudy.primary.announce;

import io.understudy.v1.ReplicaReport;

/** Lets replicas report without a connection, each as a peer of its own. */
public final class Reporting {
    private Reporting() {}

    /** A replica of this name is connected and reports the state. */
    public static void replica(Followers followers, String name, String state) {
        followers.connect(name, announcement -> {});
        followers.report(
                name,
                name + ".example.net",
                ReplicaReport.newBuilder()
                        .setName(name)
                        .setSite("example")
                        .setState(state)
                        .build());
    }
}
