package io.understudy.filestore.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.S3Options;
import io.understudy.config.S3Options.Credentials;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.FolderDeletion;
import io.understudy.filestore.Content;
import io.understudy.filestore.ObjectInfo;
import io.understudy.filestore.Page;
import io.understudy.filestore.s3.ScriptedStore.Reply;
import io.understudy.filestore.s3.ScriptedStore.Request;
import io.understudy.filestore.s3.ScriptedStore.Script;
import io.understudy.fuzz.FuzzTarget;
import io.understudy.fuzz.FuzzTarget.Named;
import io.understudy.testing.FakeTicker;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a store answers: listings, errors, the state of a bucket; and what a machine or a pod gives for keys. */
public final class S3Fuzz {
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");
    private static final String LISTING = """
            <?xml version="1.0" encoding="UTF-8"?>
            <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>backups</Name><Prefix>example/manifests/</Prefix>
            <EncodingType>url</EncodingType><KeyCount>2</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>
            <Contents><Key>example/manifests/00000001-00000001.json</Key><LastModified>2026-11-20T10:00:00.000Z</LastModified>
            <ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><Size>2311</Size><StorageClass>STANDARD</StorageClass></Contents>
            <Contents><Key>example/manifests/a%20b%2Bc.json</Key><LastModified>2026-11-20T10:00:01.000Z</LastModified><Size>7</Size></Contents>
            </ListBucketResult>
            """;
    private static final String ERROR =
            "<?xml version=\"1.0\"?><Error><Code>AuthorizationHeaderMalformed</Code><Message>the region 'us-east-1' is wrong; expecting 'eu-west-1'</Message>"
                    + "<Key>example/a</Key><BucketName>backups</BucketName><Resource>/backups/example/a</Resource><RequestId>1</RequestId><HostId>2</HostId></Error>";
    private static final String VERSIONS =
            "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>Enabled</Status></VersioningConfiguration>";
    private static final String LIFECYCLE =
            "<LifecycleConfiguration><Rule><ID>a</ID><Filter><Prefix>example/</Prefix></Filter><Status>Enabled</Status>"
                    + "<NoncurrentVersionExpiration><NoncurrentDays>30</NoncurrentDays></NoncurrentVersionExpiration></Rule></LifecycleConfiguration>";
    private static final String LOCK =
            "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>1</Days></DefaultRetention></Rule></ObjectLockConfiguration>";
    private static final String KEYS =
            "{\"Code\":\"Success\",\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"the-secret\",\"Token\":\"t\",\"Expiration\":\"2026-11-27T18:00:00Z\"}";
    private static final String STS =
            "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleWithWebIdentityResult>"
                    + "<Credentials><AccessKeyId>POD</AccessKeyId><SecretAccessKey>the-secret</SecretAccessKey>"
                    + "<SessionToken>t</SessionToken><Expiration>2026-11-27T18:00:00Z</Expiration></Credentials>"
                    + "</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>";
    private static final String[] OF_XML = {
        "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]>",
        "&b;",
        "&#0;",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "/>",
        "<Contents/>",
        "<Key/>",
        "<Size/>",
        "xmlns:a=\"b\"",
        "<IsTruncated>true</IsTruncated>",
        "<NextContinuationToken>x</NextContinuationToken>",
        "%zz"
    };

    private S3Fuzz() {}

    public static List<Named> targets() {
        return List.of(
                new Named("s3-listing", S3Fuzz::listing),
                new Named("s3-error", S3Fuzz::error),
                new Named("s3-bucket", S3Fuzz::bucket),
                new Named("s3-keys", () -> keys(Credentials.INSTANCE, KEYS)),
                new Named("s3-pod", () -> keys(Credentials.POD, STS)));
    }

    /** A store, its client, and a service that gives keys. */
    private static final class Bed implements Closeable {
        private final ScriptedStore store = new ScriptedStore(request -> Reply.status(200));
        private final ScriptedStore metadata = new ScriptedStore(request -> Reply.status(404));
        private final Path folder = Files.createTempDirectory("understudy-fuzz");
        private final Map<String, String> environment = new HashMap<>();
        private final FilestoreSettings settings;

