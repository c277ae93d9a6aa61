package io.understudy.crash;

import io.understudy.progress.CrashPoint;
import io.understudy.rehearsal.AgentProcess;
import io.understudy.rehearsal.AgentProcess.Ended;
import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Keys;
import io.understudy.rehearsal.Ports;
import io.understudy.testing.PostgresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One server: a database, trees, a site whose service are three small scripts, and a process of its agents. */
final class Host implements AutoCloseable {
    static final String ROLE = "site";
    static final String PASSWORD = "of the site";

    private final Path home;
    private final PostgresServer postgres;
    private final SiteContent content;
    private final int primaryPort = Ports.free();
    private Optional<AgentProcess> process = Optional.empty();

    Host(Path home, PostgresServer postgres, String database) {
        this.home = home;
        this.postgres = postgres;
        this.content = new SiteContent(home, postgres, database);
    }

    /**
     * Writes what an operator would.
     *
     * @param trusted public keys of the servers whose snapshots are applied
     */
    Host install(Path filestore, List<Path> trusted) {
        Folders.create(home.resolve("site/priv"));
        Folders.create(home.resolve("log"));
        Folders.writeSecret(home.resolve("etc/password"), PASSWORD + "\n");
        Folders.write(home.resolve("etc/after-load.sql"), "SELECT 1;\n");
        Folders.write(home.resolve("etc/understudy.yaml"), """
                site: crash
                state: %1$s/state
                marker: %1$s/site/priv/BACKUP
                database:
                  url: jdbc:postgresql://127.0.0.1:%2$d/%3$s
                  user: %4$s
                  password_file: %1$s/etc/password
                  tools: %5$s
                  connections: 2
                  after_load: %1$s/etc/after-load.sql
                databases:
                  - name: other
                    dump: [/bin/cat, %1$s/site/other.txt]
                    restore: [/bin/sh, -c, "cat >%1$s/site/other-$UNDERSTUDY_PLACE.new"]
                    swap: [/bin/sh, -c, "cd %1$s/site && p=other-$UNDERSTUDY_PLACE && { test ! -e $p.new || { test -e $p.old || test ! -e other.txt || ln other.txt $p.old; mv -f $p.new other.txt; }; }"]
                    undo: [/bin/sh, -c, "cd %1$s/site && p=other-$UNDERSTUDY_PLACE && { test ! -e $p.old || { test -e $p.new || ln other.txt $p.new; mv -f $p.old other.txt; rm -f $p.old; }; }"]
                    drop: [/bin/sh, -c, "rm -f %1$s/site/other-$UNDERSTUDY_PLACE.new %1$s/site/other-$UNDERSTUDY_PLACE.old"]
                trees:
                  - {name: media, kind: files, path: %1$s/site/media}
                  - {name: config, kind: config, path: %1$s/site/priv/config.d}
                  - {name: security, kind: secrets, path: %1$s/site/security}
                filestore:
                  url: file://%6$s
                signing:
                  private_key: %1$s/etc/signing.pem
                  trusted_keys: %7$s
                quiesce:
                  stop: [/bin/rm, -f, %1$s/site/running]
                  start: [/bin/sh, -c, "echo primary >%1$s/site/running"]
                retention:
                  keep: {manual: 3}
                  minimum: 1
                primary:
                  name: %8$s
                  listen: 127.0.0.1:%9$d
                  http: off
                replica:
                  name: %8$s
                  poll: 1s
                  http: off
                service:
                  stop: [/bin/sh, -c, "rm -f %1$s/site/running; while test -e %1$s/site/busy; do sleep 0.01; done"]
                  start: [/bin/sh, -c, "test ! -e %1$s/site/priv/BACKUP || echo standby >%1$s/site/running; test -e %1$s/site/running || echo primary >%1$s/site/running"]
                  health: {command: [/bin/sh, -c, "! grep -q broken %1$s/site/priv/config.d/site.conf"], within: 2s}
                drill:
                  start: [/bin/sh, -c, "test ! -e $UNDERSTUDY_DRILL_MARKER && touch %1$s/site/rehearsed"]
                  stop: [/bin/rm, -f, %1$s/site/rehearsed]
                  health: {command: [/bin/sh, -c, "test -e %1$s/site/rehearsed && test -e $UNDERSTUDY_DRILL_TREE_CONFIG/site.conf"], within: 2s}
                """.formatted(
                        home,
                        postgres.port(),
                        content.database(),
                        ROLE,
                        postgres.tools(),
                        filestore,
                        trusted,
                        home.getFileName(),
                        primaryPort));
        return this;
    }

