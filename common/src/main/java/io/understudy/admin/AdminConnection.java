package io.understudy.admin;

import io.understudy.audit.Caller;
import io.understudy.tasks.DaemonThreads;
import io.understudy.v1.AdminReply;
import io.understudy.v1.AdminRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One caller: a request comes in, replies go out, and the end of the connection gives the command up. Three threads:
 * one writes, one does the command, one waits for the caller to leave.
 */
final class AdminConnection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminConnection.class);

    /** For a caller to send its request, and for one that is refused to read why. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final SocketChannel channel;
    private final Caller caller;
    private final AdminService service;
    private final ExecutorService threads;
    private final AdminOutbox outbox = new AdminOutbox();
    private volatile boolean asked;

    AdminConnection(SocketChannel channel, Caller caller, AdminService service, ExecutorService threads) {
        this.channel = channel;
        this.caller = caller;
        this.service = service;
        this.threads = threads;
    }

    /** Returns when the last reply is written, the caller has left, or it sends no request for two seconds. */
    void serve() {
        AdminCall call = service.call(caller, outbox);
        later(() -> {
            if (!asked) {
                close();
            }
        });
        try (channel) {
            AdminRequest request = AdminMessages.read(channel, AdminRequest.parser(), AdminMessages.LARGEST_REQUEST);
            if (request == null) {
                return;
            }
            asked = true;
            // The command is taken, however long it then takes.
            AdminMessages.write(channel, AdminReply.getDefaultInstance());
            threads.execute(() -> outbox.end(service.answer(request, call)));
            threads.execute(() -> leave(call));
            outbox.writeTo(channel);
        } catch (IOException | RejectedExecutionException e) {
            LOG.debug("the connection of {} ended", caller, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            call.cancel();
        }
    }

    /** Whether its request is complete, or needs not be. */
    boolean hasAsked() {
        return asked;
    }

    /** In place of {@link #serve}: the caller receives the reason. */
    void refuse(RuntimeException why) {
        asked = true;
        later(this::close);
        try (channel) {
            AdminMessages.write(channel, AdminService.failed(why));
            channel.shutdownOutput();
            // A connection that is closed before all is read takes the reply with it.
            awaitEnd();
        } catch (IOException e) {
            LOG.debug("the refused caller {} has left", caller, e);
        }
    }

    private static void later(Runnable work) {
        DaemonThreads.later("admin-patience", PATIENCE, work);
    }

    private void leave(AdminCall call) {
        try {
            awaitEnd();
        } catch (IOException e) {
            LOG.debug("the connection of {} is closed", caller);
        }
        call.cancel();
        outbox.close();
    }

    /** What is sent is passed over. */
    private void awaitEnd() throws IOException {
        ByteBuffer more = ByteBuffer.allocate(1024);
        while (channel.read(more.clear()) >= 0) {
            continue;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("cannot close the connection of {}", caller, e);
        }
    }
}
