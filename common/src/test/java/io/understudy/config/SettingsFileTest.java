package io.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeKind;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsFileTest {
    private static final String SMALLEST = """
            site: example
            marker: /srv/site/priv/BACKUP
            database: {url: "jdbc:postgresql://127.0.0.1:5433/site", user: site}
            filestore: {url: "file:///srv/understudy"}
            """;

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void place() {
        file = folder.resolve("understudy.yaml");
    }

    @Test
    void fillsInDefaults() {
        Settings settings = load(SMALLEST);
        assertThat(settings.state()).isEqualTo(Path.of("/var/lib/understudy"));
        assertThat(settings.database().port()).isEqualTo(5433);
        assertThat(settings.database().name()).isEqualTo("site");
        assertThat(settings.database().connections()).isEqualTo(4);
        assertThat(settings.database().ownership()).isEqualTo(Settings.Ownership.PRESERVE);
        assertThat(settings.database().password().reveal()).isEmpty();
        assertThat(settings.primary().listen()).isEqualTo(new HostPort("127.0.0.1", 7443));
        assertThat(settings.primary().http()).contains(new HostPort("127.0.0.1", 9464));
        assertThat(settings.primary().name()).isNotBlank();
        assertThat(settings.replica().poll()).isEqualTo(Duration.ofSeconds(60));
        assertThat(settings.retention())
                .isEqualTo(Settings.RetentionSettings.DEFAULT)
                .isEqualTo(new Settings.RetentionSettings(
                        Map.of("hourly", 24, "daily", 7, "weekly", 4, "monthly", 12, "bimonthly", 6, "shutdown", 3),
                        3,
                        Duration.ofHours(24),
                        true));
        assertThat(settings.service().health()).isEmpty();
        assertThat(settings.tls()).isEmpty();
    }

    @Test
    void countsThatAreNotNamedKeepTheirDefaults() {
        Settings settings = load(SMALLEST + "retention: {keep: {daily: 14, release: 0}, grace: 3d, automatic: no}\n");
        assertThat(settings.retention())
                .isEqualTo(new Settings.RetentionSettings(
                        Map.of(
                                "hourly",
                                24,
                                "daily",
                                14,
                                "weekly",
                                4,
                                "monthly",
                                12,
                                "bimonthly",
                                6,
                                "shutdown",
                                3,
                                "release",
                                0),
                        3,
                        Duration.ofDays(3),
                        false));
    }

    /** YAML can write every character, also the one that no path has. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "state: \"/var/\\0\"                             | state must be an absolute path",
                "state_file: \"/var/\\0\"                        | it is no path",
                "signing: {trusted_keys: [\"/a\\0b\"]}          | signing.trusted_keys must be an absolute path",
                "tls: {key: \"/\\0\", certificate: /c, ca: /d}  | tls.key must be an absolute path",
            })
    void aPathThatNoSystemHasIsAFault(String line, String fault) {
        assertThatThrownBy(() -> load(SMALLEST + line + "\n"))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID))
                .hasMessageContaining(fault);
    }

    @Test
    void aBrokenRangeOfAScheduleIsAFault() {
        assertThatThrownBy(() -> load(SMALLEST + "primary: {schedule: {daily: \"5 8-/ * * *\"}}\n"))
                .hasMessageContaining("primary.schedule has no cron expression for daily: 5 8-/ * * *");
    }

    @Test
    void anAddressWithoutASchemeIsAFault() {
        assertThatThrownBy(() -> load(SMALLEST + "service: {health: {http: localhost}}\n"))
                .hasMessageContaining("service.health.http must be a URL of http or https: localhost");
        assertThatThrownBy(() -> load(SMALLEST.replace("file:///srv", "/srv")))
                .hasMessageContaining("filestore.url must be a URL of file or s3");
    }

    /** A word of 20,000 letters took minutes; of a secret no part is shown where the text is cut. */
    @Test
    void ofALongWrongValueTheBeginningIsShown() {
        String letters = "passx".repeat(8000);
        assertThatThrownBy(() -> load(SMALLEST + "primary: {continuous: " + letters + "}\n"))
                .message()
                .hasSizeLessThan(700)
                .contains("primary.continuous must be a duration", "passxpassx");
        assertThatThrownBy(() -> load(SMALLEST.replace("file:///srv", "ftp://user:" + letters + "@h")))
                .message()
                .doesNotContain("passx");
    }

    @Test
    void aFilestoreWhoseUrlHidesSuchACharacterIsAFault() {
        assertThatThrownBy(() -> load(SMALLEST.replace("file:///srv/understudy", "file:///srv/%00understudy")))
                .hasMessageContaining("filestore.url must be a URL of file or s3");
    }

    @Test
    void continuousSnapshotsAreOffUntilTheyAreAskedFor() {
        assertThat(load(SMALLEST).primary().continuous()).isEmpty();
        Settings set = load(SMALLEST + "primary: {continuous: 5s}\nretention: {continuous: 2h}\n");
        assertThat(set.primary().continuous()).contains(Duration.ofSeconds(5));
        assertThat(set.retention().continuous()).isEqualTo(Duration.ofHours(2));
        assertThatThrownBy(() -> load(SMALLEST + "primary: {continuous: 0.5s}\n"))
                .hasMessageContaining("1s to 1h");
    }

    /** Readers list all manifests. */
    @Test
    void continuousSnapshotsThatAreKeptHaveALimit() {
        load(SMALLEST + "primary: {continuous: 60s}\nretention: {continuous: 30d}\n");
        assertThatThrownBy(() -> load(SMALLEST + "primary: {continuous: 1s}\nretention: {continuous: 30d}\n"))
                .hasMessageContaining("retention.continuous must be at most 50000 times primary.continuous");
    }

    @Test
    void theLabelOfContinuousSnapshotsIsNoPeriod() {
        assertThatThrownBy(() -> load(SMALLEST
                        + "primary: {schedule: {continuous: '* * * * *'}}\nretention: {keep: {continuous: 3}}\n"))
                .hasMessageContaining("primary.schedule must not name a period continuous: set primary.continuous")
                .hasMessageContaining("retention.keep has no count for continuous: set retention.continuous");
    }

    @Test
    void limitsAreOffUntilTheyAreSet() {
        Settings none = load(SMALLEST);
        assertThat(none.filestore().limits()).isEqualTo(Settings.RateLimits.NONE);
        assertThat(none.primary().processors()).isEmpty();
        Settings some =
                load(SMALLEST.replace("understudy\"}", "understudy\", upload_limit: 20MiB, download_limit: 500 kB}")
                        + "primary: {processors: 0.5}\n");
        assertThat(some.filestore().limits())
                .isEqualTo(new Settings.RateLimits(OptionalLong.of(20 << 20), OptionalLong.of(500_000)));
        assertThat(some.primary().processors()).hasValue(0.5);
    }

    @Test
    void refusesLimitsThatAreNoneOrStopEverything() {
        assertThat(fault(SMALLEST.replace("understudy\"}", "understudy\", upload_limit: 20, download_limit: 1kB}")
                        + "primary: {processors: NaN}\n"))
                .hasMessageContaining("filestore.upload_limit must be a size, 64KiB to 100GiB: 20")
                .hasMessageContaining("filestore.download_limit must be a size, 64KiB to 100GiB: 1kB")
                .hasMessageContaining("primary.processors must be a number, 0.05 to 64: NaN");
        assertThat(fault(SMALLEST + "primary: {processors: 0}\n")).hasMessageContaining("0.05 to 64: 0");
        assertThat(fault(SMALLEST + "primary: {processors: half}\n")).hasMessageContaining("0.05 to 64: half");
    }

    @Test
    void refusesCountsThatAreNoneAndAGraceThatIsTooShort() {
        assertThat(fault(SMALLEST + "retention: {keep: {daily: -1, weekly: many, hourly: }, minimum: 0, grace: 23h}\n"))
                .hasMessageContaining("retention.keep must hold a number for daily, 0 to 100000: -1")
                .hasMessageContaining("retention.keep must hold a number for weekly, 0 to 100000: many")
                .hasMessageContaining("retention.keep must hold a number for hourly, 0 to 100000")
                .hasMessageContaining("retention.minimum must be a number, 1 to 100000: 0")
                .hasMessageContaining("retention.grace must be 24h to 365d: 23h");
        assertThat(fault(SMALLEST + "retention: {keep: 7}\n"))
                .hasMessageContaining("retention.keep must hold names and values");
    }

    @Test
    void readsEverything() throws IOException {
        Path password = Files.writeString(folder.resolve("password"), "geheim\n");
        Settings settings = load("""
                site: example
                state: /var/lib/elsewhere
                marker: /srv/site/priv/BACKUP
                database:
                  url: jdbc:postgresql://[::1]/my%%20site?sslmode=require
                  user: site
                  password_file: %s
                  tools: /usr/lib/postgresql/15/bin
                  connections: 8
                  ownership: single
                trees:
                  - {name: media, kind: files, path: /srv/site/media, exclude: ["cache/**"]}
                  - {name: tls, kind: secrets, path: /srv/site/security}
                filestore:
                  url: s3://backups/example
                  endpoint: http://127.0.0.1:9000
                  access_key: ${KEY}
                  secret_key: $${KEY}
                signing:
                  private_key: /etc/understudy/signing.pem
                  trusted_keys: [/etc/understudy/a.pub.pem]
                primary: {schedule: {daily: "0 3 * * *"}, http: off}
                replica: {name: standby-1, primaries: ["a.example.net:7443", "[fe80::1]:7443"], poll: 5m}
                service:
                  restart: [systemctl, restart, site]
                  health: {http: "http://127.0.0.1:8000/health", within: 45s}
                tls: {certificate: /a.pem, key: /a.key, ca: /ca.pem}
                """.formatted(password), Map.of("KEY", "from outside"));
        assertThat(settings.database().host()).isEqualTo("::1");
        assertThat(settings.database().name()).isEqualTo("my site");
        assertThat(settings.database().parameters()).containsEntry("sslmode", "require");
        assertThat(settings.database().password().reveal()).contains("geheim");
        assertThat(settings.trees())
                .extracting(Settings.TreeSettings::kind)
                .containsExactly(TreeKind.FILES, TreeKind.SECRETS);
        assertThat(settings.filestore().s3().keys().access().reveal()).contains("from outside");
        assertThat(settings.filestore().s3().keys().secret().reveal()).contains("${KEY}");
        assertThat(settings.filestore().s3().endpoint().pathStyle()).isTrue();
        assertThat(settings.filestore().url()).isEqualTo(URI.create("s3://backups/example"));
        assertThat(settings.primary().http()).isEmpty();
        assertThat(settings.primary().schedule()).containsEntry("daily", "0 3 * * *");
        assertThat(settings.replica().primaries())
                .containsExactly(new HostPort("a.example.net", 7443), new HostPort("fe80::1", 7443));
        assertThat(settings.service().health().orElseThrow().within()).isEqualTo(Duration.ofSeconds(45));
        assertThat(settings.toString()).doesNotContain("geheim", "from outside");
    }

    @Test
    void suggestsTheFileFormOfAKeyToo() {
        assertThat(fault("database: {pasword_file: /etc/p}").getMessage())
                .contains("unknown key database.pasword_file (did you mean password_file?)");
    }

    @Test
    void listsEveryFaultAtOnceWithItsLine() {
        UnderstudyException fault = fault("""
                sitte: example
                marker: BACKUP
                database:
                  url: mysql://x
                  user: site
                  connections: 900
                  ownership: mine
                trees:
                  - {name: Media!, kind: files, path: /srv/site}
                  - {name: media, kind: film, path: /srv/site/media}
                filestore:
                  url: ftp://x
                  access_key: ${NOT_SET}
                primary: {schedule: {daily: "61 3 * * *"}, listen: nowhere}
                replica: {pol: 60s, poll: fast}
                service: {health: {within: 30s}}
                tls: {key: /k.pem}
                """);
        assertThat(fault.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
        assertThat(fault.getMessage())
                .contains("unknown key sitte (did you mean site?)")
                .contains("site is missing")
                .contains("line 2: marker must be an absolute path below /: BACKUP")
                .contains("line 4: database.url must be jdbc:postgresql://host:port/database: mysql://x")
                .contains("line 6: database.connections must be a number, 1 to 64: 900")
                .contains("line 7: database.ownership must be one of preserve, single: mine")
                .contains("line 9: trees[1].name must be a name")
                .contains("line 10: trees[2].kind must be one of files, config, secrets, bucket, git: film")
                .contains("line 10: trees[2].path overlaps tree Media!: /srv/site/media")
                .contains("line 12: filestore.url must be a URL of file or s3 or sftp: ftp://x")
                .contains("line 13: environment variable NOT_SET is not set")
                .contains("line 14: primary.schedule has no cron expression for daily: 61 3 * * *")
                .contains("line 14: primary.listen must be host:port: nowhere")
                .contains("line 15: unknown key replica.pol (did you mean poll?)")
                .contains("line 15: replica.poll must be a duration, 1s to 1d: fast")
                .contains("line 16: service.health.http or service.health.command must be set")
                .contains("tls.certificate is missing")
                .contains("tls.ca is missing");
        assertThat(fault.hint()).contains("configure.md");
    }

    @Test
    void reportsEachFaultOnce() {
        UnderstudyException fault = fault(SMALLEST + """
                trees:
                  - {name: a, name: b, kind: files, path: /srv/a}
                """);
        assertThat(fault).hasMessageContaining(": 1 fault\n").hasMessageContaining("trees[1].name is given twice");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "marker | /srv/media/BACKUP | must not lie in a tree, but lies in media",
                "state | /srv/media/state | must not lie in a tree, but lies in media",
            })
    void keepsItsOwnFilesOutOfTheTrees(String key, String path, String problem) {
        String text = SMALLEST.replaceAll("(?m)^" + key + ":.*\n", "") + key + ": " + path
                + "\ntrees: [{name: media, kind: files, path: /srv/media}]\n";
        assertThat(fault(text)).hasMessageContaining(problem);
    }

    @Test
    void looksForItsOwnFilesBehindLinks() throws IOException {
        Path media = Files.createDirectory(folder.resolve("media"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), media);
        String text = SMALLEST.replaceAll("(?m)^marker:.*\n", "") + "marker: " + media.resolve("priv/BACKUP")
                + "\ntrees: [{name: media, kind: files, path: " + link + "}]\n";
        assertThat(fault(text)).hasMessageContaining("marker must not lie in a tree, but lies in media");
    }

    @Test
    void refusesAFilestoreInsideATree() {
        assertThat(fault(SMALLEST + "trees: [{name: all, kind: files, path: /srv}]\n"))
                .hasMessageContaining("filestore.url lies in tree all");
    }

    @Test
    void aSecretInTheWrongPlaceIsNotRepeated() {
        String credentials = SMALLEST.replaceAll(
                "jdbc:postgresql://[^\"]*", "jdbc:postgresql://site:geheim@db/site?sslpassword=geheim");
        assertThat(fault(credentials))
                .hasMessageContaining("database.url must be")
                .message()
                .doesNotContain("geheim");
        String parameter =
                SMALLEST.replaceAll("jdbc:postgresql://[^\"]*", "jdbc:postgresql://db/site?ssl=true&password=geheim");
        assertThat(fault(parameter))
                .hasMessageContaining("password=••••")
                .message()
                .doesNotContain("geheim");
        assertThat(fault(SMALLEST + "service: {health: {http: 'http://me:geheim@127.0.0.1/'}}\n"))
                .hasMessageContaining("must hold no credentials")
                .message()
                .doesNotContain("geheim");
    }

    @Test
    void refusesASecretGivenTwice() throws IOException {
        Files.writeString(folder.resolve("p"), "a");
        String text =
                SMALLEST.replace("user: site", "user: site, password: geheim, password_file: " + folder.resolve("p"));
        assertThat(fault(text))
                .hasMessageContaining("are both set")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("geheim"));
    }

    @Test
    void namesASecretFileThatCannotBeRead() {
        assertThat(fault(SMALLEST.replace("user: site", "user: site, password_file: /nowhere/at/all")))
                .hasMessageContaining("cannot read /nowhere/at/all: no such file or folder");
    }

    @Test
    void readsAFilestoreOverSsh() {
        FilestoreSettings filestore = load(overSsh(
                        "sftp://backup@[::1]:2222/srv/understudy",
                        "identity: /etc/understudy/ssh, known_hosts: /etc/understudy/known_hosts"))
                .filestore();
        assertThat(filestore.url().getPort()).isEqualTo(2222);
        assertThat(filestore.ssh().identity()).contains(Path.of("/etc/understudy/ssh"));
        assertThat(filestore.ssh().knownHosts()).contains(Path.of("/etc/understudy/known_hosts"));
        assertThat(filestore.ssh().agent()).isFalse();
        assertThat(load(overSsh("sftp://b@h/x", "agent: yes, host_key: 'SHA256:" + "a".repeat(43) + "'"))
                        .filestore()
                        .ssh()
                        .agent())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sftp://b:geheim@h/x | agent: yes, known_hosts: /k | filestore.url must hold no password: set filestore.ssh.identity",
                "sftp://h/x | agent: yes, known_hosts: /k | filestore.url names no user and server",
                "sftp://b@h/ | agent: yes, known_hosts: /k | filestore.url names no folder",
                "sftp://b@h/x | known_hosts: /k | filestore.ssh.identity is missing, and so are agent and password_file",
                "sftp://b@h/x | agent: yes | filestore.ssh.known_hosts or filestore.ssh.host_key must be set",
                "sftp://b@h/x | agent: yes, known_hosts: /k, host_key: a | and only one of them",
                "sftp://b@h/x | agent: yes, host_key: 'MD5:00' | filestore.ssh.host_key must be a fingerprint",
                "sftp://b@h/x | agent: yes, passphrase: p, known_hosts: /k | filestore.ssh.passphrase is set, but",
                "sftp://b@h/x | agnt: yes, known_hosts: /k | unknown key filestore.ssh.agnt (did you mean agent?)",
            })
    void refusesAFilestoreOverSshThatIsNotWhole(String url, String options, String problem) {
        assertThat(fault(overSsh(url, options)))
                .hasMessageContaining(problem)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("geheim"));
    }

    private static String overSsh(String url, String options) {
        return SMALLEST.replace("\"file:///srv/understudy\"", "\"" + url + "\", ssh: {" + options + "}");
    }

    @Test
    void refusesHalfOfS3Credentials() {
        assertThat(fault(SMALLEST.replace("file:///srv/understudy\"", "s3://bucket\", access_key: a")))
                .hasMessageContaining("filestore.access_key and filestore.secret_key go together");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "credentials: instance, access_key: a, secret_key: b | filestore.credentials is not settings, but",
                "credentials: everywhere | filestore.credentials must be one of settings, environment, file",
                "server_side_encryption: s3, kms_key: k | filestore.kms_key is set, but filestore.server_side_encryption is not kms",
                "storage_class: GLACIER | filestore.storage_class must be a class whose objects can be read at once",
                "storage_class: a b | filestore.storage_class must be of printable ASCII characters without spaces",
            })
    void refusesOptionsOfABucketThatContradict(String options, String problem) {
        assertThat(fault(SMALLEST.replace("file:///srv/understudy\"", "s3://bucket\", " + options)))
                .hasMessageContaining(problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | the file is empty",
                "'a: [' | line 1:",
                "'- a' | the file must hold keys and values",
                "'a: !!java.net.URL [x]' | Global tag is not allowed",
            })
    void refusesWhatIsNoConfiguration(String text, String problem) {
        assertThat(fault(text)).hasMessageContaining(problem);
    }

    @Test
    void namesAMissingFile() {
        assertThatThrownBy(() -> SettingsFile.load(folder.resolve("absent.yaml"), Map.of()))
                .hasMessageContaining("absent.yaml: no such file");
    }

    private UnderstudyException fault(String text) {
        return catchThrowableOfType(UnderstudyException.class, () -> load(text));
    }

    private Settings load(String text) {
        return load(text, Map.of());
    }

    private Settings load(String text, Map<String, String> environment) {
        try {
            return SettingsFile.load(Files.writeString(file, text), environment);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
