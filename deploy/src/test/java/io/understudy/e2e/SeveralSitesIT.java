package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.Running;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import io.understudy.testing.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * One process for several sites, of which some hang in the middle of their work: in the command of a database, in the
 * command that stops the site, at a filestore that takes a connection and answers nothing.
 */
@Tag("slow")
class SeveralSitesIT extends Scenario {
    private static final Duration ENDS = Duration.ofSeconds(60);

    private final List<Running> started = new ArrayList<>();
    private ServerSocket silent;
    private ServerPair pair;
    private Path sites;
    private Path standbys;

    @BeforeEach
    void listen() throws IOException {
        // Connections are made by the system, and no one answers.
        silent = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void endAll() throws IOException {
        silent.close();
        started.stream().filter(Running::alive).forEach(Running::kill);
    }

    @Test
    void oneThatHangsDelaysNoOtherAndAllCanBeStopped() throws IOException {
        pair = initialised(false);
        Server primary = pair.primary();
        Server standby = pair.standby();
        sites = folder("sites", primary);
        standbys = folder("standbys", standby);
        for (String site : List.of("stuck", "hooked")) {
            primary("init", "--site", site).successful();
            primary("snapshot", "--site", site).successful();
            replica("init", "--yes", "--site", site).successful();
        }
        hang("stuck", "dump");
        hang("stuck", "restore");
        hang("hooked", "stop");

        Running daemons = start(programs().primary(), sites, "run");
        daemons.await(
                "the sites run",
                ANSWERS,
                () -> List.of("example", "stuck", "hooked").stream()
                        .allMatch(site -> daemons.logText().contains("site " + site + " runs")));
        Running dump = start(programs().primary(), sites, "snapshot", "--site", "stuck");
        awaitHanging("stuck", "dump");
        Running stop = start(programs().primary(), sites, "snapshot", "--site", "hooked");
        awaitHanging("hooked", "stop");

        for (int i = 0; i < 2; i++) {
            primary("snapshot", "--site", "example").successful();
        }

        Running followers = start(programs().replica(), standbys, "run");
        awaitHanging("stuck", "restore");
        standby.site().awaitContent(1, 1, FOLLOWS);
        primary.site().addNote("while the others hang");
        primary("snapshot", "--site", "example").successful();
        standby.site().awaitContent(2, 1, FOLLOWS);

        assertThat(dump.alive() && stop.alive() && daemons.alive() && followers.alive())
                .isTrue();
        assertThat(List.of(hangs("stuck", "dump"), hangs("hooked", "stop"), hangs("stuck", "restore")))
                .as("they hang to the end")
                .containsOnly(true);
        ends(followers);
        ends(daemons);
        // Each by itself where its agent was just starting again: then it took the snapshot in its own process.
        ends(dump);
        ends(stop);
        Deadline.await(
                "what hung is ended with its agent: " + daemons.logText() + dump.logText(),
                ENDS,
                () -> !hangs("stuck", "dump") && !hangs("hooked", "stop") && !hangs("stuck", "restore"));
    }

    private static void ends(Running agent) {
        agent.process().destroy();
        Deadline.await("the agent ends", ENDS, () -> !agent.alive());
    }

    private Path folder(String name, Server server) throws IOException {
        Path all = Files.createDirectory(server.layout().home().resolve(name));
        Files.copy(server.layout().config(), all.resolve("example.yaml"));
        boolean primary = server == pair.primary();
        Files.writeString(
                all.resolve("stuck.yaml"),
                site("stuck", primary, "url: \"file://" + home("stuck", true).resolve("store") + "\""));
        Files.writeString(
                all.resolve("hooked.yaml"),
                site("hooked", primary, "url: \"file://" + home("hooked", true).resolve("store") + "\"")
                        + """
                        quiesce: {stop: [sh, -c, '%s'], start: ["true"], limit: 1h}
                        """.formatted(hook("hooked", "stop", "true")));
        Files.writeString(
                all.resolve("silent.yaml"),
                site(
                        "silent",
                        primary,
                        "url: \"s3://lost/here\", region: us-east-1, access_key: a, secret_key: b,"
                                + " endpoint: \"http://127.0.0.1:" + silent.getLocalPort() + "\""));
        for (Path file : List.of(all.resolve("stuck.yaml"), all.resolve("hooked.yaml"), all.resolve("silent.yaml"))) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
        return all;
    }

    private Path home(String site, boolean primary) {
        return pair.home().resolve("others").resolve(site).resolve(primary ? "primary" : "standby");
    }

    /** Without PostgreSQL: its database is a command's. */
    private String site(String name, boolean primary, String store) throws IOException {
        Path home = home(name, primary);
        Files.createDirectories(home.resolve("media"));
        Files.createDirectories(home("x", true));
        Files.createDirectories(home(name, true).resolve("store"));
        if (!primary) {
            Files.createFile(home.resolve("media/old.txt"));
        }
        return """
                site: %1$s
                state: %2$s/state
                marker: %2$s/BACKUP
                databases:
                  - name: words
                    kind: command
                    dump: [sh, -c, '%3$s']
                    restore: [sh, -c, '%4$s']
                    swap: ["true"]
                    undo: ["true"]
                    drop: ["true"]
                    quiesce: none
                    limit: 7d
                trees: [{name: media, kind: files, path: %2$s/media}]
                filestore: {%5$s}
                signing: {private_key: %2$s/signing.pem, trusted_keys: [%6$s/signing.pub.pem]}
                primary: {name: a, listen: "127.0.0.1:%7$d", http: "127.0.0.1:%8$d", replicas: [b]}
                replica: {name: b, poll: 1s, http: "127.0.0.1:%9$d"}
                """.formatted(
                        name,
                        home,
                        hook(name, "dump", "date"),
                        hook(name, "restore", "cat >/dev/null"),
                        store,
                        home(name, true),
                        FreePorts.next(),
                        FreePorts.next(),
                        FreePorts.next());
    }

    private Path mark(String site, String what) {
        return pair.home().resolve("others").resolve(site + "." + what);
    }

    /** Hangs from the moment on at which a file asks for it, and writes which process hangs. */
    private String hook(String site, String what, String work) {
        return "if test -e " + mark(site, what + ".hang") + "; then echo $$ >" + mark(site, what)
                + "; exec sleep 100000; fi; " + work;
    }

    private void hang(String site, String what) throws IOException {
        Files.createFile(mark(site, what + ".hang"));
    }

    private boolean hangs(String site, String what) {
        try {
            long pid = Long.parseLong(Files.readString(mark(site, what)).strip());
            return ProcessHandle.of(pid)
                    .filter(process -> new Running(process, mark(site, what)).alive())
                    .isPresent();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitHanging(String site, String what) {
        Deadline.await(
                site + " hangs in " + what,
                ANSWERS,
                () -> Files.exists(mark(site, what))
                        && mark(site, what).toFile().length() > 1);
    }

    private Outcome primary(String... arguments) {
        return program(programs().primary(), sites, arguments).run(ANSWERS);
    }

    private Outcome replica(String... arguments) {
        return program(programs().replica(), standbys, arguments).run(ANSWERS);
    }

    private Program program(Path agent, Path config, String... arguments) {
        List<Object> all = new ArrayList<>(List.of("--config", config));
        all.addAll(Arrays.asList(arguments));
        return Program.of(agent, all.toArray()).with(programs().environment().get());
    }

    private Running start(Path agent, Path config, String... arguments) {
        Running running =
                program(agent, config, arguments).start(pair.primary().layout().log("several-" + started.size()));
        started.add(running);
        return running;
    }
}
