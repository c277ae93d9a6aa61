package io.understudy.admin;

import io.understudy.cli.Json;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.tasks.DaemonThreads;
import io.understudy.transport.RpcFailures;
import io.understudy.v1.AdminReply;
import io.understudy.v1.AdminRequest;
import io.understudy.v1.StepProgress;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the daemon of this host. Failures arrive as the daemon threw them; an interrupt ends the call. */
public final class AdminClient {
    private static final Logger LOG = LoggerFactory.getLogger(AdminClient.class);

    /** A daemon that runs takes a command at once. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final String site;
    private final Path socket;
    private final BiConsumer<Duration, Runnable> later;

    /** @param socket of the daemon, in the state folder */
    public AdminClient(String site, Path socket) {
        this(site, socket, AdminClient::later);
    }

    /** @param later runs what is due after a pause, such as the note that a command is not taken yet */
    AdminClient(String site, Path socket, BiConsumer<Duration, Runnable> later) {
        this.site = site;
        this.socket = socket;
        this.later = later;
    }

    /**
     * Whether anything listens there: the daemon runs, then.
     *
     * @throws UnderstudyException {@code FILE_DENIED} when this user may not look
     */
    public boolean daemonRuns() {
        try {
            return listens(socket);
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    /** @throws UnderstudyException {@code AGENT_UNREACHABLE}, {@code FILE_DENIED}, and what the daemon threw */
    public <Q, R> R call(AdminCommand<Q, R> command, Q request, Progress progress) {
        AdminRequest message = AdminRequest.newBuilder()
                .setSite(site)
                .setCommand(command.name())
                .setArguments(Json.line(request))
                .build();
        AtomicBoolean late = new AtomicBoolean();
        try (SocketPath name = SocketPath.of(socket);
                SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            AdminPeer peers = AdminPeer.here();
            // Before it connects: an agent that was stopped with callers in the queue accepts none.
            command.within().ifPresent(most -> closeAfter(most, channel, late));
            AtomicBoolean taken = new AtomicBoolean();
            later.accept(PATIENCE, () -> reportSilence(channel, taken, progress));
            channel.connect(name.address());
            peers.requireAgent(channel, socket);
            AdminMessages.write(channel, message);
            return read(command, result(command, channel, taken, progress));
        } catch (ClosedByInterruptException e) {
            throw new UnderstudyException(
                    ErrorCode.CANCELLED, "cannot ask the agent at " + socket + ": cancelled", "run it again", e);
        } catch (IOException e) {
            throw late.get() ? silent(command, e) : unreachable(e);
        }
    }

    /** Whether a process accepts connections there; one that a killed daemon left does not. */
    static boolean listens(Path socket) throws IOException {
        try (SocketPath name = SocketPath.of(socket);
                SocketChannel channel = SocketChannel.open(name.address())) {
            return channel.isConnected();
        } catch (IOException e) {
            if (isDenied(e)) {
                throw e;
            }
            LOG.debug("nothing listens at {}", socket, e);
            return false;
        }
    }

    static UnderstudyException denied(Path socket, String why) {
        return new UnderstudyException(
                ErrorCode.FILE_DENIED,
                "cannot ask the agent at " + socket + ": " + why,
                "run the command as root or as the agent's user, for instance with sudo");
    }

    private void closeAfter(Duration most, SocketChannel channel, AtomicBoolean late) {
        later.accept(most, () -> {
            late.set(true);
            try {
                channel.close();
            } catch (IOException e) {
                LOG.debug("cannot close", e);
            }
        });
    }

    /** The system accepts connections for a daemon that is stopped, and it may go on at any time. */
    private static void reportSilence(SocketChannel channel, AtomicBoolean taken, Progress progress) {
        if (channel.isOpen() && !taken.get()) {
            progress.report("the agent has not taken the command yet: its process may be stopped or stalled", 0, -1);
        }
    }

    private static void later(Duration pause, Runnable work) {
        DaemonThreads.later("admin-patience", pause, work);
    }

    private String result(AdminCommand<?, ?> command, SocketChannel channel, AtomicBoolean taken, Progress progress)
            throws IOException {
        for (AdminReply reply = next(channel); reply != null; reply = next(channel)) {
            taken.set(true);
            switch (reply.getReplyCase()) {
                case RESULT -> {
                    return reply.getResult();
                }
                case FAILURE -> throw RpcFailures.exception(reply.getFailure());
                case PROGRESS -> {
                    StepProgress step = reply.getProgress();
                    progress.report(step.getStep(), step.getDoneBytes(), step.getTotalBytes());
                }
                case REPLY_NOT_SET -> LOG.debug("{} is taken", command.name());
            }
        }
        throw new UnderstudyException(
                ErrorCode.AGENT_UNREACHABLE,
                "result of " + command.name() + " unknown: the agent at " + socket + " sent none",
                "see the status and the log of that agent");
    }

    private static AdminReply next(SocketChannel channel) throws IOException {
        return AdminMessages.read(channel, AdminReply.parser(), AdminMessages.LARGEST_REPLY);
    }

    private <R> R read(AdminCommand<?, R> command, String result) {
        try {
            return Json.read(result, command.result());
        } catch (IllegalArgumentException e) {
            throw new UnderstudyException(
                    ErrorCode.AGENT_UNREACHABLE,
                    "cannot read the result of " + command.name() + " from the agent at " + socket + ": "
                            + e.getMessage(),
                    "the agent is of another version: restart it",
                    e);
        }
    }

    private UnderstudyException silent(AdminCommand<?, ?> command, IOException why) {
        return new UnderstudyException(
                ErrorCode.AGENT_UNREACHABLE,
                "cannot ask the agent at " + socket + ": no answer to " + command.name() + " within "
                        + command.within().map(Duration::toSeconds).orElse(0L) + " s",
                "see the log of the agent; restart it when its main loop has stalled",
                why);
    }

    private UnderstudyException unreachable(IOException why) {
        if (isDenied(why)) {
            return denied(socket, "this user may not open it");
        }
        boolean there = Files.exists(socket);
        return new UnderstudyException(
                ErrorCode.AGENT_UNREACHABLE,
                "cannot ask the agent at " + socket + ": " + (there ? why.getMessage() : "it is not there"),
                "start the agent; it makes the socket in its state folder",
                why);
    }

    /** The Java machine has no class of its own for it. */
    private static boolean isDenied(IOException failure) {
        return String.valueOf(failure.getMessage()).contains("Permission denied");
    }
}
