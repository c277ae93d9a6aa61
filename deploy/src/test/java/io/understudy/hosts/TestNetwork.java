package io.understudy.hosts;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.rehearsal.Program;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A switch and the hosts at it, apart from every other network. Each host reaches each other by its address, whichever
 * that is, until they are cut off from each other. Not for concurrent use.
 */
public final class TestNetwork implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    /** An interface that no host has: what is sent there arrives nowhere, and no sender is informed of it. */
    private static final String NOWHERE = "02:00:00:00:00:00";

    private final Namespace network;
    private final Map<String, TestHost> hosts = new LinkedHashMap<>();

    private TestNetwork(Namespace network) {
        this.network = network;
    }

    /** Skips the calling test where this machine can have no such hosts, and says why. */
    public static TestNetwork start() {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root, to make test hosts");
        Namespace network;
        try {
            network = Namespace.start("switch", Map.of());
        } catch (IllegalStateException refused) {
            assumeTrue(false, refused.getMessage());
            throw refused;
        }
        try {
            network.inNetwork("ip", "link", "add", "switch", "type", "bridge", "forward_delay", "0")
                    .run(LIMIT)
                    .successful();
        } catch (AssertionError refused) {
            network.close();
            assumeTrue(false, "needs bridges in the kernel: " + refused.getMessage());
        }
        ip(network, "link set switch up");
        return new TestNetwork(network);
    }

    /**
     * A host more.
     *
     * @param name at most 12 letters: its interface at the switch is called after it
     * @param address any of version 4 that no other host has
     * @param programs folders of this machine that are there as {@code /opt/<name>}, by that name
     */
    public TestHost add(String name, String address, Map<String, Path> programs) {
        Namespace namespace = Namespace.start(name, programs);
        TestHost host = new TestHost(name, address, namespace);
        hosts.put(name, host);
        ip(network, "link add name to-" + name + " type veth peer name eth0 netns " + namespace.first());
        ip(network, "link set to-" + name + " master switch up");
        ip(namespace, "addr add " + address + "/32 dev eth0");
        ip(namespace, "link set eth0 up");
        // Every address is one of this network.
        ip(namespace, "route add default dev eth0");
        return host;
    }

    /** From now on nothing that one sends arrives at the other, on connections that are open either. */
    public void cut(TestHost one, TestHost other) {
        refuse(one, other);
        refuse(other, one);
    }

    /** The same for one host and each of those. */
    public void cut(TestHost one, Iterable<TestHost> others) {
        others.forEach(other -> cut(one, other));
    }

    /** All hosts reach each other again. */
    public void heal() {
        for (TestHost host : hosts.values()) {
            others(host)
                    .forEach(other -> namespaceIp(host, "neigh del " + other.address() + " dev eth0")
                            .run(LIMIT));
        }
    }

    private Stream<TestHost> others(TestHost host) {
        return hosts.values().stream().filter(other -> other != host);
    }

    private static void refuse(TestHost from, TestHost to) {
        namespaceIp(from, "neigh replace " + to.address() + " lladdr " + NOWHERE + " dev eth0 nud permanent")
                .run(LIMIT)
                .successful();
    }

    private static Program namespaceIp(TestHost host, String words) {
        return command(host.namespace(), words);
    }

    private static void ip(Namespace namespace, String words) {
        command(namespace, words).run(LIMIT).successful();
    }

    private static Program command(Namespace namespace, String words) {
        return namespace.inNetwork(
                Stream.concat(Stream.of("ip"), Stream.of(words.split(" "))).toArray());
    }

    /** Every host ends at once, as by {@code kill -9} of all that runs there. */
    @Override
    public void close() {
        hosts.values().forEach(host -> host.namespace().close());
        network.close();
    }
}
