package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.rehearsal.AgentProcess;
import io.understudy.rehearsal.AgentProcess.Ended;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Keys;
import io.understudy.rehearsal.Ports;
import io.understudy.rehearsal.Running;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Planted secrets, and rows, in all that the agents write, print, show and start, at the level debug. */
@Tag("slow")
class CanariesIT extends Scenario {
    private static final String ROW = "canary-row-7f3a9c";
    private static final Map<String, String> ENVIRONMENT = Map.of(
            "UNDERSTUDY_LOG", "debug",
            "S3_SECRET_KEY", "canary-s3-key-5e1d07",
            "AWS_SESSION_TOKEN", "canary-s3-token-93b2c4",
            "HOOK_TOKEN", "canary-hook-4411aa");

    /** Nothing listens there. */
    private static final String NOTIFY = """
            notify:
              - {name: hook, kind: webhook, url: "http://127.0.0.1:9/canary-hook-path-77ab", secret: canary-hook-secret-1c9d, token: canary-hook-token-e04f, events: [success, failure, warning]}
              - {name: mail, kind: mail, server: "127.0.0.1:9", user: understudy, password: canary-mail-password-08f3, from: a@example.net, to: [b@example.net], events: [success, failure]}
              - {name: ping, kind: ping, url: "http://127.0.0.1:9/canary-ping-5b2a90"}
            """;

    private final Canaries canaries = new Canaries();
    private final List<String> printed = new ArrayList<>();

    @Test
    void noSecretAndNoRowIsWhereItDoesNotBelong() throws Exception {
        ServerPair pair = following(false);
        for (Server server : List.of(pair.primary(), pair.standby())) {
            plant(server);
            record(server);
        }
        Path log = pair.primary().layout().log("commands");
        Running standby = pair.standby()
                .replicaProgram("run")
                .with(ENVIRONMENT)
                .start(pair.standby().layout().log("agent-replica"));
        try (AgentProcess agents = AgentProcess.start(log, "DEBUG", ENVIRONMENT)) {
            Deadline.await(
                    "the agent of the standby listens",
                    FOLLOWS,
                    () -> Ports.listening(pair.standby().layout().replicaHttp()));
            snapshotsThatFail(agents, pair.primary());
            importsThatFail(agents, pair);
            printed.add(Files.readString(Path.of("/proc/" + standby.pid() + "/cmdline"), StandardCharsets.ISO_8859_1));
            printed.add(metrics(pair.standby()));
            for (String command : List.of("status", "check", "list", "notify")) {
                run(agents, pair.standby(), "replica", command, "--json");
                run(agents, pair.primary(), "primary", command, "--json");
            }
            fails(run(agents, pair.standby(), "replica", "notify", "--test", "--json"), "notice_refused");
            fails(run(agents, pair.primary(), "primary", "notify", "--test"), "cannot be reached");
            assertThat(run(agents, pair.standby(), "replica", "promote", "--yes", "--json")
                            .code())
                    .isZero();
        } finally {
            standby.stop();
        }
        assertThat(found(pair, log)).isEmpty();
    }

    private void plant(Server server) throws IOException {
        Path key = server.layout().privateKey();
        canaries.plant(
                        "password",
                        Files.readString(server.layout().passwordFile()).strip())
                .plant("signing key", Files.readAllLines(key).get(1))
                .plant(
                        "secret file",
                        Files.readString(server.layout().secrets().resolve("session.key"))
                                .strip())
                .plant("row", ROW)
                .plant("token in a URL", "canary-health-0b8e61")
                .plant("address of a webhook", "canary-hook-path-77ab")
                .plant("secret of a webhook", "canary-hook-secret-1c9d")
                .plant("token of a webhook", "canary-hook-token-e04f")
                .plant("password of a mail server", "canary-mail-password-08f3")
                .plant("address of a ping", "canary-ping-5b2a90");
        ENVIRONMENT.forEach((name, value) -> {
            if (value.startsWith("canary")) {
                canaries.plant(name, value);
            }
        });
    }

    /** Programs of PostgreSQL and of the site note their arguments and their environment, and are run then. */
    private static void record(Server server) throws IOException {
        Path folder = Folders.create(server.layout().home().resolve("seen"));
        Path tools = server.database().tools();
        for (String program : List.of("pg_dump", "pg_restore")) {
            recording(folder.resolve(program), folder.resolve("tools"), tools.resolve(program));
        }
        String config = Files.readString(server.layout().config());
        String site = config.replaceFirst("(?s).*\\n  restart: \\[([^,]*),.*", "$1");
        recording(folder.resolve("site"), folder.resolve("hooks"), Path.of(site));
        server.configure(text -> text.replace("tools: " + tools, "tools: " + folder)
                        .replace("[" + site + ",", "[" + folder.resolve("site") + ",")
                        .replace("health\", within", "health?token=canary-health-0b8e61\", within")
                        .replace("\nservice:\n", "\nservice:\n  environment: [HOOK_TOKEN]\n")
                + NOTIFY);
    }

