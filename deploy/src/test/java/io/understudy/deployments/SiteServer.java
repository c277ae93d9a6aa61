package io.understudy.deployments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.understudy.hosts.TestHost;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Keys;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Running;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One of the two servers of a deployment: the site with its database, both agents. */
final class SiteServer {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration STARTS = Duration.ofSeconds(120);
    /** Where each agent says that it is well. */
    private static final Map<String, Integer> PORTS = Map.of("agent-primary", 9464, "agent-replica", 9465);

    private final TestHost host;
    private final Site site;
    private final Path logs;
    private final Map<String, Running> agents = new HashMap<>();
    private String config = "";

    SiteServer(TestHost host, Site site, Path logs) {
        this.host = host;
        this.site = site;
        this.logs = logs;
    }

    /**
     * Installs what the page says for both servers; nothing but the database runs.
     *
     * @param settings what the test has otherwise in the shipped configuration
     */
    void install(Example example, UnaryOperator<String> settings) {
        config = settings.apply(example.text(host.name() + ".yaml"));
        host.write("/etc/understudy/understudy.yaml", config);
        String password = Keys.random(12);
        host.writeSecret("/etc/understudy/db.password", password + "\n");
        host.shell("ln -s /opt/understudy/bin/agent-* /usr/local/bin/; chmod 700 /etc/understudy");
        site.install(example, password);
    }

    /** What a site in production has. */
    void createSite() {
        site.create();
        awaitMode("primary");
    }

    /** Starts both agents, as systemd does, and waits until they answer. */
    void startAgents() {
        PORTS.keySet().forEach(this::start);
        PORTS.keySet().forEach(this::awaitAnswers);
    }

    private void start(String agent) {
        agents.put(
                agent,
                host.program(environment(), "/opt/understudy/bin/" + agent, "run")
                        .start(log(agent)));
    }

    private void awaitAnswers(String agent) {
        Deadline.await(
                agent + " of " + host + " answers",
                STARTS,
                () -> Site.answers(host, "200", "http://127.0.0.1:" + PORTS.get(agent) + "/healthz"));
    }

    /** As systemd does. */
    void restart(String agent) {
        Running before = agents.get(agent);
        // It runs in namespaces of the host, entered by a process that passes no signal on.
        before.process().descendants().forEach(ProcessHandle::destroy);
        Deadline.await(agent + " of " + host + " ends", STARTS, () -> !before.alive());
        start(agent);
        awaitAnswers(agent);
    }

    private static Map<String, String> environment() {
        return Optional.ofNullable(System.getenv("UNDERSTUDY_JAVA_OPTS"))
                .map(options -> Map.of("UNDERSTUDY_JAVA_OPTS", options))
                .orElse(Map.of());
    }

    /** Runs a command at the server itself. */
    Outcome run(Object... words) {
        return host.program(environment(), words).run(STARTS);
    }

    TestHost host() {
        return host;
    }

    Site site() {
        return site;
    }

    Path log(String program) {
        return logs.resolve(host.name() + "-" + program + ".log");
    }

    /** Where a file of a tree is. @param path as commands name it: {@code media/2026/a.jpg} */
    Path inTree(String path) {
        int slash = path.indexOf('/');
        Matcher tree = Pattern.compile("\\{name: " + path.substring(0, slash) + ", [^}]*?path: ([^,}]+)")
                .matcher(config);
        if (!tree.find()) {
            throw new AssertionError("no tree has " + path);
        }
        return host.path(tree.group(1) + path.substring(slash));
    }

    boolean marked() {
        return Files.exists(host.path(site.marker()));
    }

    boolean takesWrites() {
        return site.takesWrites();
    }

    /** Waits until the site is well and in this mode, {@code primary} or {@code standby}. */
    void awaitMode(String mode) {
        Deadline.await(
                "the site of " + host + " is up as " + mode,
                STARTS,
                () -> site.mode().filter(mode::equals).isPresent());
    }

    /** What of the visitor's is whole there. */
    List<String> texts() {
        return site.texts();
    }

    /**
     * Whether this server follows, with this snapshot live or a newer one. By the file in which its agent remembers
     * that: a command would take the processors from what is waited for.
     */
    boolean follows(String snapshot) {
        JsonNode state = replicaState().path("state");
        return state.path("kind").asText().equals("following")
                && state.path("current").path("snapshot").asText().compareTo(snapshot) >= 0;
    }

    /** What the replica's agent remembers; missing where it remembers nothing yet. */
    JsonNode replicaState() {
        try {
            return JSON.readTree(Files.readAllBytes(host.path("/var/lib/understudy/replica.json")));
        } catch (NoSuchFileException e) {
            return MissingNode.getInstance();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return host.toString();
    }
}
