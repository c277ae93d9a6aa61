package io.understudy.setup;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.TlsSettings;
import io.understudy.testing.TestCertificates;
import io.understudy.transport.Transport;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsCheckTest {
    @TempDir
    Path folder;

    @Test
    void warnsFromTwoWeeksBeforeTheExpiryOnAndFailsAfterIt() {
        TlsSettings files = issued("ours", List.of("-days", "30"));
        Instant expiry = new Transport(Optional.of(files)).certificateExpiry().orElseThrow();

        assertThat(check(files, Instant.now()).state()).isEqualTo("ok");
        assertThat(check(files, Instant.now()).message()).endsWith("the certificate until " + expiry);
        assertThat(check(files, expiry.minus(TlsCheck.EXPIRES_SOON)).state()).isEqualTo("ok");
        CheckResult soon = check(files, expiry.minus(TlsCheck.EXPIRES_SOON).plusSeconds(1));
        assertThat(soon.state()).isEqualTo("warning");
        assertThat(soon.hint()).contains("renew it");
        CheckResult late = check(files, expiry.plus(Duration.ofSeconds(1)));
        assertThat(late.hasFailed()).isTrue();
        assertThat(late.message()).contains("the certificate expired at " + expiry);
    }

    @Test
    void failsWithTheReasonWhereThePeerWouldRefuse() {
        TlsSettings ours = issued("ours", List.of());
        TlsSettings theirs = issued("theirs", List.of());

        assertThat(check(new TlsSettings(ours.certificate(), ours.key(), theirs.ca()), Instant.now()))
                .satisfies(result -> assertThat(result.code()).isEqualTo("config_invalid"))
                .satisfies(result -> assertThat(result.message()).contains("tls.ca does not accept the certificate"));
        assertThat(check(new TlsSettings(ours.certificate(), theirs.key(), ours.ca()), Instant.now())
                        .hasFailed())
                .isTrue();
    }

    @Test
    void warnsWithoutTls() {
        CheckResult result = check(Optional.empty(), Instant.now());

        assertThat(result.state()).isEqualTo("warning");
        assertThat(result.message()).isEqualTo("plain");
    }

    private TlsSettings issued(String authority, List<String> more) {
        return new TestCertificates(folder, authority).issue(authority + "-server", "DNS:a.example.net", more);
    }

    private static CheckResult check(TlsSettings tls, Instant at) {
        return check(Optional.of(tls), at);
    }

    private static CheckResult check(Optional<TlsSettings> tls, Instant at) {
        CheckReport.Run run = new CheckReport.Run();
        TlsCheck.add(run, new Transport(tls), at, "plain");
        List<CheckResult> results = run.report().checks();
        assertThat(results).hasSize(1);
        return results.get(0);
    }
}