    /** With a key pair, which {@code init} would make otherwise. */
    Host withKeys() {
        Keys.writePair(home.resolve("etc/signing.pem"), publicKey());
        return this;
    }

    /** As the agents call it. */
    String name() {
        return home.getFileName().toString();
    }

    Path publicKey() {
        return home.resolve("etc/signing.pub.pem");
    }

    SiteContent content() {
        return content;
    }

    boolean marked() {
        return Files.exists(marker());
    }

    Path marker() {
        return home.resolve("site/priv/BACKUP");
    }

    Path state() {
        return home.resolve("state");
    }

    /** In which mode the site was started last: {@code primary}, {@code standby}; empty while it is stopped. */
    String mode() {
        Path running = home.resolve("site/running");
        try {
            return Files.readString(running).strip();
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Exists while the site answers a write; the site does not stop before. */
    Path busy() {
        return home.resolve("site/busy");
    }

    /** Whether the copy of the site that a drill started runs. */
    boolean rehearses() {
        return Files.exists(home.resolve("site/rehearsed"));
    }

    /** Of a tree, by its name. */
    Path tree(String name) {
        return home.resolve(Map.of("media", "site/media", "config", "site/priv/config.d", "security", "site/security")
                .get(name));
    }

    /** Runs a command in the process of this server's agents, which is started where there is none. */
    Ended run(String agent, String... arguments) {
        return process().run(agent, configured(arguments));
    }

    /** @throws AssertionError when the command fails */
    Ended succeed(String agent, String... arguments) {
        Ended ended = run(agent, arguments);
        if (ended.code() != 0) {
            throw new AssertionError(agent + " " + List.of(arguments) + " failed: " + ended + "\n"
                    + process().logText());
        }
        return ended;
    }

    void begin(String agent, String... arguments) {
        process().begin(agent, configured(arguments));
    }

    /** Runs a command until it passes the point for this time; there it is killed. */
    void killAt(CrashPoint point, int times, String agent, String... arguments) {
        holdAt(point, times, agent, arguments);
        kill();
        // It starts while the test looks at what the crash has left.
        process();
    }

    void holdAt(CrashPoint point, int times, String agent, String... arguments) {
        process().holdAt(point, times);
        begin(agent, arguments);
        process().awaitPoint(point);
    }

    /** {@code kill -9} of the agents' process; the next command starts another. */
    void kill() {
        process.ifPresent(AgentProcess::kill);
        process = Optional.empty();
    }

    AgentProcess process() {
        AgentProcess running = process.orElseGet(() -> AgentProcess.start(home.resolve("log/agents.log"), "INFO"));
        process = Optional.of(running);
        return running;
    }

    /** A command in a further process, while the one of the agents is busy. */
    AgentProcess command(String agent, String... arguments) {
        AgentProcess further = AgentProcess.start(home.resolve("log/command.log"), "INFO");
        further.begin(agent, configured(arguments));
        return further;
    }

    int primaryPort() {
        return primaryPort;
    }

    private String[] configured(String... arguments) {
        List<String> all = new ArrayList<>(
                List.of("-c", home.resolve("etc/understudy.yaml").toString()));
        all.addAll(Arrays.asList(arguments));
        return all.toArray(String[]::new);
    }

    @Override
    public void close() {
        kill();
    }
}
