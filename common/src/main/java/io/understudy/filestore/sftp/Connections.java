package io.understudy.filestore.sftp;

import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.failure.Cancellation;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A few sessions with the server, each with one channel, which all threads share; opened when they are needed. One that
 * failed takes no more operations, and the next operation opens another. One that is not used for as long as an answer
 * may take is closed. A server that lets in fewer than four at a
 * time is content with those. Thread-safe.
 */
final class Connections implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

    private static final int MOST = 4;
    /** How long no further session is tried after the server let in no more. */
    private static final Duration CONTENT = Duration.ofMinutes(1);

    private final Login login;
    private final Failures failures;
    private final Duration limit;
    private final Ticker ticker;
    private final List<Connection> open = new ArrayList<>();
    private int opening;
    private Optional<Long> refusedAt = Optional.empty();
    private boolean closed;

    /** One or more requests on one channel, with one file open at a time. */
    interface Operation<T> {
        T run(SftpChannel channel) throws IOException;
    }

    /** @param environment a variable's value, or null */
    static Connections of(
            Location location, FilestoreSettings settings, Ticker ticker, UnaryOperator<String> environment) {
        Failures failures = new Failures(location);
        Login login = new Login(location, settings, failures, environment);
        return new Connections(login, failures, settings.timeout(), ticker);
    }

    /** @param limit how long an operation waits until another one closes its file */
    private Connections(Login login, Failures failures, Duration limit, Ticker ticker) {
        this.login = login;
        this.failures = failures;
        this.limit = limit;
        this.ticker = ticker;
    }

    /** @param action for messages: {@code write x to} */
    <T> T run(String action, Operation<T> operation) {
        Connection connection = take(action);
        try {
            return operation.run(connection.channel());
        } catch (IOException | RuntimeException e) {
            throw failed(connection, action, e);
        } finally {
            release(connection);
        }
    }

    /** What it means; the connection is used on only where the server itself refused something. */
    UnderstudyException failed(Connection connection, String action, Exception cause) {
        if (cause instanceof UnderstudyException known) {
            return known;
        }
        boolean answered = cause instanceof SftpException refusal
                && refusal.getStatus() != SftpConstants.SSH_FX_CONNECTION_LOST
                && refusal.getStatus() != SftpConstants.SSH_FX_NO_CONNECTION;
        if (!answered) {
            synchronized (this) {
                connection.retire();
                open.remove(connection);
            }
        }
        return cause instanceof IOException failure
                ? failures.of(action, failure)
                : failures.nonsense(action, (RuntimeException) cause);
    }

    synchronized void release(Connection connection) {
        connection.leave();
        notifyAll();
    }

    /** The one with the fewest operations, or a new one; its user releases it. */
    Connection take(String action) {
        // Nothing waits for an answer that has come already, and would notice.
        Cancellation.check(action + " the filestore");
        while (true) {
            Optional<Connection> found = find(action);
            if (found.isPresent()) {
                return found.get();
            }
            try {
                return opened(login.open());
            } catch (RuntimeException e) {
                if (!fewerDo(e)) {
                    throw e;
                }
            }
        }
    }

    /** @return empty when this thread is to open one */
    private synchronized Optional<Connection> find(String action) {
        long begun = ticker.nanos();
        while (true) {
            requireOpen(action);
            open.removeIf(each -> !each.usable());
            Optional<Connection> best = open.stream()
                    .filter(each -> each.users() < each.most())
                    .min(Comparator.comparingInt(Connection::users));
            boolean more = open.size() + opening < MOST && !isContent();
            if (best.isPresent() && (best.get().users() == 0 || !more)) {
                best.get().enter(ticker.nanos());
                return best;
            }
            if (more) {
                opening++;
                return Optional.empty();
            }
            await(action, limit.minus(ticker.since(begun)));
        }
    }

    private void await(String action, Duration rest) {
        if (rest.toMillis() <= 0) {
            throw failures.busy(action, open.stream().mapToInt(Connection::most).sum());
        }
        try {
            wait(rest.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Cancellation.of(action + " the filestore", e);
        }
    }

    private boolean isContent() {
        return !open.isEmpty()
                && refusedAt
                        .filter(at -> ticker.since(at).compareTo(CONTENT) < 0)
                        .isPresent();
    }

    private synchronized Connection opened(Connection connection) {
        opening--;
        notifyAll();
        if (closed) {
            connection.close();
            requireOpen("connect to");
        }
        open.add(connection);
        connection.enter(ticker.nanos());
        connection.whenIdle(() -> spare(connection));
        return connection;
    }

    /**
     * A session over which nothing went for {@code limit}: one that no operation uses is closed without a word, which
     * is no failure; one that was taken just now is kept.
     *
     * @return false for one whose operation has waited for so long: the server does not answer
     */
    synchronized boolean spare(Connection connection) {
        if (connection.users() == 0) {
            open.remove(connection);
            connection.retire();
            return true;
        }
        return ticker.since(connection.entered()).compareTo(limit) < 0;
    }

    /** After a failure to open another one: whether those that are open do. */
    private synchronized boolean fewerDo(RuntimeException failure) {
        opening--;
        notifyAll();
        boolean refused = failure instanceof UnderstudyException known && known.code() != ErrorCode.CANCELLED;
        if (!refused || open.stream().noneMatch(Connection::usable)) {
            return false;
        }
        refusedAt = Optional.of(ticker.nanos());
        LOG.info("{} sessions are used, for another one was refused: {}", open.size(), failure.getMessage());
        return true;
    }

    private void requireOpen(String action) {
        if (closed) {
            throw new UnderstudyException(
                    ErrorCode.CANCELLED,
                    "cannot " + action + " the filestore: it is closed",
                    "run it again: the agent is ending");
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            open.forEach(Connection::close);
            open.clear();
            notifyAll();
        }
        login.close();
    }
}
