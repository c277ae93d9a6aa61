package io.understudy.filestore.s3;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.config.S3Options;
import io.understudy.config.S3Options.Credentials;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.Remark;
import io.understudy.filestore.s3.ScriptedStore.Reply;
import io.understudy.filestore.s3.ScriptedStore.Request;
import io.understudy.testing.FakeTicker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Each place that keys can come from, and nothing but that place. */
class KeySourcesTest {
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");
    private static final String JSON =
            "{\"Code\":\"Success\",\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"the-secret\",\"Token\":\"token-of-%s\","
                    + "\"Expiration\":\"2026-11-27T18:00:00Z\"}";
    private static final String STS =
            "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleWithWebIdentityResult>"
                    + "<Credentials><AccessKeyId>POD</AccessKeyId><SecretAccessKey>the-secret</SecretAccessKey>"
                    + "<SessionToken>token-of-POD</SessionToken><Expiration>2026-11-27T18:00:00Z</Expiration></Credentials>"
                    + "</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>";

    @TempDir
    private Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private ScriptedStore store;
    private ScriptedStore metadata;

    @BeforeEach
    void start() throws IOException {
        store = new ScriptedStore(KeySourcesTest::writer);
        metadata = new ScriptedStore(KeySourcesTest::instance);
        environment.put("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.endpoint().toString());
    }

    @AfterEach
    void stop() {
        store.close();
        metadata.close();
    }

    private static Reply writer(Request request) {
        return request.method().equals("PUT") ? Reply.status(200) : Reply.error(403, "AccessDenied");
    }

    private static Reply instance(Request request) {
        if (request.path().equals("/latest/api/token")) {
            return Reply.ok("session-of-imds");
        }
        if (!"session-of-imds".equals(request.headers().get("x-aws-ec2-metadata-token"))) {
            return Reply.status(401);
        }
        return Reply.ok(request.path().endsWith("/backup-role") ? JSON.formatted("MACHINE", "MACHINE") : "backup-role");
    }

    private S3Filestore open(Credentials credentials) {
        S3Options none = S3Options.NONE;
        var settings = store.settings(new S3Options(
                none.endpoint(),
                S3Options.Keys.of(credentials),
                none.encryption(),
                none.kmsKey(),
                none.storageClass(),
                none.lock()));
        var http = Connection.http(settings.timeout());
        return new S3Filestore(
                settings,
                new FakeTicker(),
                http,
                new KeySources(http, environment::get, Clock.fixed(NOW, ZoneOffset.UTC)),
                Clock.fixed(NOW, ZoneOffset.UTC));
    }

    /** Whose keys signed the request that a write made. */
    private String signer(Credentials credentials) {
        try (S3Filestore opened = open(credentials)) {
            opened.put("a", Content.of(new byte[1]));
            Request put = store.requests().get(0);
            String key = put.headers().get("authorization").replaceAll(".*Credential=([^/]*)/.*", "$1");
            assertThat(put.headers().getOrDefault("x-amz-security-token", "token-of-" + key))
                    .isEqualTo("token-of-" + key);
            return key + ": " + opened.remarks().get(0).text();
        }
    }

    @Test
    void theEnvironment() {
        environment.put("AWS_ACCESS_KEY_ID", "ENVIRONMENT");
        environment.put("AWS_SECRET_ACCESS_KEY", "the-secret");
        environment.put("AWS_SESSION_TOKEN", "token-of-ENVIRONMENT");
        assertThat(signer(Credentials.ENVIRONMENT))
                .isEqualTo("ENVIRONMENT: keys from the environment (AWS_ACCESS_KEY_ID)");
    }

    @Test
    void theSharedFile() throws IOException {
        Path file = Files.writeString(
                folder.resolve("credentials"),
                "[default]\naws_access_key_id = DEFAULT\naws_secret_access_key = the-secret\n\n"
                        + "[backup]\naws_access_key_id = BACKUP\naws_secret_access_key = the-secret\n"
                        + "aws_session_token = token-of-BACKUP\n");
        environment.put("AWS_SHARED_CREDENTIALS_FILE", file.toString());
        assertThat(signer(Credentials.FILE)).isEqualTo("DEFAULT: keys from profile default of " + file);
        environment.put("AWS_PROFILE", "backup");
        store.script(KeySourcesTest::writer);
        assertThat(signer(Credentials.FILE)).isEqualTo("BACKUP: keys from profile backup of " + file);
    }

    @Test
    void theMachine() {
        assertThat(signer(Credentials.INSTANCE))
                .isEqualTo("MACHINE: keys from the role of this machine, valid until 2026-11-27T18:00:00Z");
    }

    @Test
    void aTask() throws IOException {
        metadata.script(request -> "the-task".equals(request.headers().get("authorization"))
                ? Reply.ok(JSON.formatted("TASK", "TASK"))
                : Reply.status(401));
        environment.put("AWS_CONTAINER_CREDENTIALS_FULL_URI", metadata.endpoint() + "/v1/credentials");
        environment.put(
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                Files.writeString(folder.resolve("token"), "the-task\n").toString());
        assertThat(signer(Credentials.POD)).startsWith("TASK: keys from the role of this pod (AWS_CONTAINER_");
    }

    @Test
    void aServiceAccount() throws IOException {
        metadata.script(request -> request.query().contains("WebIdentityToken=the-jwt")
                        || request.body().contains("WebIdentityToken=the-jwt")
                ? new Reply(200, Map.of("Content-Type", "text/xml"), STS)
                : Reply.status(403));
        environment.put("AWS_ENDPOINT_URL_STS", metadata.endpoint().toString());
        environment.put("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/backup");
        environment.put(
                "AWS_WEB_IDENTITY_TOKEN_FILE",
                Files.writeString(folder.resolve("jwt"), "the-jwt").toString());
        assertThat(signer(Credentials.POD))
                .startsWith("POD: keys from the role of this pod (AWS_WEB_IDENTITY_TOKEN_FILE)");
    }

    /** All others have keys: none of them is taken. */
    @ParameterizedTest
    @EnumSource(names = {"ENVIRONMENT", "FILE", "INSTANCE"})
    void oneThatHasNoneIsAnError(Credentials empty) throws IOException {
        Path shared = folder.resolve("credentials");
        Files.writeString(shared, "[default]\naws_access_key_id = A\naws_secret_access_key = the-secret\n");
        environment.put("AWS_ACCESS_KEY_ID", "ENVIRONMENT");
        environment.put("AWS_SECRET_ACCESS_KEY", "the-secret");
        environment.put("AWS_SHARED_CREDENTIALS_FILE", shared.toString());
        environment.put("AWS_CONTAINER_CREDENTIALS_FULL_URI", metadata.endpoint() + "/v1/credentials");
        switch (empty) {
            case ENVIRONMENT -> environment.keySet().removeIf(name -> name.endsWith("ACCESS_KEY_ID"));
            case FILE -> Files.delete(shared);
            default -> metadata.script(request -> Reply.status(404));
        }
        try (S3Filestore opened = open(empty)) {
            UnderstudyException said =
                    catchThrowableOfType(UnderstudyException.class, () -> opened.put("a", Content.of(new byte[1])));
            assertThat(said.code()).isEqualTo(ErrorCode.FILESTORE_DENIED);
            assertThat(said).hasMessageStartingWith("cannot get the keys of the filestore from ");
            assertThat(said.toString() + said.hint()).doesNotContain("the-secret");
            assertThat(store.requests()).isEmpty();
        }
    }

    @Test
    void anAnswerWithoutKeysIsAnError() throws IOException {
        aServiceAccount();
        metadata.script(request -> new Reply(
                200, Map.of("Content-Type", "text/xml"), STS.replaceAll("<Credentials>.*</Credentials>", "")));
        try (S3Filestore opened = open(Credentials.POD)) {
            assertFails(ErrorCode.FILESTORE_DENIED, () -> opened.put("a", Content.of(new byte[1])));
        }
    }

    @Test
    void aPodWithoutARoleIsAnErrorAtTheStart() {
        assertFails(ErrorCode.CONFIG_INVALID, () -> open(Credentials.POD));
    }

    @ParameterizedTest
    @CsvSource({"500, FILESTORE_FAILED", "429, FILESTORE_FAILED", "403, FILESTORE_DENIED", "200, FILESTORE_FAILED"})
    void mapsAnswersOfTheMetadataService(int status, ErrorCode expected) {
        metadata.script(request -> new Reply(status, Map.of(), "no JSON"));
        try (S3Filestore opened = open(Credentials.INSTANCE)) {
            assertFails(expected, () -> opened.stat("a"));
        }
    }

    @Test
    void aMetadataServiceThatIsNotThereIsUnreachable() {
        metadata.close();
        try (S3Filestore opened = open(Credentials.INSTANCE)) {
            assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> opened.stat("a"));
        }
    }

