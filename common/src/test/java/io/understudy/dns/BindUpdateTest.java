package io.understudy.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.understudy.config.DnsSettings;
import io.understudy.config.DnsSettings.End;
import io.understudy.config.DnsSettings.Switching;
import io.understudy.config.DnsSettings.Update;
import io.understudy.config.HostPort;
import io.understudy.progress.Progress;
import io.understudy.testing.FreePorts;
import io.understudy.testing.ScriptedCommandRunner;
import io.understudy.testing.TestTools;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Updates of a zone of a real BIND, signed with TSIG. */
class BindUpdateTest {
    private static final String SECRET = "c2VjcmV0LW9mLXRoZS10ZXN0LWtleS0xMjM0NTY3ODk=";
    private static final String A = "192.0.2.10";
    private static final String B = "198.51.100.10";
    private static final String B6 = "2001:db8:0:0:0:0:0:10";

    @TempDir
    private static Path folder;

    private static HostPort server;
    private static Process named;

    @BeforeAll
    static void start() throws IOException {
        Path program = TestTools.required("named");
        server = new HostPort("127.0.0.1", FreePorts.nextWithDatagrams());
        write("key", key("understudy", SECRET));
        write("other-secret", key("understudy", "b3RoZXI="));
        write("other-key", key("stranger", SECRET));
        write("zone", """
                $TTL 300
                @ IN SOA ns.example.org. root.example.org. 1 3600 600 86400 60
                @ IN NS ns.example.org.
                ns IN A 127.0.0.1
                www IN A 192.0.2.10
                shop IN A 192.0.2.10
                strange IN A 203.0.113.1
                again IN A 192.0.2.10
                alias IN CNAME a.example.net.
                """);
        write("named.conf", """
                include "%1$s/key";
                options {
                    directory "%1$s";
                    listen-on port %2$d { 127.0.0.1; };
                    listen-on-v6 { none; };
                    pid-file "%1$s/pid";
                    session-keyfile "%1$s/session";
                    managed-keys-directory "%1$s";
                    recursion no;
                    dnssec-validation no;
                };
                controls { };
                zone "example.org" { type primary; file "%1$s/zone"; allow-update { key understudy; }; };
                """.formatted(folder, server.port()));
        ProcessBuilder builder = new ProcessBuilder(
                        program.toString(),
                        "-g",
                        "-n",
                        "1",
                        "-U",
                        "1",
                        "-c",
                        folder.resolve("named.conf").toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile());
        builder.environment().put("LD_LIBRARY_PATH", program.getParent().toString());
        named = builder.start();
        await().atMost(Duration.ofSeconds(60))
                .until(() ->
                        Files.readAllLines(folder.resolve("log")).stream().anyMatch(line -> line.endsWith(" running")));
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (named != null) {
            named.destroy();
            if (!named.waitFor(60, TimeUnit.SECONDS)) {
                named.destroyForcibly();
            }
        }
    }

    private static String key(String name, String secret) {
        return "key \"" + name + "\" {\n  algorithm hmac-sha256;\n  secret \"" + secret + "\";\n};\n";
    }

    private static void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, text);
    }

    private static DnsSwitched switched(
            List<String> names, List<String> primary, List<String> standby, End here, String key, boolean force) {
        DnsSettings settings = settings(names, primary, standby, here, key);
        return new DnsSwitch("example", settings, new ScriptedCommandRunner(), Clock.systemUTC(), Ticker.system())
                .run(force, Progress.none());
    }

    private static DnsSettings settings(
            List<String> names, List<String> primary, List<String> standby, End here, String key) {
        return new DnsSettings(
                names,
                List.of(server),
                List.of(),
                here,
                primary,
                standby,
                Duration.ofSeconds(60),
                Duration.ofSeconds(3),
                new Switching(
                        List.of(),
                        Duration.ofSeconds(10),
                        Optional.of(new Update(
                                server, "example.org", Optional.of(folder.resolve(key)), Duration.ofSeconds(60))),
                        Optional.of(Duration.ofSeconds(5))));
    }

    private static String failure(DnsSwitched result) {
        return result.error().orElseThrow().message();
    }

    @Test
    void movesAllNamesToTheOtherServerAndBack() {
        List<String> names = List.of("www.example.org", "shop.example.org");

        DnsSwitched there = switched(names, List.of(A), List.of(B, B6), End.STANDBY, "key", false);

        assertThat(there.error()).isEmpty();
        assertThat(there.agrees()).isTrue();
        assertThat(switched(names, List.of(A), List.of(B, B6), End.PRIMARY, "key", false)
                        .agrees())
                .isTrue();
    }

    @Test
    void overwritesNothingThatSomeoneElsePutThere() {
        List<String> names = List.of("strange.example.org");

        DnsSwitched refused = switched(names, List.of(A), List.of(B), End.STANDBY, "key", false);

        assertThat(failure(refused)).contains("NXRRSET").contains("strange.example.org is 203.0.113.1");
        assertThat(refused.changed()).isFalse();
        assertThat(switched(names, List.of(A), List.of(B), End.STANDBY, "key", true)
                        .agrees())
                .isTrue();
    }

    /** The answer to the first may have been lost, and resolvers may show what was there before. */
    @Test
    void anUpdateThatWasMadeAlreadyIsNoFailure() {
        DnsSettings settings = settings(List.of("again.example.org"), List.of(A), List.of(B, B6), End.STANDBY, "key");
        DnsUpdate update = new DnsUpdate(
                settings, settings.update().orElseThrow(), new NetworkExchange(Ticker.system()), Clock.systemUTC());

        update.run(Optional.of(List.of(A)), List.of(B, B6));
        update.run(Optional.of(List.of(A)), List.of(B, B6));

        assertThatThrownBy(() -> update.run(Optional.of(List.of(A)), List.of(B)))
                .hasMessageContaining("again.example.org is " + B);
    }

    @Test
    void movesAnAlias() {
        DnsSwitched moved = switched(
                List.of("alias.example.org"),
                List.of("a.example.net"),
                List.of("b.example.net"),
                End.STANDBY,
                "key",
                false);

        assertThat(moved.error()).isEmpty();
        assertThat(moved.agrees()).isTrue();
    }

    @Test
    void saysThatTheSecretIsWrong() {
        List<String> names = List.of("strange.example.org");

        assertThat(failure(switched(names, List.of(A), List.of("192.0.2.99"), End.STANDBY, "other-secret", true)))
                .contains("NOTAUTH");
        assertThat(failure(switched(names, List.of(A), List.of("192.0.2.99"), End.STANDBY, "other-key", true)))
                .contains("NOTAUTH");
    }
}
