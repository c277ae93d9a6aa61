package io.understudy.postgres;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.Ownership;
import io.understudy.failure.ErrorCode;
import io.understudy.testing.PostgresServer;
import io.understudy.time.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which sessions a piece of work leaves to its next question. */
class DatabaseSessionsTest {
    private final PostgresServer server = PostgresServer.shared();
    private String name;
    private Database database;

    @BeforeEach
    void create() {
        name = server.createDatabase("sessions");
        database = new Database(server.settings(name + "_live"));
    }

    @Test
    void oneQuestionLeavesItsSessionToTheNextUntilTheWorkEnds() {
        long first = asked();
        long[] during = database.keepingSessions(() -> {
            long one = asked("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
            return new long[] {one, database.keepingSessions(this::asked), asked("SELECT 1")};
        });
        assertThat(during).containsOnly(during[0]).doesNotContain(first);
        assertThat(asked()).isNotEqualTo(during[0]);
        Awaitility.await().untilAsserted(() -> assertThat(sessions()).isEqualTo("0"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET lock_timeout = '10s'",
                "begin; set local lock_timeout = '10s'; set synchronous_commit = on; commit",
                "SET SESSION AUTHORIZATION postgres",
                "RESET lock_timeout",
                "CREATE TEMPORARY TABLE t ()",
                "LISTEN x"
            })
    void oneInWhichSomethingLastsEnds(String statement) {
        database.keepingSessions(() -> {
            long altered = asked(statement);
            long next = asked("BEGIN; SET LOCAL lock_timeout = '10s'");
            assertThat(next).isNotEqualTo(altered).isEqualTo(asked());
            try (Session session = database.open(name)) {
                assertThat(session.first("SHOW lock_timeout", row -> row.text("lock_timeout")))
                        .contains("0");
            }
            return null;
        });
    }

    @Test
    void oneForFunctionsOfTheSiteIsApart() {
        database.keepingSessions(() -> {
            long kept = asked();
            try (Session apart = database.openApart(name)) {
                assertThat(apart.pid()).isNotEqualTo(Math.toIntExact(kept));
            }
            assertThat(asked()).isEqualTo(kept);
            return null;
        });
    }

    @Test
    void aReplicasSessionIsNoOtherOnes() {
        database.keepingSessions(() -> {
            long plain = asked();
            try (Session replica = database.asReplica().open(name)) {
                assertThat(replica.first("SHOW session_replication_role", row -> row.text("session_replication_role")))
                        .contains("replica");
                assertThat((long) replica.pid()).isNotEqualTo(plain);
            }
            return null;
        });
    }

    @Test
    void oneThatTheServerEndedIsReplacedAndOneThatFailedIsNotKept() {
        database.keepingSessions(() -> {
            long ended = asked();
            server.psql("postgres", "SELECT pg_terminate_backend(" + ended + ", 10000)");
            long next = asked();
            assertThat(next).isNotEqualTo(ended);
            Session broken = database.open(name);
            broken.abort();
            broken.close();
            assertThat(asked()).isNotEqualTo(next);
            return null;
        });
    }

    /** Its second user would share it with the third. */
    @Test
    void oneThatIsClosedTwiceIsLeftOnce() {
        database.keepingSessions(() -> {
            Session first = database.open(name);
            first.close();
            first.close();
            first.abort();
            try (Session second = database.open(name);
                    Session third = database.open(name)) {
                assertThat(second.pid()).isEqualTo(first.pid()).isNotEqualTo(third.pid());
                first.abort();
                assertThat(second.number("SELECT 1")).isEqualTo(1);
            }
            return null;
        });
    }

    @Test
    void noneIsInTheWayOfANewName() {
        Databases databases = new Databases(database, Ticker.system());
        database.keepingSessions(() -> {
            asked();
            databases.rename(Map.of(databases.named(name).orElseThrow(), name + "_2"), name + "_passing");
            assertThat(databases.named(name + "_2")).isPresent();
            return null;
        });
    }

    /** Idle ones count too where a server, a role or a database lets in few. */
    @Test
    void noneIsInTheWayOfAnotherWhereTheServerLetsInFew() {
        String role = server.newName("few");
        server.createRole(role, "LOGIN PASSWORD 'x' CONNECTION LIMIT 1");
        Database limited = new Database(server.settings(name + "_live", role, "x", Ownership.PRESERVE));
        limited.keepingSessions(() -> {
            limited.open(name).close();
            limited.maintenance().close();
            try (Session apart = limited.openApart(name)) {
                assertThat(apart.number("SELECT 1")).isEqualTo(1);
                assertFails(ErrorCode.DATABASE_BUSY, () -> limited.open(name));
            }
            return null;
        });
    }

    @Test
    void noneOfTheSitesOwnDatabaseIsKept() {
        Database live = new Database(server.settings(name));
        live.keepingSessions(() -> {
            live.open().close();
            Awaitility.await().untilAsserted(() -> assertThat(sessions()).isEqualTo("0"));
            return null;
        });
    }

    @Test
    void fewAreKeptWhateverTheirKinds() {
        database.keepingSessions(() -> {
            List<Session> used = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                used.add(database.open(name));
                used.add(database.asReplica().open(name));
            }
            used.forEach(Session::close);
            Awaitility.await().untilAsserted(() -> assertThat(sessions()).isEqualTo("4"));
            database.endIdle();
            Awaitility.await().untilAsserted(() -> assertThat(sessions()).isEqualTo("0"));
            return null;
        });
    }

    private long asked() {
        return asked("SELECT 1");
    }

    private long asked(String statement) {
        try (Session session = database.open(name)) {
            session.execute(statement);
            return session.pid();
        }
    }

    private String sessions() {
        return server.psql("postgres", "SELECT count(*) FROM pg_stat_activity WHERE datname = '" + name + "'");
    }
}