    @Test
    void aTokenThatExpiredIsReplacedAndTheRequestSentOnceMore() {
        String[] name = {"FIRST"};
        metadata.script(request -> switch (request.path()) {
            case "/latest/api/token" -> Reply.ok("session-of-imds");
            case "/latest/meta-data/iam/security-credentials/" -> Reply.ok("backup-role");
            default -> Reply.ok(JSON.formatted(name[0], name[0]));
        });
        store.script(request -> request.headers().get("authorization").contains("FIRST/")
                ? Reply.error(400, "ExpiredToken")
                : Reply.status(200));
        try (S3Filestore opened = open(Credentials.INSTANCE)) {
            assertFails(ErrorCode.FILESTORE_DENIED, () -> opened.put("a", Content.of(new byte[1])));
            assertThat(store.requests()).as("no other key, no other attempt").hasSize(1);
            name[0] = "SECOND";
            opened.put("a", Content.of(new byte[1]));
            assertThat(store.requests()).hasSize(3);
            opened.put("b", Content.of(new byte[1]));
            assertThat(store.requests()).hasSize(4);
        }
    }

    @Test
    void checkNamesTheConfigurationToo() {
        try (S3Filestore opened = open(Credentials.SETTINGS)) {
            assertThat(opened.remarks()).contains(Remark.fact("keys from the configuration"));
        }
    }
}
