package io.understudy.deployments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.understudy.hosts.TestHost;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Keys;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Rehearsal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One of the two servers of the Zotonic-like deployment: PostgreSQL, the sample site, both agents. */
final class SiteServer {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration STARTS = Duration.ofSeconds(120);
    private static final String MARKER = "/srv/site/priv/BACKUP";

    /** In place of systemd, which wants a machine of its own: it knows one service, the sample site. */
    private static final String SYSTEMCTL = """
            #!/bin/sh
            [ $# = 2 ] && [ "$2" = site ] || { echo "systemctl: unknown: $*" >&2; exit 5; }
            exec /opt/rehearsal/bin/sample-site "$1" /etc/site/site.properties
            """;

    private static final String SITE = """
            listen=0.0.0.0:80
            database.url=jdbc:postgresql://127.0.0.1:5432/site
            database.user=site
            database.password_file=/etc/understudy/db.password
            media=/srv/site/media
            config=/srv/site/priv/config.d
            secrets=/srv/site/security
            marker=/srv/site/priv/BACKUP
            """;

    private final TestHost host;
    private final Path logs;
    private Postgres postgres;

    SiteServer(TestHost host, Path logs) {
        this.host = host;
        this.logs = logs;
    }

    /** Folders that its host needs. */
    static Map<String, Path> programs(Rehearsal packaged) {
        return Map.of("understudy", packaged.distribution(), "rehearsal", packaged.stage());
    }

    /** Installs what the page says for both servers; nothing but PostgreSQL runs. */
    void install(Example example) {
        host.write("/usr/local/bin/systemctl", SYSTEMCTL);
        host.write("/etc/site/site.properties", SITE);
        host.write("/etc/understudy/understudy.yaml", example.text(host.name() + ".yaml"));
        String password = Keys.random(12);
        host.writeSecret("/etc/understudy/db.password", password + "\n");
        host.shell("chmod 755 /usr/local/bin/systemctl; ln -s /opt/understudy/bin/agent-* /usr/local/bin/;"
                + " mkdir -p /srv/site/priv; chmod 700 /etc/understudy");
        postgres = Postgres.start(host, example);
        postgres.createRole(password);
    }

    /** What a site in production has. */
    void createSite() {
        postgres.execute("postgres", "CREATE DATABASE site OWNER site");
        host.shell("mkdir -p /srv/site/media");
        host.write("/srv/site/priv/config.d/site.properties", "title=The guestbook\nupload_limit=104857600\n");
        host.writeSecret("/srv/site/security/session.key", Keys.random(32));
        run("systemctl", "start", "site").successful();
        awaitMode("primary");
    }

    /** Starts both agents, as systemd does, and waits until they answer. */
    void startAgents() {
        for (String agent : List.of("agent-primary", "agent-replica")) {
            host.program(environment(), "/opt/understudy/bin/" + agent, "run").start(log(agent));
        }
        for (int port : List.of(9464, 9465)) {
            Deadline.await(
                    "the agents of " + host + " answer",
                    STARTS,
                    () -> host.run("curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:" + port + "/healthz")
                                    .exitCode()
                            == 0);
        }
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

    Path log(String program) {
        return logs.resolve(host.name() + "-" + program + ".log");
    }

    boolean marked() {
        return Files.exists(host.path(MARKER));
    }

    /** What the site says of itself there, absent when it does not run or is not well. */
    Optional<JsonNode> health() {
        Outcome asked = host.run("curl", "-fsS", "-m", "5", "http://127.0.0.1/health");
        try {
            return asked.exitCode() == 0 ? Optional.of(JSON.readTree(asked.output())) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Whether the site there takes a write, from wherever it comes. It is written. */
    boolean takesWrites() {
        return host.run(
                        "curl",
                        "-s",
                        "-m",
                        "5",
                        "-o",
                        "/dev/null",
                        "-w",
                        "%{http_code}",
                        "-d",
                        "probe",
                        "-H",
                        "Content-Type: text/plain",
                        "http://127.0.0.1/notes")
                .output()
                .equals("201");
    }

    /** Waits until the site is well and in this mode, {@code primary} or {@code standby}. */
    void awaitMode(String mode) {
        Deadline.await(
                "the site of " + host + " is up as " + mode,
                STARTS,
                () -> health().filter(health -> health.path("mode").asText().equals(mode))
                        .isPresent());
    }

    /** The texts of all notes in the database. */
    List<String> notes() {
        return postgres.query("site", "SELECT text FROM notes ORDER BY id");
    }

    JsonNode replicaStatus() {
        return run("agent-replica", "status", "--json").successful().json();
    }
}
