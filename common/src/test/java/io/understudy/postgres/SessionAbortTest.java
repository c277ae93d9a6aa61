package io.understudy.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.PGConnection;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

class SessionAbortTest {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch aborted = new CountDownLatch(1);

    /** A server that answers no more, in the middle of a transaction. */
    private Object answer(String method) throws SQLException, InterruptedException {
        return switch (method) {
            case "isClosed" -> false;
            case "getTransactionState" -> TransactionState.OPEN;
            case "createStatement" -> {
                asked.countDown();
                aborted.await();
                throw new SQLException("the connection is gone", "08006");
            }
            case "abort" -> {
                aborted.countDown();
                yield null;
            }
            default -> null;
        };
    }

    @Test
    @Timeout(120)
    void endsASessionThatIsBeingClosed() throws InterruptedException {
        Session session = new Session(connection(), "a database", 1, false);
        AtomicBoolean kept = new AtomicBoolean();
        session.keptBy(closed -> {
            kept.set(true);
            return true;
        });
        Thread closing = new Thread(session::close);
        closing.start();
        asked.await();

        session.abort();

        closing.join();
        assertThat(kept).isFalse();
    }

    private Connection connection() {
        InvocationHandler server =
                (proxy, method, arguments) -> method.getName().equals("unwrap") ? proxy : answer(method.getName());
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Connection.class, PGConnection.class, BaseConnection.class},
                server);
    }
}
