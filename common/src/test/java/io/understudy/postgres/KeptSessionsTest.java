package io.understudy.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testing.PostgresServer;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeptSessionsTest {
    private final PostgresServer server = PostgresServer.shared();
    private String name;
    private KeptSessions sessions;

    @BeforeEach
    void open() {
        name = server.createDatabase("kept");
        sessions = new KeptSessions(new Database(server.settings(name)));
    }

    @AfterEach
    void close() {
        sessions.rest();
    }

    @Test
    void leavesASessionToTheNextOutsideOfATransaction() {
        sessions.keep();
        Session first = sessions.open();
        first.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL lock_timeout = '300ms'; SELECT 1");
        sessions.giveBack(first);
        awaitStates("idle");
        int pid = sessions.with(Session::pid);
        assertThat(pid).isEqualTo(first.pid());
        assertThat(sessions.<String>with(session -> session.first("SHOW lock_timeout", row -> row.text("lock_timeout"))
                        .orElseThrow()))
                .isEqualTo("0");
    }

    @Test
    void keepsNoneUntilItIsAskedToAndNoneAfterwards() {
        sessions.with(Session::pid);
        awaitStates();
        sessions.keep();
        sessions.with(Session::pid);
        sessions.rest();
        sessions.with(Session::pid);
        awaitStates();
    }

    @Test
    void workOfSeveralStepsKeepsThemForItsTimeAlone() {
        boolean same = sessions.holding(() -> {
            int pid = sessions.with(Session::pid);
            sessions.rest();
            return pid == sessions.<Integer>with(Session::pid);
        });
        assertThat(same).isTrue();
        awaitStates();
        sessions.keep();
        sessions.holding(() -> sessions.with(Session::pid));
        awaitStates("idle");
    }

    @Test
    void oneThatTheServerEndedIsReplaced() {
        sessions.keep();
        int pid = sessions.with(Session::pid);
        server.psql("postgres", "SELECT pg_terminate_backend(" + pid + ", 10000)");
        assertThat(sessions.<Integer>with(Session::pid)).isNotEqualTo(pid);
        Session broken = sessions.open();
        broken.abort();
        sessions.giveBack(broken);
        assertThat(sessions.<Integer>with(Session::pid)).isNotEqualTo(broken.pid());
    }

    @Test
    void keepsFourAtTheMost() {
        sessions.keep();
        List<Session> six = IntStream.range(0, 6).mapToObj(i -> sessions.open()).toList();
        six.forEach(sessions::giveBack);
        awaitStates("idle", "idle", "idle", "idle");
    }

    private List<String> states() {
        return server.psql("postgres", "SELECT state FROM pg_stat_activity WHERE datname = '" + name + "'")
                .lines()
                .filter(state -> !state.isBlank())
                .toList();
    }

    /** A session that was closed is seen on the server a little later. */
    private void awaitStates(String... states) {
        Awaitility.await().untilAsserted(() -> assertThat(states()).containsExactly(states));
    }
}
