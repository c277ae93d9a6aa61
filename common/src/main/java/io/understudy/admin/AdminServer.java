package io.understudy.admin;

import io.understudy.audit.AuditLog;
import io.understudy.audit.Caller;
import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
import io.understudy.tasks.DaemonThreads;
import io.understudy.time.Ticker;
import io.understudy.time.WarnOnce;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes commands from other processes of this host, over a Unix domain socket in the state folder: no port, no
 * certificate. The file is the agent's own (0600), and each caller must be root or the agent's user by the kernel's
 * word, whatever the modes are. Runs from {@link #start} to {@link #close}.
 */
public final class AdminServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    private static final Duration GRACE = Duration.ofSeconds(3);
    private static final Duration AFTER_FAILURE = Duration.ofMillis(100);
    private static final int MOST_CALLERS = 64;
    private static final int MOST_REFUSED = 16;

    private final Path socket;
    private final AdminService service;
    private final AuditLog audit;
    private final Events events;
    private final Ticker ticker;
    private final WarnOnce warnOnce;
    private final ExecutorService threads = Executors.newCachedThreadPool(DaemonThreads.named("admin"));
    /** The oldest first. */
    private final Queue<AdminConnection> connections = new ConcurrentLinkedQueue<>();

    private ServerSocketChannel channel;
    private AdminPeer peers;

    /** @param socket its folder is the state folder, of which the caller holds the daemon's lock */
    public AdminServer(Path socket, AdminService service, AuditLog audit, Events events, Ticker ticker) {
        this.socket = socket;
        this.service = service;
        this.audit = audit;
        this.events = events;
        this.ticker = ticker;
        this.warnOnce = new WarnOnce(ticker);
    }

    /**
     * A socket that a killed daemon left is replaced.
     *
     * @throws UnderstudyException {@code LOCKED} when another agent listens there, {@code FILE_FAILED} and others when
     *     the socket can't be made
     */
    public AdminServer start() {
        try {
            AtomicFiles.createFolders(socket.toAbsolutePath().getParent(), AtomicFiles.PRIVATE_FOLDER);
            peers = AdminPeer.here();
            requireFree();
            channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            bind();
        } catch (IOException e) {
            close();
            throw FileFailure.of("listen on", socket, e);
        }
        threads.execute(this::accept);
        return this;
    }

    private void requireFree() throws IOException {
        if (Files.exists(socket)
                && !Files.readAttributes(socket, BasicFileAttributes.class).isOther()) {
            throw new IOException("it is there and is no socket: move it away");
        }
        if (AdminClient.listens(socket)) {
            throw new UnderstudyException(
                    ErrorCode.LOCKED,
                    "cannot listen on " + socket + ": another agent does",
                    "only one daemon runs per state folder; give each site a state folder of its own");
        }
    }

    /** Under another name first: no other user can connect before the mode is right. */
    private void bind() throws IOException {
        Path draft = socket.resolveSibling(socket.getFileName() + "~");
        Files.deleteIfExists(draft);
        try (SocketPath name = SocketPath.of(draft)) {
            channel.bind(name.address());
            Files.setPosixFilePermissions(draft, AtomicFiles.PRIVATE);
            Files.move(draft, socket, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private void accept() {
        while (channel.isOpen()) {
            try {
                receive(channel.accept());
            } catch (IOException | RuntimeException | OutOfMemoryError e) {
                // The last one is also that of a thread too many. Without this loop no command gets in any more.
                LOG.debug("a caller could not connect", e);
                pause();
            }
        }
    }

    /** As where no more files can be opened: the next attempt fails at once, too. */
    private void pause() {
        try {
            ticker.sleep(AFTER_FAILURE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void receive(SocketChannel caller) throws IOException {
        try {
            begin(caller);
        } catch (IOException | RuntimeException | Error e) {
            caller.close();
            throw e;
        }
    }

    private void begin(SocketChannel caller) throws IOException {
        Optional<String> user = peers.accepted(caller);
        String name = user.isPresent() ? user.get() : AdminPeer.name(caller);
        AdminConnection connection = new AdminConnection(caller, new Caller(name, socket.toString()), service, threads);
        boolean busy = connections.size() >= MOST_CALLERS && !closeOneWithoutRequest();
        if (busy && connections.size() >= MOST_CALLERS + MOST_REFUSED) {
            caller.close();
            return;
        }
        connections.add(connection);
        try {
            threads.execute(() -> answer(connection, user.isPresent(), busy, name));
        } catch (RuntimeException | Error e) {
            connections.remove(connection);
            throw e;
        }
    }

    private void answer(AdminConnection connection, boolean accepted, boolean busy, String user) {
        try {
            if (!accepted) {
                refuse(connection, user);
            } else if (busy) {
                connection.refuse(busy());
            } else {
                connection.serve();
            }
        } finally {
            connections.remove(connection);
        }
    }

    /** A caller that asks for something goes before the oldest one that is only connected. */
    private boolean closeOneWithoutRequest() {
        Optional<AdminConnection> idle =
                connections.stream().filter(each -> !each.hasAsked()).findFirst();
        idle.ifPresent(each -> {
            connections.remove(each);
            each.close();
        });
        return idle.isPresent();
    }

    private UnderstudyException busy() {
        return new UnderstudyException(
                ErrorCode.LOCKED,
                "cannot ask the agent at " + socket + ": " + MOST_CALLERS + " commands wait for it already",
                "end some of them: the audit file says who asked for what");
    }

    private void refuse(AdminConnection connection, String user) {
        if (warnOnce.isDue(user)) {
            events.report(new CommonEvent.CallerRefused(user, socket.toString()));
            audit.refused(new Caller(user, socket.toString()), "a command", "neither root nor the agent's user");
        }
        connection.refuse(AdminClient.denied(socket, "this agent takes no commands of user " + user));
    }

    /** Takes no more callers, lets running commands end for three seconds, and ends the rest. Idempotent. */
    @Override
    public void close() {
        try {
            if (channel != null && channel.isOpen()) {
                channel.close();
                Files.deleteIfExists(socket);
            }
            threads.shutdown();
            if (!threads.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                connections.forEach(AdminConnection::close);
                threads.shutdownNow();
                threads.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (IOException e) {
            LOG.debug("cannot remove {}", socket, e);
        } catch (InterruptedException e) {
            connections.forEach(AdminConnection::close);
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
