package io.understudy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Ports;
import io.understudy.rehearsal.PostgresServer;
import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.Rehearsal;
import io.understudy.rehearsal.Running;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Two servers as an operator would run them, with the packaged agents. Not thread-safe. */
final class Testbed implements AutoCloseable {
    /** The pause between two looks for changes that the contests of continuous snapshots have. */
    static final String PACE = "2s";

    private static final double MOST_MEMORY = 350.0 * (1 << 20);
    private static final Duration LIMIT = Duration.ofMinutes(30);

    private final ServerPair pair;
    private final Optional<Path> recordings;
    private final Footprint primaryFootprint = new Footprint();
    private final Footprint replicaFootprint = new Footprint();
    private final List<Running> agents = new ArrayList<>();

    private Testbed(ServerPair pair, Optional<Path> recordings) {
        this.pair = pair;
        this.recordings = recordings;
    }

    /**
     * Installs both servers in a folder, databases running with PostgreSQL's own defaults and the agents' settings as
     * shipped.
     */
    static Testbed install(Path home, Optional<Path> recordings) {
        ServerPair pair = ServerPair.install(Folders.create(home), Rehearsal.packaged(), false);
        for (Server server : List.of(pair.primary(), pair.standby())) {
            asShipped(server.database());
            server.configure(config -> config.replace("  connections: 2\n", "").replace("  poll: 2s\n", ""));
        }
        return new Testbed(pair, recordings);
    }

    private static void asShipped(PostgresServer database) {
        // A vacuum would disturb the contender that is measured, and lead new rows into gaps in the midst of the
        // tables.
        database.execute(
                "postgres",
                "ALTER SYSTEM SET fsync = on",
                "ALTER SYSTEM SET dynamic_shared_memory_type = 'posix'",
                "ALTER SYSTEM SET shared_buffers = '128MB'",
                "ALTER SYSTEM SET autovacuum = off");
        database.stop();
        database.start();
    }

    /** No site is restarted by an import, as the peers restart none. */
    void withoutSite() {
        for (Server server : List.of(primary(), standby())) {
            server.configure(config -> config.substring(0, config.indexOf("service:")));
        }
    }

    /** From now on the primary's agent can see in the server's log which rows changed. */
    void trackChanges() {
        primary().trackChanges();
    }

    /** The primary's agent takes a snapshot whenever something has changed, from its next start on. */
    void takeContinuousSnapshots() {
        primary().configure(config -> config.replace("primary:\n", "primary:\n  continuous: " + PACE + "\n"));
    }

    /** As before {@link #takeContinuousSnapshots}. */
    void takeNoContinuousSnapshots() {
        primary().configure(config -> config.replace("  continuous: " + PACE + "\n", ""));
    }

    ServerPair pair() {
        return pair;
    }

    Server primary() {
        return pair.primary();
    }

    Server standby() {
        return pair.standby();
    }

    /** How large the agents were that were stopped so far. */
    List<Finding> footprints(String when) {
        List<Finding> findings = new ArrayList<>();
        primaryFootprint.largest().ifPresent(most -> findings.add(footprint("agent-primary", when, most)));
        replicaFootprint.largest().ifPresent(most -> findings.add(footprint("agent-replica", when, most)));
        return findings;
    }

    private static Finding footprint(String agent, String when, Sample most) {
        return Finding.value("largest resident memory of " + agent + when, Unit.MEBIBYTES, most, MOST_MEMORY);
    }

    Path repository() {
        return pair.home().resolve("filestore");
    }

