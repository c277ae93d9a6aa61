package io.understudy.rehearsal;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A primary, a standby and the filestore between them. Closing it stops every process, in an interrupted thread too;
 * the folder stays.
 */
public final class ServerPair implements AutoCloseable {
    private final Path home;
    private final Server primary;
    private final Server standby;
    private final FilestorePlan filestore;
    private final Rehearsal programs;
    private Optional<Server> third = Optional.empty();

    private ServerPair(Path home, Server primary, Server standby, FilestorePlan filestore, Rehearsal programs) {
        this.home = home;
        this.primary = primary;
        this.standby = standby;
        this.filestore = filestore;
        this.programs = programs;
    }

    /**
     * Installs both servers: databases run, the primary has a site that is not started yet, each trusts the other's
     * key.
     */
    public static ServerPair install(Path home, Rehearsal programs, boolean s3) {
        return install(home, programs, s3, PostgresServer.newestVersion());
    }

    /** @param primaryPostgres major version of the primary's PostgreSQL; the standby has the newest of this machine */
    public static ServerPair install(Path home, Rehearsal programs, boolean s3, int primaryPostgres) {
        Layout first = Layout.in(home, "primary");
        Layout second = Layout.in(home, "standby");
        Keys.writePair(first.privateKey(), first.publicKey());
        Keys.writePair(second.privateKey(), second.publicKey());
        Folders.copy(first.publicKey(), second.peerKey());
        Folders.copy(second.publicKey(), first.peerKey());
        FilestorePlan filestore = s3
                ? FilestorePlan.s3(programs, home.resolve("filestore"))
                : FilestorePlan.directory(home.resolve("filestore"));
        ServerPair pair = prepare(home, first, second, programs, filestore, primaryPostgres);
        try {
            pair.primary.install(second);
            pair.standby.install(first);
            pair.primary.createSite("The Understudy guestbook");
        } catch (RuntimeException | AssertionError e) {
            pair.close();
            throw e;
        }
        return pair;
    }

    private static ServerPair prepare(
            Path home, Layout first, Layout second, Rehearsal programs, FilestorePlan filestore, int primaryPostgres) {
        try {
            Server primary = Server.prepare(first, programs, filestore, primaryPostgres);
            Server standby = Server.prepare(second, programs, filestore, PostgresServer.newestVersion());
            return new ServerPair(home, primary, standby, filestore, programs);
        } catch (RuntimeException | AssertionError e) {
            filestore.stop();
            throw e;
        }
    }

    /**
     * Starts the databases and the sites of both servers again, after {@link #close}, on the files that are there then.
     * The filestore must be a directory, and both servers must have a site.
     */
    public void start() {
        primary.start();
        standby.start();
    }

    /**
     * From the agents' next start on, whichever of them is the primary's takes a snapshot whenever something changed.
     * To be called before the sites start: the databases restart.
     *
     * @param pause between two looks, as configured
     */
    public void takeContinuousSnapshots(String pause) {
        primary.trackChanges();
        standby.trackChanges();
        for (Server server : List.of(primary, standby)) {
            server.configure(config -> config.replace("primary:\n", "primary:\n  continuous: " + pause + "\n"));
        }
    }

    public Path home() {
        return home;
    }

    public Server primary() {
        return primary;
    }

    public Server standby() {
        return standby;
    }

    /**
     * Installs one more standby, which trusts both of the others and listens to the first standby, once it is
     * promoted.
     */
    public Server third() {
        Layout layout = Layout.in(home, "third");
        Keys.writePair(layout.privateKey(), layout.publicKey());
        Folders.copy(primary.layout().publicKey(), layout.peerKey());
        Server server = Server.prepare(layout, programs, filestore, PostgresServer.newestVersion());
        third = Optional.of(server);
        server.install(standby.layout());
        server.configure(text -> text.replace(
                layout.peerKey() + "]",
                layout.peerKey() + ", " + standby.layout().publicKey() + "]"));
        return server;
    }

    public FilestorePlan filestore() {
        return filestore;
    }

    /** Every process that runs now. */
    public List<Running> running() {
        return Stream.of(filestore.endpoint().stream(), primary.running().stream(), standby.running().stream())
                .flatMap(running -> running)
                .filter(Running::alive)
                .toList();
    }

    @Override
    public void close() {
        // What interrupted the work must not cut short the end of what it started.
        Thread.interrupted();
        try {
            primary.close();
        } finally {
            closeOthers();
        }
    }

    private void closeOthers() {
        try {
            standby.close();
        } finally {
            closeThird();
        }
    }

    private void closeThird() {
        try {
            third.ifPresent(Server::close);
        } finally {
            filestore.stop();
        }
    }
}
