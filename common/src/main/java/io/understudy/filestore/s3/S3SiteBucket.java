package io.understudy.filestore.s3;

import io.minio.credentials.Credentials;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ContentHash;
import io.understudy.filestore.SiteBucket;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okhttp3.OkHttpClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A site's bucket in an S3 store. The client of the filestore refuses keys with {@code ..} and its HTTP normalises
 * them, so requests are signed and sent here, each path exactly as the key says.
 *
 * <p>More than 300 lines, for each request of one protocol is a few lines here.
 */
public final class S3SiteBucket implements SiteBucket {
    private static final String NOTHING = Signature.sha256("");
    private static final Logger LOG = LoggerFactory.getLogger(S3SiteBucket.class);
    private static final String META = "x-amz-meta-";
    private static final String MISSING = "x-amz-missing-meta";
    private static final int LONGEST_NUMBER = 9;
    /** What a site gives an object, and a browser gets from it. */
    private static final Set<String> KEPT = Set.of(
            "content-type",
            "cache-control",
            "content-disposition",
            "content-encoding",
            "content-language",
            "expires",
            "x-amz-website-redirect-location");
    /** One request writes no more. */
    private static final long LARGEST = 5L << 30;

    private static final int LONGEST_ERROR = 1 << 16;

    private final Location location;
    private final URI endpoint;
    private final String configured;
    private final String host;
    private final String region;
    private final boolean pathStyle;
    private final int timeout;
    private final OkHttpClient http;
    private final S3Keys keys;
    private final Failures failures;
    private final Clock clock;
    private final AtomicBoolean toldMissing = new AtomicBoolean();

    /** @throws UnderstudyException {@code CONFIG_INVALID} */
    public S3SiteBucket(FilestoreSettings settings) {
        this.location = Location.parse(settings.url());
        this.region = settings.s3().endpoint().region().orElse("us-east-1");
        this.configured = settings.s3().endpoint().url().map(URI::toString).orElse("");
        this.endpoint =
                settings.s3().endpoint().url().orElseGet(() -> URI.create("https://s3." + region + ".amazonaws.com"));
        this.pathStyle = settings.s3().endpoint().pathStyle();
        this.host = (pathStyle ? "" : location.bucket() + ".") + HeaderText.host(endpoint);
        this.timeout = (int) settings.timeout().toMillis();
        this.http = Connection.http(settings.timeout());
        this.keys = new KeySources(http, System::getenv, Clock.systemUTC())
                .of(settings.s3().keys());
        this.failures = new Failures(
                location.toString(), location.bucket(), configured.isEmpty() ? "Amazon S3" : configured, keys.hint());
        this.clock = Clock.systemUTC();
    }

    @Override
    public String name() {
        return location.toString();
    }

    @Override
    public String endpoint() {
        return configured;
    }

    @Override
    public Listed page(Optional<String> continuation) {
        SortedMap<String, String> query = new TreeMap<>(Map.of("list-type", "2", "encoding-type", "url"));
        if (!location.prefix().isEmpty()) {
            query.put("prefix", location.prefix());
        }
        continuation.ifPresent(token -> query.put("continuation-token", token));
        return call(
                "list",
                connection -> {
                    try (InputStream in = connection.getInputStream()) {
                        return ListingXml.read(in, location.prefix());
                    }
                },
                () -> send("GET", "", query, Map.of(), NOTHING));
    }

    @Override
    public Opened open(String key, long offset, Optional<String> etag) {
        Map<String, String> headers = new TreeMap<>();
        etag.ifPresent(state -> headers.put("if-match", "\"" + state + "\""));
        if (offset > 0) {
            headers.put("range", "bytes=" + offset + "-");
        }
        String action = "read \"" + key + "\" from";
        return call(
                action,
                connection -> {
                    Head head = head(connection);
                    return new Opened(
                            head, new ObjectStream(connection.getInputStream(), e -> renamed(failures.of(action, e))));
                },
                () -> send("GET", object(key), new TreeMap<>(), headers, NOTHING));
    }