    private static void recording(Path shim, Path notes, Path program) throws IOException {
        Folders.write(
                shim,
                "#!/bin/sh\n{ echo \"$@\"; } >>" + notes + ".arguments\nenv >>" + notes + ".environment\nexec "
                        + program + " \"$@\"\n");
        Files.setPosixFilePermissions(shim, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Ended run(AgentProcess agents, Server server, String agent, String... arguments) {
        List<String> all =
                new ArrayList<>(List.of("-c", server.layout().config().toString()));
        all.addAll(List.of(arguments));
        Ended ended = agents.run(agent, all.toArray(String[]::new));
        printed.add(ended.output());
        printed.add(ended.errors());
        return ended;
    }

    private void fails(Ended ended, String... words) {
        assertThat(ended.code()).as(ended.errors()).isNotZero();
        assertThat(ended.output() + ended.errors()).contains(words);
    }

    private void snapshotsThatFail(AgentProcess agents, Server primary) throws IOException {
        Path file = primary.layout().passwordFile();
        String password = Files.readString(file);
        String wrong = "canary-wrong-" + Keys.random(8);
        canaries.plant("wrong password", wrong);
        Folders.writeSecret(file, wrong + "\n");
        fails(run(agents, primary, "primary", "snapshot", "--json"), "database_denied");
        Folders.writeSecret(file, password);
    }

    /** The standby's server refuses rows with a check, an index and a function, each of which knows where it is. */
    private void importsThatFail(AgentProcess agents, ServerPair pair) {
        refused(
                agents,
                pair,
                "CREATE TABLE person (id int PRIMARY KEY, email text)",
                "INSERT INTO person VALUES (1, '" + ROW + "-a'), (2, '" + ROW + "-b')",
                "ALTER TABLE person ADD CONSTRAINT only_here CHECK (current_database() = 'site' OR id < 0)");
        refused(
                agents,
                pair,
                "ALTER TABLE person DROP CONSTRAINT only_here",
                "CREATE FUNCTION shortened(text) RETURNS text LANGUAGE sql IMMUTABLE AS"
                        + " $$ SELECT CASE pg_catalog.current_database() WHEN 'site' THEN $1 ELSE pg_catalog.left($1, -2) END $$",
                "CREATE UNIQUE INDEX only_once ON person (shortened(email))");
        refused(
                agents,
                pair,
                "DROP INDEX only_once",
                "CREATE FUNCTION checked(text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN"
                        + " IF pg_catalog.current_database() <> 'site' THEN RAISE EXCEPTION 'not here: %', $1; END IF;"
                        + " RETURN true; END $$",
                "ALTER TABLE person ADD CONSTRAINT raises CHECK (checked(email))");
        pair.primary().database().execute("site", "ALTER TABLE person DROP CONSTRAINT raises");
        assertThat(run(agents, pair.primary(), "primary", "snapshot").code()).isZero();
        assertThat(run(agents, pair.standby(), "replica", "sync").code()).isZero();
    }

    private void refused(AgentProcess agents, ServerPair pair, String... statements) {
        List<String> all = new ArrayList<>(List.of("SET ROLE site"));
        all.addAll(List.of(statements));
        pair.primary().database().execute("site", all.toArray(String[]::new));
        assertThat(run(agents, pair.primary(), "primary", "snapshot").code()).isZero();
        fails(run(agents, pair.standby(), "replica", "sync", "--json"), "person");
    }

    private static String metrics(Server server) throws Exception {
        URI address = URI.create("http://127.0.0.1:" + server.layout().replicaHttp() + "/metrics");
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(response.body()).contains("understudy_");
        return response.body();
    }

    private List<String> found(ServerPair pair, Path log) throws IOException {
        List<String> found = new ArrayList<>(canaries.in("what was printed", String.join("\n", printed)));
        List<Path> files = new ArrayList<>(List.of(log, pair.standby().layout().log("agent-replica")));
        for (String folder : List.of("manifests", "epochs", "replicas")) {
            files.addAll(all(pair.home().resolve("filestore").resolve(folder)));
        }
        for (Server server : List.of(pair.primary(), pair.standby())) {
            files.addAll(texts(server.layout().state()));
            found.addAll(children(server.layout().home().resolve("seen")));
            assertPrivate(server.layout().state());
        }
        for (Path file : files) {
            found.addAll(canaries.in(file));
        }
        assertThat(Files.readString(log)).contains(" DEBUG ");
        assertThat(files).anyMatch(file -> file.endsWith("audit.jsonl")).hasSizeGreaterThan(10);
        return found;
    }

    /** A password is where PostgreSQL's programs take it from, a hook's token where it was named. */
    private List<String> children(Path seen) throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : all(seen)) {
            String name = file.getFileName().toString();
            String text = Files.readString(file);
            if (name.equals("tools.environment")) {
                assertThat(text).contains("PGPASSWORD=");
                found.addAll(canaries.in(name, text.replaceAll("(?m)^PGPASSWORD=.*", "")));
            } else if (name.equals("hooks.environment")) {
                assertThat(text).contains("HOOK_TOKEN=");
                found.addAll(canaries.except(Set.of("HOOK_TOKEN"), name, text));
            } else if (name.endsWith(".arguments")) {
                found.addAll(canaries.in(name, text));
            }
        }
        return found;
    }

    /** Records and logs of commands; content, which is the site's own, lies in the mirror. */
    private static List<Path> texts(Path state) throws IOException {
        return all(state).stream()
                .filter(file -> file.toString().matches(".*\\.(json|jsonl|out|err)"))
                .filter(file -> !file.startsWith(state.resolve("mirror")))
                .toList();
    }

    private static List<Path> all(Path folder) throws IOException {
        try (Stream<Path> files = Files.exists(folder) ? Files.walk(folder) : Stream.empty()) {
            return files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .toList();
        }
    }

    /** Other users reach nothing in it, whatever the modes of the files are. */
    private static void assertPrivate(Path state) throws IOException {
        assertThat(Files.getPosixFilePermissions(state))
                .doesNotContain(
                        PosixFilePermission.OTHERS_EXECUTE,
                        PosixFilePermission.OTHERS_READ,
                        PosixFilePermission.GROUP_READ);
    }
}
