package io.understudy.rehearsal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** One of the two servers: its database, its site and its agents. Not for concurrent use. */
public final class Server implements AutoCloseable {
    private static final Duration COMMAND = Duration.ofSeconds(240);

    private final Layout layout;
    private final PostgresServer database;
    private final Rehearsal programs;
    private final FilestorePlan filestore;
    private final SiteClient site;
    private Optional<Running> primaryAgent = Optional.empty();
    private Optional<Running> replicaAgent = Optional.empty();

    private Server(Layout layout, PostgresServer database, Rehearsal programs, FilestorePlan filestore) {
        this.layout = layout;
        this.database = database;
        this.programs = programs;
        this.filestore = filestore;
        this.site = new SiteClient(layout.siteUrl());
    }

    /** A server of which nothing exists yet. */
    static Server prepare(Layout layout, Rehearsal programs, FilestorePlan filestore, int postgres) {
        PostgresServer database = PostgresServer.in(layout.home().resolve("postgresql"), postgres);
        return new Server(layout, database, programs, filestore);
    }

    /**
     * Writes the server's files and starts its PostgreSQL with a role for the site; the site and the agents do not run
     * yet.
     */
    void install(Layout peer) {
        ServerFiles files = new ServerFiles(layout, peer, programs);
        Folders.create(layout.home().resolve("log"));
        Folders.create(layout.marker().getParent());
        Folders.write(layout.config(), files.agentConfig(database, filestore));
        Folders.write(layout.siteFile(), files.siteConfig(database));
        String password = Keys.random(12);
        Folders.writeSecret(layout.passwordFile(), password + "\n");
        database.create();
        database.start();
        database.execute("postgres", "CREATE ROLE site LOGIN CREATEDB PASSWORD '" + Keys.verifier(password) + "'");
        if (database.version() >= 15) {
            // Imports change what changed, instead of loading all.
            database.execute("postgres", "GRANT SET ON PARAMETER session_replication_role TO site");
        }
    }

    /** Starts the database and the site; the agents do not run. */
    void start() {
        database.start();
        siteService("start");
    }

    /** From now on an agent here can see in the server's log which rows changed. The database restarts. */
    public void trackChanges() {
        database.execute("postgres", "ALTER SYSTEM SET wal_level = 'logical'", "ALTER ROLE site REPLICATION");
        database.stop();
        database.start();
    }

    public Layout layout() {
        return layout;
    }

    public PostgresServer database() {
        return database;
    }

    public SiteClient site() {
        return site;
    }

    /** Changes the agents' configuration; an agent that runs does not read it again. */
    public void configure(UnaryOperator<String> change) {
        try {
            Files.writeString(layout.config(), change.apply(Files.readString(layout.config())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Creates what a site in production has: a database, configuration, a secret, an empty media folder. */
    public void createSite(String title) {
        database.execute("postgres", "CREATE DATABASE site OWNER site");
        Folders.create(layout.media());
        Folders.write(layout.siteConfig().resolve("site.properties"), "title=" + title + "\nupload_limit=104857600\n");
        Folders.writeSecret(layout.secrets().resolve("session.key"), Keys.random(32));
    }

    public void siteService(String action) {
        Program.of(programs.site(), action, layout.siteFile())
                .with(programs.environment().get())
                .run(COMMAND)
                .successful();
    }

    public boolean marked() {
        return Files.exists(layout.marker());
    }

    /** Runs {@code agent-primary} with this server's configuration. */
    public Outcome primary(String... arguments) {
        return programs.commands().run(primaryProgram(arguments), COMMAND);
    }

    /** Runs {@code agent-replica} with this server's configuration. */
    public Outcome replica(String... arguments) {
        return programs.commands().run(replicaProgram(arguments), COMMAND);
    }

    /** Runs {@code agent-primary} with another configuration. */
    public Outcome primaryWith(Path config, String... arguments) {
        return programs.commands().run(agent(programs.primary(), config, arguments), COMMAND);
    }

    /** Runs {@code agent-replica} with another configuration. */
    public Outcome replicaWith(Path config, String... arguments) {
        return programs.commands().run(agent(programs.replica(), config, arguments), COMMAND);
    }

    public Program primaryProgram(String... arguments) {
        return agent(programs.primary(), layout.config(), arguments);
    }

    public Program replicaProgram(String... arguments) {
        return agent(programs.replica(), layout.config(), arguments);
    }

    /** Starts {@code agent-primary run} and waits until it is ready. */
    public Running startPrimary() {
        Running agent = primaryProgram("run").start(layout.log("agent-primary"));
        primaryAgent = Optional.of(agent);
        awaitAgent(agent, layout.primaryPort());
        return agent;
    }

    /** Starts {@code agent-replica run} and waits until it is ready. */
    public Running startReplica() {
        Running agent = replicaProgram("run").start(layout.log("agent-replica"));
        replicaAgent = Optional.of(agent);
        awaitAgent(agent, layout.replicaHttp());
        return agent;
    }

    public Optional<Running> primaryAgent() {
        return primaryAgent;
    }

    public Optional<Running> replicaAgent() {
        return replicaAgent;
    }

    /** The power goes: agents, site and database are killed where they are. */
    public void crash() {
        primaryAgent.ifPresent(Running::kill);
        replicaAgent.ifPresent(Running::kill);
        siteProcess().ifPresent(Running::kill);
        database.kill();
    }

    public Optional<Running> siteProcess() {
        try {
            Path file = Path.of(layout.siteFile() + ".pid");
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            return ProcessHandle.of(Long.parseLong(Files.readString(file).strip()))
                    .map(process -> new Running(process, Path.of(layout.siteFile() + ".log")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every process of this server: agents, site, database. */
    public List<Running> running() {
        return Stream.of(primaryAgent, replicaAgent, siteProcess(), database.postmaster())
                .flatMap(Optional::stream)
                .toList();
    }

    /** The logs of all that ran here, for a failed test. */
    public List<Path> logs() {
        List<Path> logs = new ArrayList<>(List.of(layout.log("agent-primary"), layout.log("agent-replica")));
        logs.add(Path.of(layout.siteFile() + ".log"));
        logs.add(database.log());
        return logs.stream().filter(Files::exists).toList();
    }

    @Override
    public void close() {
        try {
            primaryAgent.ifPresent(Running::stop);
            replicaAgent.ifPresent(Running::stop);
            if (siteProcess().isPresent()) {
                siteService("stop");
            }
        } finally {
            database.stop();
        }
    }

    private Program agent(Path program, Path config, String... arguments) {
        List<Object> all = new ArrayList<>(List.of("-c", config));
        all.addAll(List.of(arguments));
        return Program.of(program, all.toArray())
                .with(programs.environment().get())
                .with(filestore.environment());
    }

    private static void awaitAgent(Running agent, int port) {
        Deadline.await("agent listens on port " + port, COMMAND, () -> {
            if (!agent.alive()) {
                throw new AssertionError("the agent ended at once:\n" + agent.logText());
            }
            return Ports.listening(port);
        });
    }
}