        Bed(Credentials credentials) throws IOException {
            S3Options none = S3Options.NONE;
            settings = store.settings(new S3Options(
                    none.endpoint(),
                    S3Options.Keys.of(credentials),
                    none.encryption(),
                    none.kmsKey(),
                    none.storageClass(),
                    none.lock()));
            environment.put(
                    "AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.endpoint().toString());
            if (credentials == Credentials.POD) {
                environment.put("AWS_ENDPOINT_URL_STS", metadata.endpoint().toString());
                environment.put("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/backup");
                environment.put(
                        "AWS_WEB_IDENTITY_TOKEN_FILE",
                        Files.writeString(folder.resolve("jwt"), "the-jwt").toString());
            }
        }

        S3Filestore open() {
            var http = Connection.http(settings.timeout());
            Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
            return new S3Filestore(
                    settings, new FakeTicker(), http, new KeySources(http, environment::get, clock), clock);
        }

        @Override
        public void close() {
            store.close();
            metadata.close();
            FolderDeletion.delete(folder);
        }
    }

    private static String text(byte[] input) {
        return new String(input, StandardCharsets.UTF_8);
    }

    private static Reply xml(int status, String body) {
        return new Reply(status, Map.of("Content-Type", "application/xml"), body);
    }

    private interface Ask {
        void of(S3Filestore filestore) throws IOException;
    }

    /** One client and one store for all inputs. */
    private static FuzzTarget asked(List<String> corpus, java.util.function.Function<String, Script> script, Ask ask)
            throws IOException {
        Bed bed = new Bed(Credentials.SETTINGS);
        S3Filestore filestore = bed.open();
        return FuzzTarget.text(corpus, input -> {
                    bed.store.script(script.apply(text(input)));
                    ask.of(filestore);
                })
                .knowing(OF_XML)
                .slow()
                .closing(() -> {
                    filestore.close();
                    bed.close();
                });
    }

    private static FuzzTarget listing() throws IOException {
        return asked(List.of(LISTING), body -> request -> xml(200, body), filestore -> {
            Page page = filestore.page("manifests/", "manifests/0");
            for (ObjectInfo info : page.objects()) {
                assertThat(info.key()).isGreaterThan("manifests/0");
                assertThat(info.modified()).isNotNull();
            }
        });
    }

    private static FuzzTarget error() throws IOException {
        return asked(
                List.of(ERROR, ERROR.replace("AuthorizationHeaderMalformed", "SlowDown")),
                body -> request -> xml(400 + Math.floorMod(body.hashCode(), 200), body),
                filestore -> {
                    try (InputStream in = filestore.open("a", 0)) {
                        in.readAllBytes();
                    }
                });
    }

    private static FuzzTarget bucket() throws IOException {
        return asked(
                List.of(VERSIONS, LIFECYCLE, LOCK), body -> request -> xml(200, answer(request, body)), filestore -> {
                    assertThat(filestore.remarks())
                            .allSatisfy(remark -> assertThat(remark.text()).isNotBlank());
                });
    }

    /** To the question that it could be the answer to; the other questions have good answers. */
    private static String answer(Request request, String body) {
        String question = request.query();
        boolean isVersions = body.contains("Versioning");
        boolean isLifecycle = body.contains("Lifecycle");
        if (question.contains("versioning")) {
            return isLifecycle || body.contains("ObjectLock") ? VERSIONS : body;
        }
        if (question.contains("lifecycle")) {
            return isVersions ? LIFECYCLE : body;
        }
        return isVersions || isLifecycle ? LOCK : body;
    }

    /** Each input has a client of its own: keys that are good stay. */
    private static FuzzTarget keys(Credentials credentials, String real) throws IOException {
        Bed bed = new Bed(credentials);
        return FuzzTarget.text(List.of(real), input -> {
                    bed.metadata.script(request -> answer(credentials, request, text(input)));
                    bed.store.script(request -> Reply.status(200));
                    try (S3Filestore filestore = bed.open()) {
                        filestore.put("a", Content.of(new byte[1]));
                    } catch (UnderstudyException e) {
                        assertThat(e.toString() + e.hint()).doesNotContain("the-secret");
                        throw e;
                    }
                })
                .knowing(OF_XML)
                .knowing("null", "\"Code\":\"Failed\"", "\"Expiration\":\"\"", "Z\"", "+25:00")
                .slow()
                .closing(bed);
    }

    private static Reply answer(Credentials credentials, Request request, String body) {
        if (credentials == Credentials.POD) {
            return new Reply(200, Map.of("Content-Type", "text/xml"), body);
        }
        if (request.path().equals("/latest/api/token")) {
            return Reply.ok("session-of-imds");
        }
        return Reply.ok(request.path().endsWith("/backup-role") ? body : "backup-role");
    }
}
