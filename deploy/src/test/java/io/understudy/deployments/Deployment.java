package io.understudy.deployments;

import io.understudy.hosts.TestHost;
import io.understudy.hosts.TestNetwork;
import io.understudy.rehearsal.ClassArchives;
import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Keys;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Program;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A reference deployment: servers a and b with the site, a filestore over SSH, a name server, an operator, and
 * visitors, each on a host of its own.
 */
final class Deployment implements AutoCloseable {
    private final TestNetwork network;
    private final Path logs;
    private final SiteKind kind;
    private final SiteServer a;
    private final SiteServer b;
    private final TestHost store;
    private final TestHost ns;
    private final TestHost operator;
    private final TestHost outside;

    private Deployment(TestNetwork network, SiteKind kind, Path logs) {
        this.network = network;
        this.logs = logs;
        this.kind = kind;
        Map<String, Path> server = new HashMap<>(OpenSsh.programs());
        server.put("understudy", ClassArchives.rehearsal().distribution());
        server.putAll(kind.programs().get());
        this.a = server(network.add("a", "192.0.2.10", server));
        this.b = server(network.add("b", "198.51.100.10", server));
        this.store = network.add("store", "203.0.113.22", OpenSsh.programs());
        this.ns = network.add("ns", "203.0.113.53", NameServer.programs());
        this.operator = network.add("operator", "203.0.113.7", OpenSsh.programs());
        this.outside = network.add("visitor", "203.0.113.80", Map.of());
    }

    private SiteServer server(TestHost host) {
        return new SiteServer(host, kind.on().apply(host), logs);
    }

    /** The same with the shipped configuration as it is. */
    static Deployment start(SiteKind kind, Path logs) {
        return start(kind, logs, UnaryOperator.identity());
    }

    /**
     * Installs and starts all of it: a serves the site and is its name's address, b follows it.
     *
     * @param logs folder for what programs print
     * @param settings what the test has otherwise in the shipped configuration of both servers
     */
    static Deployment start(SiteKind kind, Path logs, UnaryOperator<String> settings) {
        TestNetwork network = TestNetwork.start();
        try {
            Deployment deployment = new Deployment(network, kind, logs);
            deployment.install(settings);
            return deployment;
        } catch (RuntimeException | AssertionError e) {
            System.out.println(logsText(logs));
            network.close();
            throw e;
        }
    }

