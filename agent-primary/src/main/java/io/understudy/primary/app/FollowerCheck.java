package io.understudy.primary.app;

import io.understudy.failure.UnderstudyException;
import io.understudy.primary.app.StatusView.PeerView;
import io.understudy.setup.CheckReport;
import io.understudy.setup.CheckResult;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Which standbys may follow this server, and what its running agent last saw of each. A primary can't call them: they
 * listen nowhere.
 */
final class FollowerCheck {
    private static final String NAME = "followers";
    private static final String HINT =
            "run agent-replica check there: it calls this server; tls, replica.primaries and primary.replicas must fit";

    private FollowerCheck() {}

    /** @param daemon its status; empty when it does not run */
    static void add(CheckReport.Run checks, List<String> replicas, Supplier<Optional<StatusView>> daemon) {
        if (replicas.isEmpty()) {
            checks.warn(
                    NAME,
                    "primary.replicas is empty: no server may follow this one, so standbys poll",
                    "list a name of the certificate of each standby");
            return;
        }
        try {
            Optional<StatusView> status = daemon.get();
            checks.check(
                    NAME,
                    () -> "may follow: " + String.join(", ", replicas)
                            + (status.isPresent() ? "" : "; whether they do is known only while the agent runs"));
            status.ifPresent(now ->
                    now.peers().forEach(peer -> checks.look("follower " + peer.name(), () -> result(peer))));
        } catch (UnderstudyException e) {
            checks.warn(NAME, "what the agent knows of them cannot be asked: " + e.getMessage(), e.hint());
        }
    }

    private static CheckResult result(PeerView peer) {
        String name = "follower " + peer.name();
        return peer.connected() || peer.called().isPresent() && !peer.isRefused()
                ? CheckResult.ok(name, peer.text())
                : CheckResult.warning(name, peer.text(), HINT);
    }
}
