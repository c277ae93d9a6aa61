package io.understudy.setup;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.DnsSettings;
import io.understudy.config.DnsSettings.End;
import io.understudy.config.DnsSettings.Switching;
import io.understudy.config.DnsSettings.Update;
import io.understudy.config.HostPort;
import io.understudy.dns.DnsLook;
import io.understudy.dns.DnsLook.Answer;
import io.understudy.dns.DnsLook.Says;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DnsCheckTest {
    private static final HostPort SERVER = new HostPort("203.0.113.53", 53);

    @TempDir
    private Path folder;

    private static CheckResult canSwitch(List<String> command, Optional<Update> update) {
        return DnsCheck.canSwitch(new DnsSettings(
                List.of("www.example.org"),
                List.of(SERVER),
                List.of(),
                End.PRIMARY,
                List.of("192.0.2.10"),
                List.of("198.51.100.10"),
                Duration.ofSeconds(60),
                Duration.ofSeconds(3),
                new Switching(command, Duration.ofSeconds(10), update, Optional.empty())));
    }

    private static Optional<Update> update(Optional<Path> key) {
        return Optional.of(new Update(SERVER, "example.org", key, Duration.ofSeconds(60)));
    }

    @Test
    void anUpdateNeedsNoCommand() throws IOException {
        Path key = Files.writeString(
                folder.resolve("key"), "key \"understudy\" { algorithm hmac-sha256; secret \"c2VjcmV0\"; };");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));

        assertThat(canSwitch(List.of(), update(Optional.of(key))).message())
                .startsWith("promote updates zone example.org at 203.0.113.53")
                .endsWith(", signed with key understudy");
        assertThat(canSwitch(List.of(), update(Optional.empty())).message()).endsWith(", not signed");
    }

    @Test
    void aCommandIsNamed() {
        CheckResult result = canSwitch(List.of("/etc/understudy/dns-switch", "now"), Optional.empty());

        assertThat(result.passed()).isTrue();
        assertThat(result.message()).isEqualTo("promote runs /etc/understudy/dns-switch");
    }

    /** It must not move them to itself: its site is in backup mode. */
    @Test
    void aStandbyIsNotAskedToPointTheNamesToItself() {
        DnsLook look = new DnsLook(
                Instant.EPOCH,
                End.PRIMARY,
                List.of("192.0.2.10"),
                List.of(new Answer(
                        "www.example.org",
                        SERVER.toString(),
                        Says.STANDBY,
                        List.of("198.51.100.10"),
                        Optional.of(60L),
                        Optional.empty())));

        assertThat(DnsCheck.result(look, true).hint())
                .isEqualTo(
                        "on the primary, agent-replica dns --switch points them there; where this server is to serve,"
                                + " promote it");
        assertThat(DnsCheck.result(look, false).hint()).startsWith("where this server is to serve: agent-replica dns");
    }

    @Test
    void withoutEitherItWarns() {
        assertThat(canSwitch(List.of(), Optional.empty()).isWarning()).isTrue();
    }
}