    /** The number of the repository's newest snapshot. */
    long newestSnapshot() {
        Path manifests = repository().resolve("manifests");
        try (Stream<Path> files = Files.list(manifests)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.matches("\\d{8}-\\d{8}\\.json"))
                    .mapToLong(name -> Long.parseLong(name.substring(9, 17)))
                    .max()
                    .orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * An empty repository, of which the primary agent's state knows nothing.
     *
     * @param options of {@code init}
     */
    void newRepository(String... options) {
        clear(repository());
        clear(primary().layout().state());
        primary()
                .primaryProgram(
                        Stream.concat(Stream.of("init"), Stream.of(options)).toArray(String[]::new))
                .with(agentEnvironment(""))
                .run(LIMIT)
                .successful();
    }

    /** A standby that never imported anything. */
    void newStandby() {
        Server server = standby();
        for (String database : server.database()
                .query(
                        "postgres",
                        "SELECT datname FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1')")) {
            server.database().execute("postgres", "DROP DATABASE \"" + database + "\" WITH (FORCE)");
        }
        clear(server.layout().state());
        clear(server.layout().home().resolve("site"));
        Folders.create(server.layout().marker().getParent());
        server.replicaProgram("init", "--yes")
                .with(agentEnvironment(""))
                .run(LIMIT)
                .successful();
    }

    Running startPrimary() {
        return start(
                primary().primaryProgram("run"),
                "agent-primary",
                primary().layout().primaryPort());
    }

    /**
     * The same with the share of the processors that its unit's {@code CPUWeight=20} leaves it while others want them,
     * too: a nice value of 7 is a fifth of the weight. A kernel without groups of sessions gives it a whole one.
     */
    Running startPrimaryAsService() {
        return start(
                primary()
                        .primaryProgram("run")
                        .by("setsid", "sh", "-c", "echo 7 2>/dev/null >/proc/self/autogroup; exec \"$@\"", "agent"),
                "agent-primary",
                primary().layout().primaryPort());
    }

    Running startReplica() {
        return start(
                standby().replicaProgram("run"),
                "agent-replica",
                standby().layout().replicaHttp());
    }

    /** Ends an agent, after a look at how large it was. */
    void stopPrimary(Running agent) {
        primaryFootprint.look(agent);
        agent.stop();
    }

    /** As {@link #stopPrimary}. */
    void stopReplica(Running agent) {
        replicaFootprint.look(agent);
        agent.stop();
    }

    /**
     * A snapshot that was taken.
     *
     * @param seconds from the agent's first step to the commit
     */
    record Taken(String snapshot, double seconds, long uploaded) {}

    /** The running agent's next snapshot reads and stores everything, as after a verification that found faults. */
    void demandFullSnapshot() {
        Folders.write(primary().layout().state().resolve("full-snapshot.json"), "{\"format\":1,\"why\":\"bench\"}");
    }

    /** Asks the running primary agent for a snapshot that stores everything. */
    Taken fullSnapshot() {
        long before = bytes(repository());
        Taken taken = snapshot();
        if (taken.uploaded < before / 2) {
            throw new IllegalStateException("no full snapshot: " + taken);
        }
        return taken;
    }

    /** Asks the running primary agent for a snapshot. */
    Taken snapshot() {
        JsonNode output = primary()
                .primaryProgram("snapshot", "--json")
                .with(agentEnvironment(""))
                .run(LIMIT)
                .successful()
                .json();
        return new Taken(
                output.path("snapshot").asText(),
                output.path("seconds").asDouble(),
                output.path("uploaded_bytes").asLong());
    }

    /**
     * Waits until nothing that was written before is still to be written to disk, so that no contender pays for
     * another's work.
     */
    void settle() {
        primary().database().execute("postgres", "CHECKPOINT");
        standby().database().execute("postgres", "CHECKPOINT");
        Program.of("sync").run(LIMIT).successful();
    }

    /** How many snapshots the repository holds. */
    int snapshots() {
        try (Stream<Path> manifests = Files.list(repository().resolve("manifests"))) {
            return (int) manifests.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Bytes of all files below a folder. */
    static long bytes(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void clear(Path folder) {
        if (Files.exists(folder)) {
            Folders.delete(folder);
        }
        Folders.create(folder);
    }

    /** A session that asks a database just now gets an error. May be called from another thread. */
    void endSessions() {
        primary().database().stop();
        standby().database().stop();
    }

    @Override
    public void close() {
        // What interrupted the measurement must not cut short the end of what it started.
        Thread.interrupted();
        try {
            agents.forEach(Running::stop);
        } finally {
            pair.close();
        }
    }

    private Running start(Program program, String name, int port) {
        int number = agents.size() + 1;
        Path log = pair.home().resolve("%s-%d.log".formatted(name, number));
        String options = recordings
                .map(folder -> "-XX:StartFlightRecording=settings=profile,filename="
                        + folder.resolve("%s-%d.jfr".formatted(name, number)))
                .orElse("");
        Running agent = program.with(agentEnvironment(options)).start(log);
        agents.add(agent);
        Ports.awaitListening(port);
        return agent;
    }

    /** The shipped settings of Java, whatever this process was given. */
    private static Map<String, String> agentEnvironment(String options) {
        return Map.of("UNDERSTUDY_JAVA_OPTS", options, "UNDERSTUDY_LOG", "info");
    }
}
