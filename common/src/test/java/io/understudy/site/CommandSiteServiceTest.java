package io.understudy.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.understudy.config.Settings.HealthSettings;
import io.understudy.config.Settings.ServiceSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.Command;
import io.understudy.testing.ClosedPort;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.ScriptedCommandRunner;
import io.understudy.testing.ScriptedCommandRunner.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandSiteServiceTest {
    private static final List<String> NONE = List.of();

    private final FakeTicker time = new FakeTicker();
    private final ScriptedCommandRunner runner = new ScriptedCommandRunner().on("site-", Answer.ok("fine\n"));

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // configured,        after,    runs
                "stop start restart,  stop,     site-stop site-start",
                "stop start restart,  nothing,  site-restart",
                "stop restart,        stop,     site-stop site-restart",
                "restart,             stop,     site-restart",
                "start restart,       stop,     site-restart",
                "stop start,          stop,     site-stop site-start",
                "stop start,          nothing,  site-stop site-start",
                "start,               stop,     site-start",
                "stop,                stop,     site-stop",
                "-,                   stop,     -",
            })
    void runsWhatIsConfigured(String configured, String before, String expected) {
        CommandSiteService site = service(configured == null ? "" : configured, Optional.empty());
        if (before.equals("stop")) {
            site.stop();
        }
        site.restart();
        assertThat(runner.lines()).isEqualTo(expected == null ? NONE : List.of(expected.split(" ")));
    }

    @Test
    void restartsAgainAfterAStart() {
        CommandSiteService site = service("stop start restart", Optional.empty());
        site.stop();
        site.restart();
        site.restart();
        assertThat(runner.lines()).containsExactly("site-stop", "site-start", "site-restart");
    }

    @Test
    void givesTheCommandItsLimit() {
        service("restart", Optional.empty()).restart();
        assertThat(runner.commands().get(0).limit()).isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void saysHowACommandFailed() {
        runner.on("site-restart", Answer.failed(5, "starting\nUnit site.service not found.\n\n"));
        assertThatThrownBy(() -> service("restart", Optional.empty()).restart())
                .hasMessage("cannot restart the site: site-restart ended with 5: Unit site.service not found.");
        assertFails(
                ErrorCode.COMMAND_FAILED,
                () -> service("restart", Optional.empty()).restart());
    }

    @Test
    void saysThatItsCommandsMayLeaveProcessesBehind() {
        CommandSiteService site = service("stop start restart", command("ask", 3));
        runner.on("ask", Answer.ok(""));
        site.stop();
        site.restart();
        site.restart();
        site.prove();
        assertThat(runner.commands()).hasSize(4).allMatch(Command::leavesProcesses);
    }

    @Test
    void passesOnThatACommandHangs() {
        runner.on("site-stop", Answer.hanging());
        CommandSiteService site = service("stop start restart", Optional.empty());
        assertFails(ErrorCode.COMMAND_TIMEOUT, site::stop);
        site.restart();
        assertThat(runner.lines()).containsExactly("site-stop", "site-restart");
    }

    @Test
    void withoutAHealthCheckARestartIsTheProof() {
        CommandSiteService site = service("restart", Optional.empty());
        site.prove();
        assertThat(site.healthy()).isTrue();
        assertThat(runner.lines()).isEmpty();
    }

    @Test
    void asksACommandUntilItIsHealthy() {
        Deque<Answer> answers = new ArrayDeque<>(
                List.of(Answer.failed(1, "db"), Answer.hanging(), Answer.failed(1, "db"), Answer.ok("")));
        runner.on(command -> command.toString().equals("ask"), command -> answers.pop());
        service("", command("ask", 30)).prove();
        assertThat(answers).isEmpty();
        assertThat(time.pauses())
                .containsExactly(Duration.ofMillis(50), Duration.ofMillis(55), Duration.ofNanos(60_500_000));
    }

    @Test
    void givesUpWhenItsTimeIsOver() {
        runner.on("ask", Answer.failed(1, "no database"));
        CommandSiteService site = service("", command("ask", 3));
        assertThatThrownBy(site::prove)
                .hasMessage("site not healthy within 3 s; last result: ask ended with 1: no database");
        assertThat(time.nanos()).isEqualTo(3_000_000_000L);
        assertFails(ErrorCode.SITE_UNHEALTHY, site::prove);
        assertThat(site.healthy()).isFalse();
    }

    @Test
    void aHealthCommandThatIsMissingIsNoHealth() {
        CommandSiteService site = service("", command("absent", 1));
        assertThat(site.healthy()).isFalse();
        assertFails(ErrorCode.SITE_UNHEALTHY, site::prove);
    }

    @Test
    void anInterruptEndsTheWaiting() {
        runner.on("ask", Answer.failed(1, ""));
        Thread.currentThread().interrupt();
        assertFails(ErrorCode.CANCELLED, service("", command("ask", 3))::prove);
        assertThat(Thread.interrupted()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"200,true", "204,true", "299,true", "302,false", "404,false", "500,false", "503,false"})
    void http2xxIsHealthy(int status, boolean healthy) throws IOException {
        HttpServer server = HttpServer.create(loopback(), 0);
        server.createContext("/health", exchange -> {
            exchange.getResponseHeaders().set("Location", "/login");
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        server.start();
        try {
            URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/health");
            CommandSiteService site = service("", http(address));
            assertThat(site.healthy()).isEqualTo(healthy);
            if (healthy) {
                site.prove();
            } else {
                // Not by the last of its attempts, which may have a fraction of a second left.
                Optional<String> fault = new HttpHealthCheck(address).ask(Duration.ofSeconds(30));
                assertThat(fault.orElseThrow()).endsWith("/health answers " + status);
            }
        } finally {
            server.stop(0);
        }
    }

    @Test
    void aBodyThatNeverEndsIsHealthy() throws IOException {
        HttpServer server = HttpServer.create(loopback(), 0);
        server.createContext("/health", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write('x');
            exchange.getResponseBody().flush();
        });
        server.start();
        try {
            URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/health");
            assertThat(service("", http(address)).healthy()).isTrue();
        } finally {
            server.stop(0);
        }
    }

    @Test
    void aSiteThatDoesNotAnswerIsNotHealthy() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            URI address = URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/");
            Optional<String> fault = new HttpHealthCheck(address).ask(Duration.ofMillis(200));
            assertThat(fault.orElseThrow()).endsWith(" does not answer within 200 ms");
        }
    }

    /** What the agent has for itself is none of the site's. */
    @Test
    void itsCommandsGetTheUsualVariablesAndThoseThatAreNamed() {
        CommandSiteService service = service("stop start restart", command("ask", 1));
        service.stop();
        service.restart();
        service.restart();
        service.healthy();
        assertThat(runner.commands())
                .hasSize(4)
                .allSatisfy(command -> assertThat(command.inherited())
                        .contains("PATH", "HOME", "SITE_HOME")
                        .doesNotContain("S3_SECRET_KEY"));
    }

    /** What follows the path may be a token, and messages reach logs and other servers. */
    @Test
    void theAddressOfAHealthCheckIsShownWithoutItsQuery() throws IOException {
        try (ClosedPort closed = new ClosedPort()) {
            URI address = URI.create("http://127.0.0.1:" + closed.number() + "/health?token=secret");
            assertThatThrownBy(() -> service("", http(address)).prove())
                    .hasMessageEndingWith(closed.number() + "/health refuses the connection");
        }
    }

    @Test
    void aSiteThatIsDownIsNotHealthy() throws IOException {
        try (ClosedPort closed = new ClosedPort()) {
            URI address = URI.create("http://127.0.0.1:" + closed.number() + "/");
            assertThatThrownBy(() -> service("", http(address)).prove())
                    .hasMessageEndingWith(" refuses the connection");
        }
    }

    private CommandSiteService service(String configured, Optional<HealthSettings> health) {
        ServiceSettings settings = new ServiceSettings(
                configured.contains("stop") ? List.of("site-stop") : NONE,
                configured.matches("(.* )?start( .*)?") ? List.of("site-start") : NONE,
                configured.contains("restart") ? List.of("site-restart") : NONE,
                List.of("SITE_HOME"),
                Duration.ofSeconds(60),
                health);
        return new CommandSiteService(settings, runner, time);
    }

    private static Optional<HealthSettings> command(String command, int seconds) {
        return Optional.of(new HealthSettings(Optional.empty(), List.of(command), Duration.ofSeconds(seconds)));
    }

    private static Optional<HealthSettings> http(URI address) {
        return Optional.of(new HealthSettings(Optional.of(address), NONE, Duration.ofSeconds(3)));
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static void assertFails(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(UnderstudyException.class, e -> {
            assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
            assertThat(e.hint()).isNotBlank();
        });
    }
}
