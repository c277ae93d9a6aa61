package io.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.understudy.config.S3Options.Lock;
import io.understudy.config.Settings.CommitRule;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.config.Settings.NamedFilestore;
import io.understudy.config.Settings.RetentionSettings;
import io.understudy.time.DailyWindow;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several filestores in the configuration. */
class SeveralFilestoresSettingsTest {
    private static final String REST = """
            site: example
            marker: /srv/BACKUP
            database: {url: "jdbc:postgresql://localhost/site", user: site}
            trees: [{name: media, kind: files, path: /srv/media}]
            """;

    @TempDir
    Path folder;

    @Test
    void theFirstIsTheMainOne() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "first");
        FilestoreSettings main = load("""
                commit: any
                filestores:
                  - {name: near, url: "file:///srv/backups", upload_limit: 20MiB}
                  - {name: far, url: "s3://backups/example", access_key: a, secret_key_file: %s, hold_up: 10s}
                """.formatted(secret)).filestore();
        assertThat(main.url()).isEqualTo(URI.create("file:///srv/backups"));
        SeveralFilestores several = main.several().orElseThrow();
        assertThat(several.commit()).isEqualTo(CommitRule.ANY);
        assertThat(several.stores()).extracting(NamedFilestore::name).containsExactly("near", "far");
        assertThat(several.stores())
                .extracting(NamedFilestore::holdUp)
                .containsExactly(Duration.ofSeconds(60), Duration.ofSeconds(10));
        assertThat(several.stores()).allMatch(each -> each.settings().several().isEmpty());

        // A renewed secret of an item is read again, as that of the single one.
        Secret key = several.stores().get(1).settings().s3().keys().secret();
        Files.writeString(secret, "second");
        assertThat(key.differsFrom(Optional.of("first"))).isTrue();
        assertThat(key.reveal()).contains("second");
    }

    @Test
    void oneMayHaveAWindow() {
        assertThat(load("""
                filestores:
                  - {name: a, url: "file:///srv/a"}
                  - {name: b, url: "file:///srv/b", window: "22:00-06:00"}
                """).filestore().several().orElseThrow().stores())
                .extracting(NamedFilestore::window)
                .containsExactly(Optional.empty(), Optional.of(DailyWindow.parse("22:00-06:00")));
    }

    /** Otherwise no snapshot could be taken outside of them. */
    @ParameterizedTest
    @ValueSource(strings = {"", ", {name: b, url: \"file:///srv/b\", window: \"06:00-22:00\"}"})
    void oneWithoutAWindowIsNeeded(String second) {
        assertThatThrownBy(() -> load(
                        "filestores: [{name: a, url: \"file:///srv/a\", window: \"22:00-06:00\"}" + second + "]\n"))
                .hasMessageContaining(
                        "filestores[1].window is set for each filestore: one of them has to take snapshots at all times");
    }

    /** A key that is absent there is that of all. */
    @Test
    void oneMayHaveRetentionOfItsOwn() {
        assertThat(load("""
                retention: {keep: {daily: 10, manual: 5}, grace: 48h}
                filestores:
                  - {name: a, url: "file:///srv/a"}
                  - {name: b, url: "file:///srv/b", retention: {keep: {daily: 30}, continuous: 2h, automatic: no}}
                """).filestore().several().orElseThrow().stores())
                .extracting(NamedFilestore::retention)
                .containsExactly(
                        Optional.empty(),
                        Optional.of(new RetentionSettings(
                                Map.of(
                                        "hourly",
                                        24,
                                        "daily",
                                        30,
                                        "weekly",
                                        4,
                                        "monthly",
                                        12,
                                        "bimonthly",
                                        6,
                                        "shutdown",
                                        3,
                                        "manual",
                                        5),
                                Duration.ofHours(2),
                                3,
                                Duration.ofHours(48),
                                Duration.ofDays(90),
                                false)));
    }

    /** Otherwise what retention promises would hold nowhere. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{keep: {daily: 6}}; {minimum: 2}; false",
                "{keep: {yearly: 9}}; {hold: 89d}; false",
                "{continuous: 59m}; {continuous: 59m}; false",
                "{keep: {daily: 6}}; {keep: {daily: 8}}; true",
                "{keep: {daily: 6}}; {grace: 48h}; true",
            })
    void oneOfThemKeepsWhatRetentionPromises(String first, String second, boolean enough) {
        ThrowingCallable loading = () -> load("filestores: [{name: a, url: \"file:///srv/a\", retention: " + first
                + "}, {name: b, url: \"file:///srv/b\", retention: " + second + "}]\n");
        if (enough) {
            assertThatCode(loading).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(loading)
                    .hasMessageContaining("filestores[1].retention and that of each other filestore keep less than"
                            + " retention: one of them has to keep all that retention promises");
        }
    }

    @Test
    void theOnlyFilestoreHasTheRuleOfAll() {
        assertThatThrownBy(() -> load("filestores: [{name: a, url: \"file:///srv/a\", retention: {minimum: 9}}]\n"))
                .hasMessageContaining("filestores[1].retention is of no use for the only filestore: set retention");
    }

    @Test
    void aRuleOfOneFilestoreHasTheSameBounds() {
        assertThatThrownBy(() -> load("""
                        primary: {continuous: 1s}
                        filestores:
                          - {name: a, url: "file:///srv/a"}
                          - {name: b, url: "file:///srv/b", retention: {minimum: 0, keep: {continuous: 3}, days: 2}}
                          - {name: c, url: "file:///srv/c", retention: {continuous: 30d}}
                        """))
                .hasMessageContaining("filestores[2].retention.minimum must be a number, 1 to 100000: 0")
                .hasMessageContaining("unknown key filestores[2].retention.days")
                .hasMessageContaining("filestores[2].retention.keep has no count for continuous")
                .hasMessageContaining(
                        "filestores[3].retention.continuous must be at most 50000 times primary.continuous");
    }

    @Test
    void aListOfOneIsTheSingleOne() {
        Settings settings = load("filestores: [{name: main, url: \"file:///srv/backups\"}]\n");
        assertThat(settings.filestore())
                .hasToString(load("filestore: {url: \"file:///srv/backups\"}\n")
                        .filestore()
                        .toString());
    }

    @Test
    void allIsTheRuleUnlessAnotherIsSet() {
        assertThat(load("""
                filestores:
                  - {name: a, url: "file:///srv/a"}
                  - {name: b, url: "file:///srv/b"}
                """).filestore().several().orElseThrow().commit()).isEqualTo(CommitRule.ALL);
    }

    @Test
    void eachFaultIsNamedWithItsPlace() {
        assertThatThrownBy(() -> load("""
                commit: most
                retention: {lock: 30d}
                filestore: {url: "file:///srv/c"}
                filestores:
                  - {name: a, url: "file:///srv/a"}
                  - {name: a, url: "file:///srv/a", hold_up: 0s}
                  - {url: "file:///srv/media/b", secret: x}
                  - {name: d, url: "sftp://u@h/folder", ssh: {identity: /k, known_host: /n}, window: 22-6}
                """))
                .hasMessageContaining("commit must be one of all, any: most")
                .hasMessageContaining("filestore.url and filestores are both set: keep one of them")
                .hasMessageContaining("filestores[2].name is taken by another filestore: a")
                .hasMessageContaining("filestores[2].url is that of filestore a")
                .hasMessageContaining("filestores[2].hold_up must be 1s to 1h: 0s")
                .hasMessageContaining("filestores[3].name is missing")
                .hasMessageContaining("filestores[3].url lies in tree media")
                .hasMessageContaining("unknown key filestores[3].secret")
                .hasMessageContaining("unknown key filestores[4].ssh.known_host (did you mean known_hosts?)")
                .hasMessageContaining("filestores[4].window must be a part of the day, such as 22:00-06:00: 22-6")
                .hasMessageContaining("retention.lock is that of all filestores, and a is no bucket: set it in"
                        + " filestores[].retention of those that are");
    }

    @Test
    void eachBucketMayHaveALockOfItsOwn() {
        assertThat(load("""
                retention: {lock_mode: compliance}
                filestores:
                  - {name: a, url: "file:///srv/a"}
                  - {name: b, url: "s3://b/c", access_key: a, secret_key: b, retention: {lock: 30d}}
                  - {name: c, url: "s3://c/c", access_key: a, secret_key: b, retention: {lock: 9d, lock_mode: governance}}
                """).filestore().several().orElseThrow().stores())
                .extracting(each -> each.settings().s3().lock(), NamedFilestore::retention)
                .containsExactly(
                        tuple(Optional.empty(), Optional.empty()),
                        tuple(Optional.of(new Lock(Duration.ofDays(30), true)), Optional.empty()),
                        tuple(Optional.of(new Lock(Duration.ofDays(9), false)), Optional.empty()));
        assertThat(load("""
                retention: {lock: 30d}
                filestores:
                  - {name: a, url: "s3://b/c", access_key: a, secret_key: b}
                  - {name: b, url: "s3://c/c", access_key: a, secret_key: b, retention: {lock: 40d}}
                """).filestore().several().orElseThrow().stores())
                .extracting(each -> each.settings().s3().lock().orElseThrow().length())
                .containsExactly(Duration.ofDays(30), Duration.ofDays(40));
        assertThatThrownBy(() -> load("""
                        filestores:
                          - {name: a, url: "file:///srv/a"}
                          - {name: b, url: "file:///srv/b", retention: {lock: 30d}}
                        """))
                .hasMessageContaining(
                        "filestores[2].retention.lock needs a bucket with Object Lock: its url names a folder");
    }

    @Test
    void secretsOfEachThatOthersMayReadAreWarnedOf() throws IOException {
        Path open = Files.writeString(folder.resolve("open"), "secret");
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
        Path config = write("""
                filestores:
                  - {name: a, url: "file:///srv/a"}
                  - {name: b, url: "sftp://u@h/f", ssh: {identity: %s, host_key: "SHA256:%s"}}
                """.formatted(open, "A".repeat(43)));
        assertThat(SettingsFile.openSecrets(config))
                .anyMatch(each -> each.contains("which is filestores[2].ssh.identity, can be read by every user"));
    }

    private Settings load(String filestores) {
        return SettingsFile.load(write(filestores), Map.of());
    }

    private Path write(String filestores) {
        try {
            return Files.writeString(folder.resolve("understudy.yml"), REST + filestores);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
