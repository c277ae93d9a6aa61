package io.understudy.replica.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.RowChanges;
import io.understudy.dump.DatabaseRestore;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseNames;
import io.understudy.postgres.Databases;
import io.understudy.postgres.PgTools;
import io.understudy.postgres.Session;
import io.understudy.process.SystemCommandRunner;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.ErasedKeys;
import io.understudy.testing.PostgresServer;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies that a server makes, by sessions whose agent was killed: the server does not know yet. */
class CopyWorkTest {
    private static final Duration BEGINS = Duration.ofSeconds(60);

    private final PostgresServer server = PostgresServer.shared();
    private final String site = server.newName("site");
    private final String copy = DatabaseNames.of(site).drill();
    private final Database database = new Database(server.settings(site));
    private final Databases databases = new Databases(database, Ticker.system());
    private final CopyWork work = new CopyWork(database, copy);

    @TempDir
    private Path folder;

    private DatabaseCopy copies() {
        return new DatabaseCopy(
                database,
                new DatabaseRestore(
                        database, new PgTools(server.settings(site), new SystemCommandRunner(folder)), Ticker.system()),
                Optional.empty(),
                ReplicaStateStore.in(folder)::record,
                RowChanges.NONE,
                manifest -> ErasedKeys.none(),
                Ticker.system());
    }

    @AfterEach
    void drop() {
        server.psql("postgres", "DROP DATABASE IF EXISTS " + PostgresServer.quoted(copy) + ";");
        server.psql("postgres", "DROP DATABASE IF EXISTS " + PostgresServer.quoted(site) + ";");
    }

    /** It would appear when everything else of the drill was cleared up. */
    @Test
    void whatTheServerStillCopiesIsEndedAndAppearsLaterNoMore() throws SQLException {
        server.psql("postgres", "CREATE DATABASE " + PostgresServer.quoted(site) + ";");
        CompletableFuture<Void> killed;
        // The server waits five seconds for the sessions of a template before it copies.
        try (Connection user = server.connect(site)) {
            killed = CompletableFuture.runAsync(this::copy);
            Awaitility.await().atMost(BEGINS).until(this::isCopied);

            copies().drop();
            assertThat(user.isValid(1)).isTrue();
        }

        assertThatThrownBy(killed::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(UnderstudyException.class);
        assertThat(databases.named(copy)).isEmpty();
    }

    private void copy() {
        try (Session session = database.maintenance()) {
            session.execute("SET statement_timeout = 30000");
            work.begin(session);
            session.execute(
                    "CREATE DATABASE " + PostgresServer.quoted(copy) + " TEMPLATE " + PostgresServer.quoted(site));
        }
    }

    private boolean isCopied() {
        return server.psql("postgres", "SELECT query FROM pg_stat_activity WHERE state = 'active';")
                .contains("CREATE DATABASE " + PostgresServer.quoted(copy));
    }

    @Test
    void whereNothingIsCopiedNothingIsEnded() {
        work.end();
        work.end();

        assertThat(databases.named(copy)).isEmpty();
    }

    /** Neither of another drill of this server, nor a session that only waits. */
    @Test
    void theWorkOfAnotherNameGoesOn() {
        try (Session session = database.maintenance()) {
            session.execute("SET statement_timeout = 30000");
            new CopyWork(database, copy + "_of_another").begin(session);

            work.end();

            assertThat(session.number("SELECT 1")).isEqualTo(1);
        }
    }
}
