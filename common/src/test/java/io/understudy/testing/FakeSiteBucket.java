package io.understudy.testing;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ContentHash;
import io.understudy.filestore.SiteBucket;
import io.understudy.filestore.SiteObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** A site's bucket in memory, in short pages, with faults. Thread-safe. */
public final class FakeSiteBucket implements SiteBucket {
    private static final int PAGE = 3;

    private final String name;
    private final Map<String, Stored> objects = new ConcurrentSkipListMap<>();
    private final List<String> read = new ArrayList<>();
    private final List<String> written = new ArrayList<>();
    private Consumer<String> before = operation -> {};
    private UnaryOperator<Map<String, String>> kept = headers -> headers;
    private int number;

    public FakeSiteBucket(String name) {
        this.name = name;
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Stored(byte[] content, Head head) {}

    /** Is called before each operation with {@code list}, {@code open KEY}, {@code put KEY}, …; may throw. */
    public void before(Consumer<String> fault) {
        before = fault;
    }

    /** What this store makes of the headers of a put; may throw. */
    public void keeping(UnaryOperator<Map<String, String>> headers) {
        kept = headers;
    }

    public void write(String key, String content) {
        write(key, content.getBytes(StandardCharsets.UTF_8), Map.of("content-type", "text/plain"));
    }

    public synchronized void write(String key, byte[] content, Map<String, String> headers) {
        String etag = ContentHash.ofContent(content, 0, content.length).hex().substring(0, 32);
        Instant modified = Instant.parse("2026-11-20T10:00:00Z").plusSeconds(number++);
        objects.put(
                key, new Stored(content.clone(), new Head(content.length, etag, modified, Optional.empty(), headers)));
    }

    public void remove(String key) {
        objects.remove(key);
    }

    /** Keys and contents as text. */
    public Map<String, String> contents() {
        Map<String, String> all = new TreeMap<>();
        objects.forEach((key, stored) -> all.put(key, new String(stored.content, StandardCharsets.UTF_8)));
        return all;
    }

    /** An object's content. */
    public String text(String key) {
        return new String(objects.get(key).content, StandardCharsets.UTF_8);
    }

    public Map<String, String> headers(String key) {
        return objects.get(key).head.headers();
    }

    /** What was opened since the last call, in no order. */
    public synchronized List<String> read() {
        List<String> all = read.stream().sorted().toList();
        read.clear();
        return all;
    }

    /** What was put or deleted since the last call, in no order. */
    public synchronized List<String> written() {
        List<String> all = written.stream().sorted().toList();
        written.clear();
        return all;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String endpoint() {
        return "http://127.0.0.1:1";
    }

    @Override
    public Listed page(Optional<String> continuation) {
        before.accept("list");
        List<SiteObject> all = objects.entrySet().stream()
                .filter(each -> continuation.isEmpty() || each.getKey().compareTo(continuation.get()) > 0)
                .map(each -> new SiteObject(
                        each.getKey(),
                        each.getValue().head.size(),
                        each.getValue().head.etag(),
                        each.getValue().head.modified()))
                .toList();
        List<SiteObject> page = all.stream().limit(PAGE).toList();
        return new Listed(
                page, all.size() > PAGE ? Optional.of(page.get(PAGE - 1).key()) : Optional.empty());
    }

    @Override
    public Opened open(String key, long offset, Optional<String> etag) {
        before.accept("open " + key);
        Stored stored = objects.get(key);
        if (stored == null
                || etag.filter(wanted -> !wanted.equals(stored.head.etag())).isPresent()) {
            throw new UnderstudyException(ErrorCode.OBJECT_MISSING, "cannot read " + key + " from " + name, "a test");
        }
        synchronized (this) {
            read.add(key);
        }
        InputStream in = new ByteArrayInputStream(stored.content) {
            @Override
            public synchronized int read(byte[] buffer, int from, int length) {
                before.accept("read " + key);
                return super.read(buffer, from, Math.min(length, 1 << 20));
            }
        };
        try {
            in.skipNBytes(offset);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Opened(stored.head, in);
    }

    @Override
    public Optional<Head> head(String key) {
        before.accept("head " + key);
        return Optional.ofNullable(objects.get(key)).map(Stored::head);
    }

    @Override
    public String put(
            String key, Supplier<InputStream> content, long size, ContentHash sha256, Map<String, String> headers) {
        before.accept("put " + key);
        try (InputStream in = content.get()) {
            byte[] all = in.readAllBytes();
            if (all.length != size || !ContentHash.ofContent(all, 0, all.length).equals(sha256)) {
                throw new IllegalArgumentException("another content than was announced: " + key);
            }
            write(key, all, kept.apply(headers));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        synchronized (this) {
            written.add("put " + key);
        }
        return objects.get(key).head.etag();
    }

    @Override
    public void delete(String key) {
        before.accept("delete " + key);
        objects.remove(key);
        synchronized (this) {
            written.add("delete " + key);
        }
    }

    @Override
    public void close() {}
}
