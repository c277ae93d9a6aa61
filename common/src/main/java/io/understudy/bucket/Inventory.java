package io.understudy.bucket;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ContentHash;
import io.understudy.files.SafePath;
import io.understudy.filestore.SiteBucket.Head;
import io.understudy.filestore.SiteObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a bucket held, an object on each line, in the order of {@link ObjectPath}; the first line says where. It is the
 * file {@link #PATH} of a snapshot's tree, and next to copied objects says what only a bucket has:
 *
 * <pre>{@code
 * {"bucket":"s3://site-assets/media","endpoint":"https://s3.example.net"}
 * {"key":"a.jpg","size":3,"etag":"…","modified":"2026-11-20T11:00:00Z","version":"…","sha256":"…",
 *  "headers":{"content-type":"image/jpeg"}}
 * }</pre>
 *
 * {@code version}, {@code sha256} and {@code headers} are only there where the object was read.
 */
public final class Inventory {
    /** In the tree: before all objects. */
    public static final SafePath PATH = SafePath.of("!inventory.jsonl");

    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private Inventory() {}

    /**
     * @param endpoint empty: AWS
     * @param content of what a standby wrote: which content all of it is; empty elsewhere
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Where(String bucket, String endpoint, String content) {
        public Where {
            endpoint = endpoint == null ? "" : endpoint;
            content = content == null ? "" : content;
        }

        public Where(String bucket, String endpoint) {
            this(bucket, endpoint, "");
        }
    }

    /**
     * @param modified as ISO 8601 text
     * @param version,sha256 null where the object was not read
     * @param headers in the order of their names
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Line(
            String key,
            @JsonInclude(JsonInclude.Include.ALWAYS) long size,
            String etag,
            String modified,
            String version,
            String sha256,
            Map<String, String> headers) {
        public Line {
            headers = headers == null ? Map.of() : new TreeMap<>(headers);
        }

        /** Of an object that is only recorded. */
        public static Line of(SiteObject object) {
            return new Line(
                    object.key(),
                    object.size(),
                    object.etag(),
                    object.modified().toString(),
                    null,
                    null,
                    Map.of());
        }

        /** Of one that was read. @param size bytes that were read */
        public static Line of(SiteObject listed, Head head, ContentHash hash) {
            return new Line(
                    listed.key(),
                    head.size(),
                    head.etag(),
                    (head.etag().equals(listed.etag()) ? listed.modified() : head.modified()).toString(),
                    head.version().orElse(null),
                    hash.hex(),
                    head.headers());
        }

        /** Whether the listed object has the content of this line. */
        public boolean isContentOf(SiteObject listed) {
            return sha256 != null && size == listed.size() && etag.equals(listed.etag());
        }

        /** Whether the store also gives it the same time, so that nothing about it has changed. */
        public boolean isStateOf(SiteObject listed) {
            return isContentOf(listed) && modified.equals(listed.modified().toString());
        }
    }

    public static void write(Object line, OutputStream out) throws IOException {
        out.write(JSON.writeValueAsBytes(line));
        out.write('\n');
    }

    /** Reads lines in their order. */
    public static final class Reader implements AutoCloseable {
        private final BufferedReader in;
        private final Optional<Where> where;
        private Optional<Line> current;

        /** @throws UnderstudyException {@code MANIFEST_DAMAGED} for what is no inventory */
        public Reader(InputStream in) {
            this.in = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), 1 << 16);
            this.where = line(Where.class);
            this.current = line(Line.class);
        }

        /** Empty where there is nothing at all. */
        public Optional<Where> where() {
            return where;
        }

        /** One line after the other; empty at the end. */
        public Optional<Line> next() {
            Optional<Line> next = current;
            if (next.isPresent()) {
                current = line(Line.class);
            }
            return next;
        }

        /** The line of a path; those before it are passed over. @param path after all that were asked for before */
        public Optional<Line> find(SafePath path) {
            SafePath wanted = ObjectPath.of(ObjectPath.key(path));
            while (current.isPresent() && ObjectPath.of(current.get().key()).compareTo(wanted) < 0) {
                current = line(Line.class);
            }
            return current.filter(line -> ObjectPath.of(line.key()).equals(wanted));
        }

        private <T> Optional<T> line(Class<T> type) {
            try {
                String text = in.readLine();
                return text == null ? Optional.empty() : Optional.of(JSON.readValue(text, type));
            } catch (JsonProcessingException e) {
                throw new UnderstudyException(
                        ErrorCode.MANIFEST_DAMAGED,
                        "cannot read the inventory of a bucket: a line is damaged",
                        "verify the snapshot",
                        e);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
