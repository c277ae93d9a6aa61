package io.understudy.filestore.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.sun.net.httpserver.HttpServer;
import io.minio.credentials.Credentials;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ContentHash;
import io.understudy.filestore.RetryPolicy;
import io.understudy.filestore.RetryingSiteBucket;
import io.understudy.filestore.SiteBucket;
import io.understudy.filestore.SiteBucket.Head;
import io.understudy.filestore.SiteBucket.Listed;
import io.understudy.filestore.SiteBucket.Opened;
import io.understudy.filestore.SiteObject;
import io.understudy.testing.FakeSiteBucket;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.OddKeys;
import io.understudy.testing.S3Server;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** On a real S3 endpoint that checks signatures. */
class S3SiteBucketTest {
    private static S3Server server;

    @BeforeAll
    static void start() throws Exception {
        server = S3Server.start();
        server.createBucket("site");
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    /** The example of the Amazon S3 API reference, "Signature Calculations for the Authorization Header". */
    @Test
    void signsAsTheReferenceDoes() {
        Map<String, String> headers = Signature.headers(
                "GET",
                "/test.txt",
                new TreeMap<>(),
                Map.of("host", "examplebucket.s3.amazonaws.com", "range", "bytes=0-9"),
                Signature.sha256(""),
                "us-east-1",
                new Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", null, null),
                Instant.parse("2013-05-24T00:00:00Z"));

        assertThat(headers.get("authorization"))
                .endsWith("Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
        assertThat(headers).doesNotContainKey("host");
    }

    /** The client leaves it out, so a signature over it fits nothing. */
    @Test
    void signsNoUsualPort() {
        assertThat(HeaderText.host(URI.create("https://s3.example.net:443"))).isEqualTo("s3.example.net");
        assertThat(HeaderText.host(URI.create("http://[::1]:80/"))).isEqualTo("[::1]");
        assertThat(HeaderText.host(URI.create("http://s3.example.net:443"))).isEqualTo("s3.example.net:443");
        assertThat(HeaderText.host(URI.create("http://s3.example.net"))).isEqualTo("s3.example.net");
    }

    @Test
    void writesListsReadsAndDeletes() throws IOException {
        try (SiteBucket bucket = open("s3://site/usual")) {
            Map<String, String> headers = Map.of("content-type", "image/jpeg", "x-amz-meta-author", "me");
            String etag = put(bucket, "2026/a b+c.jpg", "content", headers);
            put(bucket, "\u00e4\u65e5.txt", "more", Map.of());

            assertThat(all(bucket)).extracting(SiteObject::key).containsExactly("2026/a b+c.jpg", "\u00e4\u65e5.txt");
            assertThat(all(bucket).get(0).etag()).isEqualTo(etag);
            Opened opened = bucket.open("2026/a b+c.jpg", 3, Optional.of(etag));
            assertThat(new String(opened.content().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("tent");
            Head head = bucket.head("2026/a b+c.jpg").orElseThrow();
            assertThat(head.size()).isEqualTo(7);
            assertThat(head.headers()).containsAllEntriesOf(headers);
            bucket.delete("2026/a b+c.jpg");
            bucket.delete("2026/a b+c.jpg");
            assertThat(bucket.head("2026/a b+c.jpg")).isEmpty();
        }
    }

    /** The bytes of a header are those of UTF-8 both ways, and what is not UTF-8 is read as HTTP once said. */
    @Test
    void sendsAndReadsHeadersBeyondAscii() throws IOException {
        List<String> sent = new CopyOnWriteArrayList<>();
        List<String> signed = new CopyOnWriteArrayList<>();
        HttpServer answering = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        answering.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            if (exchange.getRequestMethod().equals("PUT")) {
                sent.add(exchange.getRequestHeaders().getFirst("content-disposition"));
                sent.add(exchange.getRequestHeaders().getFirst("x-amz-meta-author"));
                signed.add(exchange.getRequestHeaders().getFirst("authorization"));
            }
            exchange.getResponseHeaders().set("ETag", "\"e\"");
            exchange.getResponseHeaders().set("content-disposition", latin("\u00e4\u65e5"));
            exchange.getResponseHeaders().set("x-amz-meta-author", "\u00e4");
            exchange.getResponseHeaders().set("x-amz-missing-meta", "2");
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        answering.start();
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(S3SiteBucket.class);
        log.start();
        logger.addAppender(log);
        try (SiteBucket bucket = new S3SiteBucket(S3Server.settings(
                URI.create("s3://site"),
                URI.create("http://127.0.0.1:" + answering.getAddress().getPort()),
                "key",
                "secret"))) {
            put(bucket, "a", "one", Map.of("content-disposition", "\u00e4\u65e5", "x-amz-meta-author", "\u00e4"));
            bucket.head("a");

            assertThat(bucket.head("a").orElseThrow().headers())
                    .isEqualTo(Map.of("content-disposition", "\u00e4\u65e5", "x-amz-meta-author", "\u00e4"));
            assertThat(log.list).hasSize(1);
            assertThat(log.list.get(0).getFormattedMessage()).contains("2 of /site/a");
        } finally {
            logger.detachAppender(log);
            answering.stop(0);
        }

        assertThat(sent).containsExactly(latin("\u00e4\u65e5"), latin("\u00e4"));
        assertThat(signed.get(0)).contains("x-amz-meta-author").doesNotContain("content-disposition");
    }

    private static String latin(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** But for those that this store, which keeps objects as files, cannot hold. */
    @Test
    void keepsOddKeys() throws IOException {
        List<String> held = OddKeys.ALL.stream()
                .filter(key -> !key.startsWith("a/") && !key.contains("..") && !key.contains("/./"))
                .filter(key -> key.length() < 300)
                .toList();
        try (SiteBucket bucket = open("s3://site/odd")) {
            for (String key : held) {
                put(bucket, key, "content of " + key, Map.of());
            }

            assertThat(all(bucket)).extracting(SiteObject::key).contains("% alone/%", "new\nline", "plus+and space");
            for (String key : held) {
                try (InputStream in = bucket.open(key, 0, Optional.empty()).content()) {
                    assertThat(in.readAllBytes()).isEqualTo(("content of " + key).getBytes(StandardCharsets.UTF_8));
                }
            }
        }
    }

    /** A store resolves no names of dots, and neither may what sends to it. */
    @Test
    void sendsEachKeyAsItIs() throws IOException {
        List<String> paths = new CopyOnWriteArrayList<>();
        HttpServer answering = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        answering.createContext("/", exchange -> {
            paths.add(exchange.getRequestURI().getRawPath());
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("ETag", "\"e\"");
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        answering.start();
        try (SiteBucket bucket = new S3SiteBucket(S3Server.settings(
                URI.create("s3://site"),
                URI.create("http://127.0.0.1:" + answering.getAddress().getPort()),
                "key",
                "secret"))) {
            for (String key : List.of("x/../y", "..", "/leading", "a//b", "a/./", "per%cent?#")) {
                put(bucket, key, key, Map.of());
            }
        } finally {
            answering.stop(0);
        }

        assertThat(paths)
                .containsExactly(
                        "/site/x/../y",
                        "/site/..",
                        "/site//leading",
                        "/site/a//b",
                        "/site/a/./",
                        "/site/per%25cent%3F%23");
    }

    @Test
    void triesAgainWhatMayPassAndGoesOnWhereADownloadBroke() throws IOException {
        FakeSiteBucket bucket = new FakeSiteBucket("s3://site");
        bucket.write("a", "content");
        Set<String> failed = new HashSet<>();
        bucket.before(operation -> {
            if (failed.add(operation)) {
                throw new UnderstudyException(ErrorCode.FILESTORE_FAILED, "503", "a test");
            }
        });
        try (SiteBucket retrying =
                new RetryingSiteBucket(bucket, RetryPolicy.standard(), new FakeTicker(), new Random(1))) {
            assertThat(retrying.page(Optional.empty()).objects()).hasSize(1);
            try (InputStream in = retrying.open("a", 0, Optional.empty()).content()) {
                assertThat(in.readAllBytes()).asString().isEqualTo("content");
            }
            bucket.before(operation -> {
                throw new UnderstudyException(ErrorCode.FILESTORE_DENIED, "denied", "a test");
            });
            assertThat(failure(() -> retrying.head("a")).code()).isEqualTo(ErrorCode.FILESTORE_DENIED);
        }
    }

    @Test
    void goesOnWithNoOtherObjectThanTheOneThatItBegan() throws IOException {
        FakeSiteBucket bucket = new FakeSiteBucket("s3://site");
        bucket.write("a", "content");
        AtomicInteger reads = new AtomicInteger();
        bucket.before(operation -> {
            if (operation.equals("read a") && reads.incrementAndGet() == 1) {
                bucket.write("a", "another");
                throw new UnderstudyException(ErrorCode.FILESTORE_FAILED, "503", "a test");
            }
        });
        try (SiteBucket retrying =
                        new RetryingSiteBucket(bucket, RetryPolicy.standard(), new FakeTicker(), new Random(1));
                InputStream in = retrying.open("a", 0, Optional.empty()).content()) {
            assertThat(failure(in::readAllBytes).code()).isEqualTo(ErrorCode.OBJECT_MISSING);
        }
    }

    @Test
    void saysWhatIsMissingOrAnotherOne() {
        try (SiteBucket bucket = open("s3://site/gone")) {
            assertThat(failure(() -> bucket.open("none", 0, Optional.empty())).code())
                    .isEqualTo(ErrorCode.OBJECT_MISSING);
            put(bucket, "a", "one", Map.of());
            assertThat(failure(() -> bucket.open("a", 0, Optional.of("0123456789abcdef0123456789abcdef")))
                            .code())
                    .isEqualTo(ErrorCode.OBJECT_MISSING);
        }
    }

    @Test
    void namesItsOwnSettingsWhereItIsDenied() {
        try (SiteBucket bucket = new S3SiteBucket(
                S3Server.settings(URI.create("s3://site"), server.endpoint(), S3Server.ACCESS_KEY, "another secret"))) {
            UnderstudyException denied = failure(() -> bucket.page(Optional.empty()));

            assertThat(denied.code()).isEqualTo(ErrorCode.FILESTORE_DENIED);
            assertThat(denied.hint()).contains("trees[].bucket.").doesNotContain("filestore.");
            assertThat(denied.getMessage()).doesNotContain("another secret");
        }
        try (SiteBucket bucket = open("s3://nowhere")) {
            assertThat(failure(() -> bucket.page(Optional.empty())).getMessage())
                    .contains("there is no bucket nowhere");
        }
    }

    /** Not every store knows the parameter that asks for encoded keys. */
    @Test
    void decodesKeysOnlyWhereTheAnswerSaysSo() throws IOException {
        String one = "<ListBucketResult>%s<Contents><Key>p/a+b%%2Fc</Key><Size>1</Size><ETag>e</ETag>"
                + "<LastModified>2026-11-20T10:00:00Z</LastModified></Contents></ListBucketResult>";

        assertThat(keys(one.formatted(""))).containsExactly("a+b%2Fc");
        assertThat(keys(one.formatted("<EncodingType>url</EncodingType>"))).containsExactly("a b/c");
    }

    private static List<String> keys(String xml) throws IOException {
        return ListingXml.read(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)), "p/").objects().stream()
                .map(SiteObject::key)
                .toList();
    }

    @Test
    void refusesAListingThatIsNone() {
        for (String text : List.of(
                "no xml",
                "<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>",
                "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
                "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>")) {
            assertThatThrownBy(
                            () -> ListingXml.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), ""))
                    .isInstanceOf(IOException.class);
        }
    }

    private static UnderstudyException failure(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return catchThrowableOfType(UnderstudyException.class, call);
    }

    private static SiteBucket open(String url) {
        return new S3SiteBucket(server.settings(url));
    }

    private static String put(SiteBucket bucket, String key, String text, Map<String, String> headers) {
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        return bucket.put(
                key,
                () -> new ByteArrayInputStream(content),
                content.length,
                ContentHash.ofContent(content, 0, content.length),
                headers);
    }

    private static List<SiteObject> all(SiteBucket bucket) {
        List<SiteObject> all = new ArrayList<>();
        Optional<String> next = Optional.empty();
        do {
            Listed page = bucket.page(next);
            all.addAll(page.objects());
            next = page.next();
        } while (next.isPresent());
        return all;
    }
}
