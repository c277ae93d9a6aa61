package io.understudy.primary.announce;

import io.understudy.v1.ReplicaReport;

/** Lets replicas report without a connection. */
public final class Reporting {
    private Reporting() {}

    /** A replica of this name is connected and reports the state. */
    public static void replica(Followers followers, String name, String state) {
        followers.connect(name, announcement -> {});
        followers.report(
                name,
                ReplicaReport.newBuilder()
                        .setName(name)
                        .setSite("example")
                        .setState(state)
                        .build());
    }
}
