package io.understudy.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Program;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A second host: a network namespace of its own, joined with this one by a pair of virtual interfaces. It has no other
 * way to this host, as a server in the same network. Needs root, or sudo without a password.
 */
final class OtherHost implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(180);
    private static final Duration CONNECTS = Duration.ofSeconds(180);
    private static final int NETWORKS = 64 * 256;

    private final String name;
    private final String network;
    private final int base;

    private OtherHost(String name, String network, int base) {
        this.name = name;
        this.network = network;
        this.base = base;
    }

    /** Skips the test where no namespace can be made. @param number distinguishes it from those of other runs */
    static OtherHost join(int number) {
        // 198.18.0.0/15 is for such tests (RFC 2544): no route leads there.
        int at = number % NETWORKS;
        OtherHost host = new OtherHost("us" + number, "198.18." + at / 64 + ".", at % 64 * 4);
        boolean made = host.ip("netns add " + host.name);
        assumeTrue(made, "needs the right to make a network namespace: root or sudo, and the package iproute2");
        boolean joined =
                host.ip("link add " + host.name + "a type veth peer name " + host.name + "b netns " + host.name)
                        && host.ip("addr add " + host.address(1) + "/30 dev " + host.name + "a")
                        && host.ip("link set " + host.name + "a up")
                        && host.ip("-n " + host.name + " addr add " + host.address(2) + "/30 dev " + host.name + "b")
                        && host.ip("-n " + host.name + " link set " + host.name + "b up");
        if (!joined) {
            host.close();
        }
        assumeTrue(joined, "needs virtual interfaces in the kernel (veth)");
        return host;
    }

    /** This host's address, as the other one calls it. */
    String here() {
        return address(1);
    }

    private String address(int host) {
        return network + (base + host);
    }

    /** Whether a process there reaches this port here. */
    boolean reaches(int port) {
        return there(Program.of("timeout", "5", "bash", "-c", "exec 3<>/dev/tcp/" + here() + "/" + port))
                        .run(CONNECTS)
                        .exitCode()
                == 0;
    }

    /** The program, as it runs there. */
    Program there(Program program) {
        List<Object> words = new ArrayList<>(List.of("netns", "exec", name, "env"));
        program.environment().forEach((key, value) -> words.add(key + "=" + value));
        words.addAll(program.command());
        return asRoot("ip", words);
    }

    private boolean ip(String words) {
        try {
            Outcome outcome = asRoot("ip", List.of(words.split(" "))).run(LIMIT);
            return outcome.exitCode() == 0;
        } catch (RuntimeException e) {
            // There is no such program.
            return false;
        }
    }

    private static Program asRoot(String program, List<?> words) {
        Map<String, String> path = Map.of("PATH", System.getenv("PATH") + ":/usr/sbin:/sbin");
        return "root".equals(System.getProperty("user.name"))
                ? Program.of(
                                "env",
                                Stream.concat(Stream.of(program), words.stream())
                                        .toArray())
                        .with(path)
                : Program.of(
                                "sudo",
                                Stream.concat(Stream.of("-n", program), words.stream())
                                        .toArray())
                        .with(path);
    }

    @Override
    public void close() {
        ip("netns del " + name);
    }
}