    private void install(UnaryOperator<String> settings) {
        resolve();
        String key = "key \"understudy\" {\n  algorithm hmac-sha256;\n  secret \""
                + Base64.getEncoder()
                        .encodeToString(Keys.random(16).getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                + "\";\n};\n";
        NameServer.serve(ns, kind.example(), key, logs.resolve("named.log"));
        for (SiteServer server : servers()) {
            server.install(kind.example(), settings);
            server.host().writeSecret("/etc/understudy/dns.key", key);
        }
        keepFilestore();
        trustEachOther();
        letOperatorIn();
        a.createSite();
        a.run("agent-primary", "init").successful();
        b.run("agent-replica", "init", "--yes").successful();
        servers().forEach(SiteServer::startAgents);
    }

    /** The servers by their names in {@code /etc/hosts}, the site by that of the name server. */
    private void resolve() {
        StringBuilder names = new StringBuilder("127.0.0.1 localhost\n");
        for (TestHost host : hosts()) {
            names.append(host.address()).append(' ').append(host.name()).append(".example.net\n");
        }
        for (TestHost host : hosts()) {
            host.write("/etc/hosts", names.toString());
            host.write("/etc/resolv.conf", "nameserver " + ns.address() + "\noptions timeout:1 attempts:1\n");
            host.write("/etc/nsswitch.conf", "hosts: files dns\npasswd: files\ngroup: files\nshadow: files\n");
        }
    }

    private void keepFilestore() {
        String keys =
                OpenSsh.makeKey(a.host(), "/etc/understudy/ssh") + OpenSsh.makeKey(b.host(), "/etc/understudy/ssh");
        store.write("/etc/ssh/backup/keys", keys);
        store.write("/etc/ssh/sshd_config.d/backup.conf", kind.example().text("backup.conf"));
        store.shell(
                "install -d -o root -g root -m 755 /srv/backup; install -d -o backup -g backup -m 700 /srv/backup/example");
        String key = OpenSsh.serve(store, logs.resolve("store-sshd.log"));
        for (SiteServer server : servers()) {
            server.host().write("/etc/understudy/known_hosts", "store.example.net " + key);
        }
    }

    private void trustEachOther() {
        Path keys = Folders.create(logs.resolve("keys"));
        for (SiteServer server : servers()) {
            String name = server.host().name();
            Keys.writePair(keys.resolve(name + ".pem"), keys.resolve(name + ".pub.pem"));
        }
        a.run("agent-primary", "tls", "init", "--to", "/tmp/tls", "a.example.net", "b.example.net")
                .successful();
        for (SiteServer server : servers()) {
            String name = server.host().name();
            String peer = other(server).host().name();
            server.host().writeSecret("/etc/understudy/signing.pem", text(keys.resolve(name + ".pem")));
            server.host().write("/etc/understudy/signing.pub.pem", text(keys.resolve(name + ".pub.pem")));
            server.host().write("/etc/understudy/peer.pub.pem", text(keys.resolve(peer + ".pub.pem")));
            for (String file : List.of("ca.pem", "server.pem", "server.key")) {
                server.host()
                        .writeSecret(
                                "/etc/understudy/tls/" + file,
                                text(a.host().path("/tmp/tls/" + name + ".example.net/" + file)));
            }
        }
    }

    private void letOperatorIn() {
        String key = OpenSsh.makeKey(operator, "/etc/ssh/operator");
        StringBuilder known = new StringBuilder();
        for (SiteServer server : servers()) {
            String name = server.host().name();
            server.host().write("/etc/ssh/operators", key);
            known.append(name)
                    .append(".example.net ")
                    .append(OpenSsh.serve(server.host(), server.log("sshd"), "AuthorizedKeysFile /etc/ssh/operators"));
        }
        operator.write("/etc/ssh/known_hosts", known.toString());
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the operator types on a server, from a host of its own; exit code 255: that server was not reached. */
    Outcome operate(SiteServer server, String command) {
        return OpenSsh.run(operator, server.host(), command);
    }

    /**
     * The same, of one line of a page, at a terminal at which {@code y} is answered to what is asked. In place of
     * systemd the test restarts an agent.
     *
     * @return what the terminal shows; the command has succeeded
     */
    Outcome types(SiteServer server, String line) {
        if (line.equals("systemctl restart understudy-replica")) {
            server.restart("agent-replica");
            return new Outcome(line, 0, "", "");
        }
        Outcome shown = operate(server, "echo y | script --quiet --return --command '" + line + "' /dev/null")
                .successful();
        return new Outcome(line, 0, shown.output().replace("\r", ""), shown.errors());
    }

    /** The same as {@link #operate}, to be started. */
    Program operating(SiteServer server, String command) {
        return OpenSsh.command(operator, server.host(), command);
    }

    /** The addresses that the site's name has for visitors. */
    List<String> addresses() {
        return outside.run("getent", "ahostsv4", "www.example.org")
                .output()
                .lines()
                .map(line -> line.split(" ")[0])
                .distinct()
                .toList();
    }

    Visitor visitor() {
        return Visitor.on(outside, kind, logs.resolve("visitor.log"));
    }

    /** Who writes at one server, whatever address the name has. */
    Visitor visitorAt(SiteServer server) {
        return Visitor.at(server.host(), outside, kind, logs.resolve("visitor-at-" + server + ".log"));
    }

    TestNetwork network() {
        return network;
    }

    SiteServer a() {
        return a;
    }

    SiteServer b() {
        return b;
    }

    SiteServer other(SiteServer server) {
        return server == a ? b : a;
    }

    TestHost store() {
        return store;
    }

    TestHost ns() {
        return ns;
    }

    TestHost operator() {
        return operator;
    }

    private List<SiteServer> servers() {
        return List.of(a, b);
    }

    private List<TestHost> hosts() {
        return List.of(a.host(), b.host(), store, ns, operator, outside);
    }

    /** The ends of all logs, for a failed test. */
    String logsText() {
        return logsText(logs);
    }

    private static String logsText(Path logs) {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> all = Files.list(logs)) {
            for (Path log : all.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList()) {
                List<String> lines = Files.readAllLines(log);
                text.append("=== ").append(log.getFileName()).append('\n');
                lines.subList(Math.max(0, lines.size() - 40), lines.size())
                        .forEach(line -> text.append(line).append('\n'));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    @Override
    public void close() {
        network.close();
    }
}