    @Override
    public Optional<Head> head(String key) {
        try {
            return Optional.of(call(
                    "look for \"" + key + "\" in",
                    this::head,
                    () -> send("HEAD", object(key), new TreeMap<>(), Map.of(), NOTHING)));
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.OBJECT_MISSING) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public String put(
            String key, Supplier<InputStream> content, long size, ContentHash sha256, Map<String, String> headers) {
        String action = "write \"" + key + "\" to";
        if (size > LARGEST) {
            throw new UnderstudyException(
                    ErrorCode.FILESTORE_DENIED,
                    "cannot " + action + " " + name() + ": it is longer than 5 GiB, which one request may write",
                    "exclude it from the tree, or set policy: record");
        }
        return call(action, connection -> etag(connection), () -> {
            HttpURLConnection connection = prepare("PUT", object(key), new TreeMap<>(), headers, sha256.hex());
            connection.setDoOutput(true);
            connection.setFixedLengthStreamingMode(size);
            try (InputStream in = content.get();
                    OutputStream out = connection.getOutputStream()) {
                in.transferTo(out);
            }
            return connection;
        });
    }

    @Override
    public void delete(String key) {
        try {
            call(
                    "delete \"" + key + "\" from",
                    connection -> true,
                    () -> send("DELETE", object(key), new TreeMap<>(), Map.of(), NOTHING));
        } catch (UnderstudyException e) {
            if (e.code() != ErrorCode.OBJECT_MISSING) {
                throw e;
            }
        }
    }

    @Override
    public void close() {
        Connection.close(http);
    }

    /** What is sent, up to the answer's status. */
    private interface Sending {
        HttpURLConnection send() throws IOException;
    }

    /** What is made of a good answer. */
    private interface Reading<T> {
        T read(HttpURLConnection answer) throws IOException;
    }

    private <T> T call(String action, Reading<T> reading, Sending sending) {
        try {
            Credentials used = keys.fetch();
            HttpURLConnection answer = sending.send();
            if (!isGood(answer)) {
                S3Response refusal = refusal(answer);
                if (refusal.refusesCaller() && keys.differFrom(used)) {
                    answer = sending.send();
                    refusal = isGood(answer) ? refusal : refusal(answer);
                }
                if (!isGood(answer)) {
                    throw renamed(meaning(action, refusal));
                }
            }
            return reading.read(answer);
        } catch (IOException e) {
            throw renamed(failures.of(action, e));
        }
    }

    private UnderstudyException meaning(String action, S3Response refusal) {
        if (refusal.missingKey() || refusal.taken()) {
            return new UnderstudyException(
                    ErrorCode.OBJECT_MISSING,
                    "cannot " + action + " " + name() + ": it is not there any more"
                            + (refusal.taken() ? ", but another one" : ""),
                    "it is looked for again");
        }
        return failures.of(action, refusal);
    }

    /** The hints of a filestore name its settings. */
    private static UnderstudyException renamed(UnderstudyException e) {
        return new UnderstudyException(
                e.code(), e.getMessage(), e.hint().replace("filestore.", "trees[].bucket."), e.getCause());
    }

    private static boolean isGood(HttpURLConnection answer) throws IOException {
        return answer.getResponseCode() / 100 == 2;
    }

    private static S3Response refusal(HttpURLConnection answer) throws IOException {
        String body = "";
        try (InputStream in = answer.getErrorStream()) {
            body = in == null ? "" : new String(in.readNBytes(LONGEST_ERROR), StandardCharsets.UTF_8);
        }
        return S3Response.of(
                answer.getResponseCode(), body, Optional.ofNullable(answer.getHeaderField("x-amz-bucket-region")));
    }

    private HttpURLConnection send(
            String method, String object, SortedMap<String, String> query, Map<String, String> headers, String payload)
            throws IOException {
        HttpURLConnection connection = prepare(method, object, query, headers, payload);
        connection.getResponseCode();
        return connection;
    }

    private HttpURLConnection prepare(
            String method, String object, SortedMap<String, String> query, Map<String, String> headers, String payload)
            throws IOException {
        String path = (pathStyle ? "/" + location.bucket() : "") + (object.isEmpty() ? "" : "/" + object);
        Map<String, String> signed = new TreeMap<>(headers);
        signed.put("host", host);
        // Stores differ in which bytes they sign of such a value, and only headers of their own have to be signed.
        Map<String, String> unsigned = new TreeMap<>(headers);
        unsigned.entrySet()
                .removeIf(each ->
                        HeaderText.isAscii(each.getValue()) || each.getKey().startsWith("x-amz-"));
        signed.keySet().removeAll(unsigned.keySet());
        Map<String, String> all = Signature.headers(
                method, path.isEmpty() ? "/" : path, query, signed, payload, region, keys.fetch(), clock.instant());
        URI uri = URI.create(endpoint.getScheme() + "://" + host + (path.isEmpty() ? "/" : path)
                + (query.isEmpty() ? "" : "?" + Signature.text(query)));
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setRequestMethod(method);
        connection.setConnectTimeout(Math.min(timeout, 10_000));
        connection.setReadTimeout(timeout);
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        all.forEach(connection::setRequestProperty);
        unsigned.forEach(connection::setRequestProperty);
        return connection;
    }

    private String object(String key) {
        return Stream.of((location.prefix() + key).split("/", -1))
                .map(Signature::encoded)
                .collect(Collectors.joining("/"));
    }

    private static String etag(HttpURLConnection answer) throws IOException {
        String etag = answer.getHeaderField("ETag");
        if (etag == null) {
            throw new IOException("the store gave no ETag");
        }
        return etag.replace("\"", "");
    }

    private Head head(HttpURLConnection answer) throws IOException {
        tellMissing(answer);
        Map<String, String> kept = answer.getHeaderFields().entrySet().stream()
                .filter(each -> each.getKey() != null)
                .filter(each -> KEPT.contains(lower(each.getKey()))
                        || lower(each.getKey()).startsWith(META))
                .collect(Collectors.toMap(
                        each -> lower(each.getKey()),
                        each -> HeaderText.received(each.getValue().get(0)),
                        (a, b) -> a));
        return new Head(
                answer.getContentLengthLong(),
                etag(answer),
                Instant.ofEpochMilli(answer.getLastModified()).truncatedTo(ChronoUnit.SECONDS),
                Optional.ofNullable(answer.getHeaderField("x-amz-version-id")).filter(each -> !each.equals("null")),
                kept);
    }

    /** A store names no value that it cannot print, but says how many it left out. */
    private void tellMissing(HttpURLConnection answer) {
        String missing = answer.getHeaderField(MISSING);
        if (missing != null && !missing.equals("0") && toldMissing.compareAndSet(false, true)) {
            LOG.warn(
                    "bucket {}: the store leaves out metadata that it cannot print, so no snapshot has it: {} of {}"
                            + " (no other object is named)",
                    location,
                    missing.length() > LONGEST_NUMBER ? "some" : missing,
                    answer.getURL().getPath());
        }
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
