package io.understudy.filestore.s3;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.understudy.config.S3Options;
import io.understudy.config.S3Options.Lock;
import io.understudy.failure.ErrorCode;
import io.understudy.filestore.Remark;
import io.understudy.filestore.s3.ScriptedStore.Reply;
import io.understudy.testing.FakeTicker;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What check says of a bucket. */
class BucketRemarksTest {
    private static final String VERSIONS = "<VersioningConfiguration><Status>%s</Status></VersioningConfiguration>";
    private static final String RULE =
            "<LifecycleConfiguration><Rule><ID>a</ID><Status>%s</Status><Filter><Prefix>%s</Prefix></Filter>"
                    + "<NoncurrentVersionExpiration><NoncurrentDays>9</NoncurrentDays></NoncurrentVersionExpiration></Rule></LifecycleConfiguration>";
    private static final String LOCK =
            "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>%s</ObjectLockConfiguration>";

    private final Map<String, Reply> answers = new HashMap<>();
    private ScriptedStore store;

    @BeforeEach
    void start() throws IOException {
        store = new ScriptedStore(request -> answers.get(request.query().replace("=", "")));
        answers.put("versioning", xml("<VersioningConfiguration/>"));
        answers.put("lifecycle", Reply.error(404, "NoSuchLifecycleConfiguration"));
        answers.put("object-lock", Reply.error(404, "ObjectLockConfigurationNotFoundError"));
    }

    @AfterEach
    void stop() {
        store.close();
    }

    private List<Remark> remarks(Optional<Lock> lock) {
        try (S3Filestore filestore =
                new S3Filestore(store.settings(S3Options.NONE.lockedFor(lock)), new FakeTicker())) {
            return filestore.remarks().stream().skip(1).toList();
        }
    }

    private static Reply xml(String body) {
        return new Reply(200, Map.of("Content-Type", "application/xml"), body);
    }

    @Test
    void withoutVersionsWhatIsDeletedIsGone() {
        assertThat(remarks(Optional.empty()))
                .containsExactly(Remark.fact("the bucket keeps no versions: what is deleted is gone"));
    }

    /** Whether its rule is one that a bucket takes. */
    @ParameterizedTest
    @CsvSource({"Enabled", "Suspended"})
    void withVersionsAndNoRuleThereIsOneToSet(String status) throws IOException {
        answers.put("versioning", xml(VERSIONS.formatted(status)));
        Remark warning = remarks(Optional.empty()).get(0);
        assertThat(warning.text()).contains("stays as old versions");
        String json = warning.hint().orElseThrow().replaceAll("(?s).*--lifecycle-configuration '([^']*)'.*", "$1");
        var rule = new JsonMapper().readTree(json).path("Rules").path(0);
        assertThat(rule.path("Filter").path("Prefix").asText()).isEqualTo("example/");
        assertThat(rule.path("Status").asText()).isEqualTo("Enabled");
        assertThat(rule.path("NoncurrentVersionExpiration")
                        .path("NoncurrentDays")
                        .asInt())
                .isEqualTo(30);
        assertThat(rule.path("Expiration").path("ExpiredObjectDeleteMarker").asBoolean())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({"Enabled, example/, true", "Enabled, '', true", "Disabled, '', false", "Enabled, other/, false"})
    void aRuleCountsWhereItHoldsForTheFilestore(String status, String prefix, boolean counts) {
        answers.put("versioning", xml(VERSIONS.formatted("Enabled")));
        answers.put("lifecycle", xml(RULE.formatted(status, prefix)));
        Remark remark = remarks(Optional.empty()).get(0);
        assertThat(remark.hint().isEmpty()).isEqualTo(counts);
        assertThat(remark.text().contains("old version for 9 days")).isEqualTo(counts);
    }

    @Test
    void keysThatMayNotAskAreNoFailureAndAStoreThatFailsIs() {
        answers.replaceAll((question, before) -> Reply.error(403, "AccessDenied"));
        assertThat(remarks(Optional.empty()))
                .hasSize(1)
                .allMatch(remark -> remark.hint().isEmpty());
        assertThat(remarks(Optional.of(new Lock(Duration.ofDays(30), false)))).hasSize(2);
        answers.replaceAll((question, before) -> Reply.error(503, "SlowDown"));
        assertFails(ErrorCode.FILESTORE_FAILED, () -> remarks(Optional.empty()));
    }

    @Test
    void saysThatContentIsLocked() {
        answers.put("object-lock", xml(LOCK.formatted("")));
        assertThat(remarks(Optional.of(new Lock(Duration.ofDays(30), true))))
                .contains(
                        Remark.fact("content is locked for 30 days after the last snapshot that uses it (compliance)"));
        assertThat(remarks(Optional.empty())).hasSize(1);
    }

    @Test
    void aBucketThatCannotLockWhatItShouldIsAFailure() {
        assertFails(ErrorCode.FILESTORE_DENIED, () -> remarks(Optional.of(new Lock(Duration.ofDays(30), false))));
    }

    @Test
    void aBucketThatLocksEverythingIsAWarning() {
        answers.put(
                "object-lock",
                xml(LOCK.formatted(
                        "<Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>3</Days></DefaultRetention></Rule>")));
        assertThat(remarks(Optional.empty())).anyMatch(remark -> remark.text().contains("locks every object"));
    }
}
