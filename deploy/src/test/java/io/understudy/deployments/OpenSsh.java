package io.understudy.deployments;

import io.understudy.hosts.TestHost;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Outcome;
import io.understudy.testing.TestTools;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** OpenSSH on test hosts: its server, keys, and commands of an operator on another host. */
final class OpenSsh {
    private static final Duration LIMIT = Duration.ofSeconds(240);
    private static final Duration STARTS = Duration.ofSeconds(90);
    private static final String SERVER = "/opt/ssh-server";
    private static final String CLIENT = "/opt/ssh-client";

    private OpenSsh() {}

    /** Folders that a host needs for it. The calling test is skipped where OpenSSH is not here. */
    static Map<String, Path> programs() {
        return Map.of(
                "ssh-server", TestTools.required("sshd").getParent(),
                "ssh-client", TestTools.required("ssh-keygen").getParent());
    }

    private static Map<String, String> libraries(String folder) {
        return Map.of("LD_LIBRARY_PATH", folder);
    }

    /** Makes a key pair of the host. @return its public half, as a line */
    static String makeKey(TestHost host, String file) {
        host.shell("mkdir -p \"$(dirname \"$1\")\"", file);
        host.program(
                        libraries(CLIENT),
                        List.of(CLIENT + "/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file)
                                .toArray())
                .run(LIMIT)
                .successful();
        return host.run("cat", file + ".pub").successful().output();
    }

    /** Starts the server. @return its host key, as a line of {@code known_hosts}, after the host's name */
    static String serve(TestHost host, Path log, String... options) {
        String[] key = makeKey(host, "/etc/ssh/host_key").split(" ");
        host.shell("mkdir -p /run/sshd /etc/ssh/sshd_config.d; grep -q ^sshd: /etc/passwd ||"
                + " echo sshd:x:65533:65534::/run/sshd:/usr/sbin/nologin >>/etc/passwd");
        // An account whose password is locked is let in by no key.
        host.writeSecret("/etc/shadow", "root:*:19000::::::\nbackup:*:19000::::::\n");
        Stream<String> lines =
                Stream.of("HostKey /etc/ssh/host_key", "UsePAM no", "PidFile none", "Subsystem sftp internal-sftp");
        // From release 9.8 on the server starts programs for its sessions.
        Stream<String> sessions = Stream.of("sshd-session:SshdSessionPath", "sshd-auth:SshdAuthPath")
                .map(pair -> pair.split(":"))
                .filter(pair -> host.path(SERVER + "/" + pair[0]).toFile().exists())
                .map(pair -> pair[1] + " " + SERVER + "/" + pair[0]);
        host.write(
                "/etc/ssh/sshd_config",
                String.join(
                                "\n",
                                Stream.of(lines, sessions, Stream.of(options))
                                        .flatMap(each -> each)
                                        .toList()) + "\nInclude /etc/ssh/sshd_config.d/*.conf\n");
        host.program(libraries(SERVER), SERVER + "/sshd", "-D", "-e", "-f", "/etc/ssh/sshd_config")
                .start(log);
        Deadline.await("sshd of " + host + " listens", STARTS, () -> listens(host, 22));
        return key[0] + " " + key[1] + "\n";
    }

    /** Whether something there listens on a port. */
    static boolean listens(TestHost host, int port) {
        return host.run("bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/" + port).exitCode() == 0;
    }

    /**
     * What a person types on one host for another.
     *
     * @return as it ended there; exit code 255 where that host was not reached
     */
    static Outcome run(TestHost from, TestHost to, String command) {
        return command(from, to, command).run(LIMIT);
    }

    /** The same, to be started. */
    static io.understudy.rehearsal.Program command(TestHost from, TestHost to, String command) {
        Optional<Path> system = Optional.of(Path.of("/usr/bin/ssh"))
                .filter(path -> path.toFile().canExecute());
        return from.program(
                libraries(CLIENT),
                system.map(Path::toString).orElse(CLIENT + "/ssh"),
                "-i",
                "/etc/ssh/operator",
                "-o",
                "UserKnownHostsFile=/etc/ssh/known_hosts",
                "-o",
                "BatchMode=yes",
                "-o",
                "ConnectTimeout=3",
                "root@" + to.name() + ".example.net",
                command);
    }
}
