package io.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.DnsSettings.End;
import io.understudy.config.FailoverSettings.Rehearse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailoverSettingsTest {
    private static final String SITE = """
            site: example
            marker: /srv/site/priv/BACKUP
            database: {url: "jdbc:postgresql://127.0.0.1:5433/site", user: site}
            filestore: {url: "file:///srv/understudy"}
            """;

    @TempDir
    private Path folder;

    private FailoverSettings read(String text) {
        try {
            Path file = Files.writeString(folder.resolve("understudy.yaml"), SITE + text);
            return SettingsFile.load(file, Map.of()).failover();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void withoutTheseSectionsNothingIsLookedAtAndNothingStopped() {
        assertThat(read("")).isEqualTo(FailoverSettings.NONE);
    }

    @Test
    void readsTheNamesInTheirShortestForm() {
        DnsSettings dns = read("""
                        dns:
                          name: WWW.Example.org.
                          resolvers: [192.0.2.53, "[2001:db8::53]:5353"]
                          here: standby
                          expected: {primary: 192.0.2.10, standby: 198.51.100.10}
                        """).dns().orElseThrow();

        assertThat(dns.names()).containsExactly("www.example.org");
        assertThat(dns.resolvers()).containsExactly(new HostPort("192.0.2.53", 53), new HostPort("2001:db8::53", 5353));
        assertThat(dns.here()).isEqualTo(End.STANDBY);
        assertThat(dns.of(End.PRIMARY)).containsExactly("192.0.2.10");
        assertThat(dns.every()).isEqualTo(Duration.ofSeconds(60));
        assertThat(dns.switches()).isFalse();
    }

    @Test
    void readsListsAndAnUpdate() {
        DnsSettings dns = read("""
                        dns:
                          name: [example.org, www.example.org]
                          resolvers: 192.0.2.53:5353
                          authoritative: [192.0.2.1]
                          here: primary
                          expected:
                            primary: [192.0.2.10, "2001:DB8::10"]
                            standby: b.example.net
                          update: {server: 192.0.2.1, zone: example.org, key: /etc/understudy/dns.key, ttl: 30s}
                          wait: 2m
                        """).dns().orElseThrow();

        assertThat(dns.names()).hasSize(2);
        assertThat(dns.primary()).containsExactly("192.0.2.10", "2001:db8:0:0:0:0:0:10");
        assertThat(dns.update())
                .hasValue(new DnsSettings.Update(
                        new HostPort("192.0.2.1", 53),
                        "example.org",
                        Optional.of(Path.of("/etc/understudy/dns.key")),
                        Duration.ofSeconds(30)));
        assertThat(dns.switching().patience()).hasValue(Duration.ofMinutes(2));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name: www.example.org, resolvers: [], here: primary | dns.expected.primary is missing",
                "name: www.example.org, here: primary | dns.resolvers is missing",
                "name: www.example.org, resolvers: [ns.example.org] | dns.resolvers must be an address, or address:port",
                "name: 192.0.2.1, resolvers: [192.0.2.53] | dns.name must be a name of DNS",
                "name: -x.org, resolvers: [192.0.2.53] | dns.name must be a name of DNS",
                "name: www.example.org, expected: {primary: 192.0.2.10, standby: 192.0.2.10} | must be others than",
                "name: www.example.org, expected: {primary: 192.0.2.256} | dns.expected.primary must be an address",
                "name: www.example.org, resolvers: [192.0.2.53] | dns.here is missing",
                "name: www.example.org, switch: [x], update: {server: 192.0.2.1, zone: example.org} | are both set",
                "name: www.example.org, update: {server: 192.0.2.1} | dns.update.zone is missing",
                "nane: www.example.org | did you mean name"
            })
    void saysWhatIsWrong(String inner, String message) {
        assertThatThrownBy(() -> read("dns: {" + inner + "}\n")).hasMessageContaining(message);
    }

    @Test
    void readsHowAFencedServerStopsAndHowTheOtherIsAsked() {
        FailoverSettings settings = read("""
                on_fenced: [systemctl, stop, site]
                fence: {unreachable: stop, lease: 30m}
                peer: {health_url: "https://a.example.net/mode", production: "mode: production"}
                rehearse: {read: [curl, -f, "http://127.0.0.1/"], write: [site-write], jobs: [no-jobs]}
                """);

        assertThat(settings.onFenced()).containsExactly("systemctl", "stop", "site");
        assertThat(settings.lease()).hasValue(Duration.ofMinutes(30));
        assertThat(settings.peer().orElseThrow().production()).hasValue("mode: production");
        assertThat(settings.rehearse())
                .isEqualTo(new Rehearse(
                        List.of("curl", "-f", "http://127.0.0.1/"), List.of("site-write"), List.of("no-jobs")));
    }

    @Test
    void aLeaseNeedsACommandThatStopsTheSite() {
        assertThatThrownBy(() -> read("fence: {unreachable: stop}\n"))
                .hasMessageContaining("on_fenced does not say how the site is stopped");
    }

    @Test
    void onlyAServerThatMayFollowMayAskForASwitchover() {
        assertThat(read("primary: {replicas: [b.example.net, c.example.net], switchover_by: [b.example.net]}\n")
                        .switchoverBy())
                .containsExactly("b.example.net");
        assertThatThrownBy(() -> read("primary: {replicas: [b.example.net], switchover_by: [d.example.net]}\n"))
                .hasMessageContaining(
                        "primary.switchover_by must be a list of names of primary.replicas, which does not have d.example.net");
    }
}
