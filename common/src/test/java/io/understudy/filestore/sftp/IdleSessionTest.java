package io.understudy.filestore.sftp;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.SshServer;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Sessions over which nothing goes. */
class IdleSessionTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private static SshServer server;

    @BeforeAll
    static void start() {
        server = SshServer.start("LogLevel VERBOSE");
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void oneThatNothingUsesIsClosedAndTheNextOperationOpensAnother() {
        try (Connections connections = connections(new FakeTicker())) {
            Connection first = connections.take("check");
            connections.release(first);
            assertThat(connections.spare(first)).isTrue();
            assertThat(first.usable()).isFalse();

            Connection next = connections.take("check");
            assertThat(next).isNotSameAs(first);
            assertThat(next.usable()).isTrue();
            connections.release(next);
        }
    }

    /** It was taken in the moment in which its time was up. */
    @Test
    void oneThatWasTakenJustNowIsKept() {
        FakeTicker ticker = new FakeTicker();
        try (Connections connections = connections(ticker)) {
            Connection connection = connections.take("check");
            connections.release(connection);
            ticker.advance(LIMIT.multipliedBy(2));
            assertThat(connections.take("check")).isSameAs(connection);
            ticker.advance(LIMIT.minusNanos(1));
            assertThat(connections.spare(connection)).isTrue();
            assertThat(connection.usable()).isTrue();
            connections.release(connection);
        }
    }

    @Test
    void oneWhoseOperationHasWaitedForAsLongAsAnAnswerMayTakeIsAFailure() {
        FakeTicker ticker = new FakeTicker();
        try (Connections connections = connections(ticker)) {
            Connection connection = connections.take("check");
            ticker.advance(LIMIT);
            assertThat(connections.spare(connection)).isFalse();
            connections.release(connection);
        }
    }

    /** Of the whole: the library notices the time, and asks. The server is told of no error. */
    @Test
    @Tag("slow")
    void theServersLogHasNoErrorOfIt() throws IOException {
        Path folder = server.newFolder();
        FilestoreSettings settings = server.settings(
                folder, Duration.ofSeconds(10), server.settings(folder).ssh());
        String before = server.log();
        try (Filestore store = new SftpFilestore(settings, Ticker.system())) {
            store.put("a", Content.of("x".getBytes(StandardCharsets.UTF_8)));
            assertThat(server.sessions()).isNotEmpty();
            Awaitility.await("the session is closed")
                    .atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> server.sessions().isEmpty());
            assertThat(server.log().substring(before.length()))
                    .contains("Connection closed by")
                    .doesNotContain("IdleTimeout", "isconnect", "rror");
            assertThat(store.stat("a")).isPresent();
        }
    }

    private static Connections connections(Ticker ticker) {
        FilestoreSettings settings = server.settings(Path.of("/any"));
        return Connections.of(Location.parse(settings.url()), settings, ticker, System::getenv);
    }
}
