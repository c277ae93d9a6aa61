package io.understudy.replica.assets;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ContentHash;
import io.understudy.filestore.SiteBucket;
import io.understudy.filestore.SiteBucket.Head;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Writes objects whose headers may hold more than ASCII. HTTP does not say how such a value is sent, and stores differ:
 * some keep its bytes, some decode and encode it (RFC 2047), some refuse it. So an object that has one is written in
 * the form that kept the last one, its headers are read back, and the next form is tried where their texts differ. What
 * no form keeps is counted. Thread-safe.
 */
final class ObjectWriter {
    private static final String META = "x-amz-meta-";

    private final SiteBucket bucket;
    private volatile Form proven = Form.AS_IT_IS;
    private long unkept;
    private String example = "";

    ObjectWriter(SiteBucket bucket) {
        this.bucket = bucket;
    }

    /** How a value that is not ASCII is sent. */
    private enum Form {
        AS_IT_IS,
        /** Metadata in encoded words. No other header may have these. */
        ENCODED,
        /** And no other header at all. */
        ASCII;

        Map<String, String> of(Map<String, String> headers) {
            Map<String, String> sent = new TreeMap<>(headers);
            if (this != AS_IT_IS) {
                sent.replaceAll((name, value) -> name.startsWith(META) ? encoded(value) : value);
            }
            if (this == ASCII) {
                sent.values().removeIf(value -> !isAscii(value));
            }
            return sent;
        }
    }

    private record Attempt(Map<String, String> sent, List<String> unkept) {}

    /** Objects some of whose headers the bucket does not have. */
    synchronized long unkept() {
        return unkept;
    }

    /** The first of them, for people: {@code "key" (header, header)}. */
    synchronized String example() {
        return example;
    }

    /**
     * As {@link SiteBucket#put}; also with headers that the store does not keep.
     *
     * @throws UnderstudyException {@code FILESTORE_*}
     */
    String put(String key, Supplier<InputStream> content, long size, ContentHash hash, Map<String, String> headers) {
        if (headers.values().stream().noneMatch(ObjectWriter::isOdd)) {
            return bucket.put(key, content, size, hash, headers);
        }
        Optional<Attempt> best = Optional.empty();
        Optional<UnderstudyException> refused = Optional.empty();
        Map<String, String> last = Map.of();
        String etag = "";
        for (Form form : order()) {
            Map<String, String> sent = form.of(headers);
            if (sent.equals(last)) {
                continue;
            }
            try {
                etag = bucket.put(key, content, size, hash, sent);
            } catch (UnderstudyException e) {
                // Some stores refuse such a value, others find the signature wrong.
                if (e.code() != ErrorCode.FILESTORE_DENIED) {
                    throw e;
                }
                refused = Optional.of(e);
                continue;
            }
            last = sent;
            List<String> missing = missing(headers, bucket.head(key));
            if (missing.isEmpty()) {
                proven = form;
                return etag;
            }
            if (best.isEmpty() || missing.size() < best.get().unkept.size()) {
                best = Optional.of(new Attempt(sent, missing));
            }
        }
        if (best.isEmpty()) {
            throw refused.orElseThrow();
        }
        note(key, best.get().unkept);
        return best.get().sent.equals(last) ? etag : bucket.put(key, content, size, hash, best.get().sent);
    }

    private List<Form> order() {
        return switch (proven) {
            case AS_IT_IS -> List.of(Form.AS_IT_IS, Form.ENCODED, Form.ASCII);
            case ENCODED -> List.of(Form.ENCODED, Form.AS_IT_IS, Form.ASCII);
            case ASCII -> List.of(Form.ASCII, Form.AS_IT_IS, Form.ENCODED);
        };
    }

    /** Names of headers whose text the store does not give. @param head empty: somebody deleted it in between */
    private static List<String> missing(Map<String, String> headers, Optional<Head> head) {
        return head.stream()
                .flatMap(now -> headers.entrySet().stream()
                        .filter(each -> isOdd(each.getValue()))
                        .filter(each ->
                                !text(each.getValue()).equals(text(now.headers().getOrDefault(each.getKey(), ""))))
                        .map(Map.Entry::getKey))
                .sorted()
                .toList();
    }

    private synchronized void note(String key, List<String> names) {
        unkept++;
        example = example.isEmpty() ? "\"" + key + "\" (" + String.join(", ", names) + ")" : example;
    }

    /** Encoded words too: a store may decode them. */
    private static boolean isOdd(String value) {
        return !isAscii(value) || value.contains("=?");
    }

    private static boolean isAscii(String value) {
        return value.chars().allMatch(each -> each < 0x80);
    }

    private static String encoded(String value) {
        return isAscii(value) ? value : EncodedWords.encode(value);
    }

    private static String text(String value) {
        return EncodedWords.decode(value).strip();
    }
}
