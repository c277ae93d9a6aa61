package io.understudy.primary.announce;

import io.understudy.v1.ReplicaReport;

/** Lets replicas report without a connection, each as a peer of its own. */
public final class Reporting {
    private Reporting() {}

    /** A replica of this name is connected and reports the state. */
    public static void replica(Followers followers, String name, String state) {
        replica(
                followers,
                ReplicaReport.newBuilder()
                        .setName(name)
                        .setSite("example")
                        .setState(state)
                        .build());
    }

    /** A replica is connected and reports this. */
    public static void replica(Followers followers, ReplicaReport report) {
        followers.connect(report.getName(), announcement -> {});
        followers.report(report.getName(), report.getName() + ".example.net", report);
    }
}
