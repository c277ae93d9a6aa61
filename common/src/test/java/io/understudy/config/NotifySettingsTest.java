package io.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.NotifySettings.Channel;
import io.understudy.config.NotifySettings.Mail;
import io.understudy.config.NotifySettings.MailTls;
import io.understudy.config.NotifySettings.Ping;
import io.understudy.config.NotifySettings.Preset;
import io.understudy.config.NotifySettings.Program;
import io.understudy.config.NotifySettings.Webhook;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NotifySettingsTest {
    private static final String SITE = """
            site: example
            marker: /srv/site/priv/BACKUP
            database: {url: "jdbc:postgresql://127.0.0.1:5433/site", user: site}
            filestore: {url: "file:///srv/understudy"}
            notify:
            """;

    @TempDir
    private Path folder;

    private List<Channel> channels(String list) {
        try {
            Path file = Files.writeString(folder.resolve("understudy.yaml"), SITE + list);
            return SettingsFile.load(file, Map.of("TOKEN", "canary-token"))
                    .notification()
                    .channels();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void withoutChannelsNoOneIsNotified() {
        assertThat(channels("")).isEmpty();
    }

    @Test
    void aWebhookHasDefaults() {
        Channel channel = channels("  - {name: ops, kind: webhook, url: \"https://h.example.net/x\"}\n")
                .get(0);

        assertThat(channel.name()).isEqualTo("ops");
        assertThat(channel.events())
                .containsExactlyInAnyOrder(Occasion.FAILURE, Occasion.RECOVERY, Occasion.STALE, Occasion.PROMOTION);
        assertThat(channel.remind()).isEqualTo(Duration.ofHours(24));
        assertThat(channel.stale()).isEmpty();
        assertThat(channel.perHour()).isEqualTo(30);
        assertThat(channel.timeout()).isEqualTo(Duration.ofSeconds(30));
        Webhook webhook = (Webhook) channel.target();
        assertThat(webhook.url().reveal()).contains("https://h.example.net/x");
        assertThat(webhook.preset()).isEqualTo(Preset.NONE);
        assertThat(webhook.secret().reveal()).isEmpty();
        assertThat(webhook.token().reveal()).isEmpty();
    }

    @Test
    void eachKindHasItsKeys() throws IOException {
        Path secret = Files.writeString(folder.resolve("url"), "https://hc.example.net/canary-uuid\n");
        List<Channel> all = channels("""
                  - name: slack
                    kind: webhook
                    preset: slack
                    url_file: %s
                    secret: a
                    token: ${TOKEN}
                    events: [success, warning]
                    stale_after: 2h
                    remind: 7d
                    per_hour: 5
                    timeout: 5s
                    summary: "08:00"
                  - {name: page, kind: command, command: [/usr/local/bin/page, -x], environment: [PAGER_KEY]}
                  - {name: dead-man, kind: ping, url_file: %s, fail: "https://hc.example.net/bad"}
                """.formatted(secret, secret));

        assertThat(all.get(0).events()).containsExactlyInAnyOrder(Occasion.SUCCESS, Occasion.WARNING);
        assertThat(all.get(0).summary()).contains(LocalTime.of(8, 0));
        assertThat(all.get(1).summary()).isEmpty();
        assertThat(all.get(0).stale()).contains(Duration.ofHours(2));
        assertThat(((Webhook) all.get(0).target()).token().reveal()).contains("canary-token");
        assertThat(all.get(1).target())
                .isEqualTo(new Program(List.of("/usr/local/bin/page", "-x"), List.of("PAGER_KEY")));
        Ping ping = (Ping) all.get(2).target();
        assertThat(ping.url().reveal()).contains("https://hc.example.net/canary-uuid");
        assertThat(ping.start().reveal()).isEmpty();
        assertThat(ping.fail().reveal()).contains("https://hc.example.net/bad");
        assertThat(all.get(2).events()).containsExactlyInAnyOrder(Occasion.START, Occasion.SUCCESS, Occasion.FAILURE);
        assertThat(all.toString()).doesNotContain("canary");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{name: a, kind: webhook} | notify[1].url is missing",
                "{kind: webhook, url: \"https://x/\"} | notify[1].name is missing",
                "{name: a, kind: fax} | notify[1].kind must be one of mail, webhook, command, ping: fax",
                "{name: a, kind: command} | notify[1].command is missing",
                "{name: a, kind: command, command: [x], summary: 8} | notify[1].summary must be a time of day",
                "{name: a, kind: ping, url: \"https://x/\", summary: \"08:00\"} | notify[1].summary has no meaning for a channel of kind ping",
                "{name: a, kind: mail, from: a@b, to: [c@d]} | notify[1].server is missing",
                "{name: a, kind: mail, server: \"m:25\", to: [c@d]} | notify[1].from is missing",
                "{name: a, kind: mail, server: \"m:25\", from: a@b} | notify[1].to is missing",
                "{name: a, kind: mail, server: \"m:25\", from: a@b, to: [c]} | notify[1].to must be an address",
                "{name: a, kind: mail, server: \"m:25\", from: a@b, to: [\"Me <c@d>\"]} | notify[1].to must be an address",
                "{name: a, kind: mail, server: \"m:25\", from: \"a@b\\nBcc: x@y\", to: [c@d]} | notify[1].from must be an address",
                "{name: a, kind: mail, server: m, from: a@b, to: [c@d]} | notify[1].server must be host:port",
                "{name: a, kind: mail, server: \"m:25\", from: a@b, to: [c@d], user: x} | notify[1].user and notify[].password_file are set together",
                "{name: a, kind: mail, server: \"m:25\", from: a@b, to: [c@d], user: x, password: canary, tls: none} | notify[1].tls must not be none",
                "{name: a, kind: command, command: [x], url: \"https://x/\"} | notify[1].url has no meaning for a channel of kind command",
                "{name: a, kind: webhook, url: \"ftp://x/canary\"} | notify[1].url must be a URL of http or https",
                "{name: a, kind: webhook, url: \"https://u:canary@x/\"} | without user and password",
                "{name: a, kind: ping, url: \"https://x/\", events: [failure]} | notify[1].events has no meaning for a channel of kind ping",
                "{name: a, kind: webhook, url: \"https://x/\", events: [failures]} | must name success, failure, recovery, stale, promotion, warning, not failures",
                "{name: a, kind: webhook, url: \"https://x/\", prest: slack} | unknown key notify[1].prest (did you mean preset?)",
                "{name: a, kind: webhook, url: \"https://x/\", remind: 1m} | notify[1].remind must be 1h to 30d",
            })
    void aFaultIsNamedWithoutASecret(String channel, String fault) {
        assertThatThrownBy(() -> channels("  - " + channel + "\n"))
                .hasMessageContaining(fault)
                .message()
                .doesNotContain("canary");
    }

    @Test
    void mailHasDefaults() {
        Mail mail = (Mail) channels("""
                  - name: post
                    kind: mail
                    server: smtp.example.net:587
                    user: understudy
                    password: canary-password
                    from: understudy@example.net
                    to: [ops@example.net, night@example.net]
                """).get(0).target();

        assertThat(mail.server()).hasToString("smtp.example.net:587");
        assertThat(mail.tls()).isEqualTo(MailTls.STARTTLS);
        assertThat(mail.user()).contains("understudy");
        assertThat(mail.password().reveal()).contains("canary-password");
        assertThat(mail.to()).containsExactly("ops@example.net", "night@example.net");
        assertThat(mail.toString()).doesNotContain("canary");
    }

    @Test
    void aNameIsOfOneChannel() {
        assertThatThrownBy(() -> channels("""
                          - {name: a, kind: command, command: [x]}
                          - {name: a, kind: command, command: [y]}
                        """)).hasMessageContaining("notify[2].name is taken by another channel: a");
    }

    @Test
    void aFileWithASecretThatEveryUserMayReadIsWarnedOf() throws IOException {
        Path secret = Files.writeString(folder.resolve("hook"), "https://x/y");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
        channels("  - {name: a, kind: webhook, url_file: " + secret + ", secret: inline}\n");

        assertThat(SettingsFile.openSecrets(folder.resolve("understudy.yaml")))
                .anyMatch(warning -> warning.contains("notify[1].url_file"))
                .anyMatch(warning -> warning.contains("holds notify[1].secret"));
    }
}
