package io.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.files.Excludes;
import io.understudy.files.FolderDeletion;
import io.understudy.files.SafePath;
import io.understudy.fuzz.FuzzTarget;
import io.understudy.fuzz.FuzzTarget.Named;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The configuration file, and values that have a grammar of their own. */
public final class ConfigFuzz {
    private static final String ALL = """
            site: example
            state: /var/lib/understudy
            marker: /srv/site/priv/BACKUP
            database:
              url: "jdbc:postgresql://[::1]:5433/site?sslmode=require&options=-c%20a"
              user: site
              password: ${SECRET}
              connections: 4
              lock_timeout: 5s
            trees:
              - {name: media, kind: files, path: /srv/site/files, exclude: ["cache/**", '**/*.tmp'], links: any}
              - &conf
                name: conf
                kind: config
                path: /etc/site
            filestore: {url: "s3://backups/example", endpoint: "http://127.0.0.1:9000", access_key: a, secret_key: b, upload_limit: 20MiB}
            signing: {private_key: /etc/understudy/signing.pem, trusted_keys: [/etc/understudy/peer.pub.pem]}
            primary: {schedule: {daily: "0 3 * * *", all: "@monthly"}, schedule_zone: Europe/Amsterdam, schedule_jitter: 5m, schedule_catch_up: 2d, schedule_skip_unchanged: yes, shutdown: {stop: [a, b], limit: 1m}, continuous: 5s, listen: "[::]:7443", replicas: [b.example.net], processors: 1.5}
            retention: {keep: {daily: 14, release: 0}, grace: 3d, automatic: no}
            replica: {name: b, primaries: ["a.example.net:7443"], poll: 30s, previous: no}
            service:
              restart: [systemctl, restart, site]
              health: {http: "http://127.0.0.1:8000/health", within: 1m}
            tls: {certificate: /etc/c.pem, key: /etc/k.pem, ca: /etc/ca.pem}
            """;

    private ConfigFuzz() {}

    public static List<Named> targets() {
        return List.of(
                new Named("configuration", ConfigFuzz::configuration),
                new Named("host-port", ConfigFuzz::hostPort),
                new Named("size", ConfigFuzz::size),
                new Named("duration", ConfigFuzz::duration),
                new Named("jdbc-url", ConfigFuzz::jdbcUrl),
                new Named("excludes", ConfigFuzz::excludes));
    }

    private static FuzzTarget configuration() throws IOException {
        Path folder = Files.createTempDirectory("understudy-fuzz");
        Path file = folder.resolve("understudy.yaml");
        return FuzzTarget.text(List.of(ALL), input -> {
                    Files.write(file, input);
                    SettingsFile.load(file, Map.of("SECRET", "x"));
                })
                .knowing(
                        "&a ",
                        "*a",
                        "*conf",
                        "<<: *conf",
                        "? ",
                        "- ",
                        "[",
                        "{",
                        "!!binary ",
                        "!!set",
                        "|",
                        ">",
                        "%YAML 9.9\n",
                        "---\n",
                        "\"\\0\"",
                        "\"\\ud800\"",
                        "_file: /nowhere\n",
                        "#")
                // A node of YAML takes a kilobyte, and lines and columns are kept of each.
                .allocating(32 << 20, 8000)
                .slow()
                .closing(() -> FolderDeletion.delete(folder));
    }

    private static String text(byte[] input) {
        return new String(input, StandardCharsets.UTF_8);
    }

    private static FuzzTarget hostPort() {
        return FuzzTarget.text(List.of("127.0.0.1:7443", "[::1]:0", "a.example.net:65535"), input -> {
                    HostPort read = HostPort.parse(text(input));
                    assertThat(HostPort.parse(read.toString())).isEqualTo(read);
                })
                .documenting(IllegalArgumentException.class)
                .knowing("[", "]", ":", "[]", "+1");
    }

    private static FuzzTarget size() {
        return FuzzTarget.text(
                        List.of("500KiB", "20MiB", "1 GB"),
                        input -> assertThat(Sizes.parse(text(input))).isNotNegative())
                .documenting(IllegalArgumentException.class)
                .knowing("KiB", "GB", " ");
    }

    private static FuzzTarget duration() {
        return FuzzTarget.text(
                        List.of("30s", "5 m", "999999999d", "1ms"),
                        input -> assertThat(Durations.parse(text(input)).toMillis())
                                .isNotNegative())
                .documenting(IllegalArgumentException.class)
                .knowing("ms", "d", " ");
    }

    private static FuzzTarget jdbcUrl() {
        return FuzzTarget.text(
                        List.of(
                                "jdbc:postgresql://127.0.0.1:5433/site",
                                "jdbc:postgresql://[::1]/si%20te?sslmode=require&options=-c%20a"),
                        input -> {
                            JdbcUrl read = JdbcUrl.parse(text(input));
                            assertThat(read.host()).isNotEmpty();
                            assertThat(read.database()).isNotEmpty();
                        })
                .documenting(IllegalArgumentException.class)
                .knowing("?", "&", "=", "%", "@", "[", "password=", "jdbc:postgresql://");
    }

    private static FuzzTarget excludes() {
        SafePath path = SafePath.of("media/2026/cache/a.jpg.tmp");
        return FuzzTarget.text(
                        List.of("cache/**", "**/*.tmp", "{a,b}/[!a-z]?\\*", "media/**/a.*"),
                        input -> Excludes.of(List.of(text(input))).match(path))
                .knowing("**", "**/", "*", "?", "[", "]", "[!", "{", ",", "}", "\\", "[^-]", "&&", "[a-", "\\E", "\\Q");
    }
}
