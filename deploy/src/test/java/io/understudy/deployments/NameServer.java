package io.understudy.deployments;

import io.understudy.hosts.TestHost;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Running;
import io.understudy.testing.TestTools;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** A real BIND on a test host, with the shipped configuration and zone. */
final class NameServer {
    private static final Duration STARTS = Duration.ofSeconds(90);
    private static final String FOLDER = "/opt/bind";

    private NameServer() {}

    /** Folders that its host needs. The calling test is skipped where BIND is not here. */
    static Map<String, Path> programs() {
        return Map.of("bind", TestTools.required("named").getParent());
    }

    /** @param key as {@code tsig-keygen} writes it */
    static void serve(TestHost host, Example example, String key, Path log) {
        host.write("/etc/bind/named.conf", example.text("named.conf"));
        host.writeSecret("/etc/bind/understudy.key", key);
        host.write("/var/lib/bind/example.org.zone", example.text("example.org.zone"));
        host.shell("mkdir -p /var/cache/bind /run/named");
        Running named = host.program(
                        Map.of("LD_LIBRARY_PATH", FOLDER),
                        FOLDER + "/named",
                        "-g",
                        "-n",
                        "1",
                        "-U",
                        "1",
                        "-c",
                        "/etc/bind/named.conf")
                .start(log);
        Deadline.await("named runs", STARTS, () -> named.logText().lines().anyMatch(line -> line.endsWith(" running")));
    }
}
