package io.understudy.replica.assets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ContentHash;
import io.understudy.testing.FakeSiteBucket;
import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayInputStream;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** On stores that differ in what they make of headers that are not ASCII. */
class ObjectWriterTest {
    private static final String META = "x-amz-meta-author";
    private static final String NAME = "content-disposition";
    private static final Map<String, String> HEADERS = Map.of(
            META,
            "J\u00fcrgen \u65e5\u672c",
            NAME,
            "attachment; filename=\"\u00e4.pdf\"",
            "content-type",
            "text/plain");

    private final FakeSiteBucket bucket = new FakeSiteBucket("s3://a");
    private final ObjectWriter writer = new ObjectWriter(bucket);

    @Test
    void writesOnceWhereTheStoreKeepsWhatItGets() {
        put("a", HEADERS);

        assertThat(bucket.headers("a")).isEqualTo(HEADERS);
        assertThat(bucket.written()).containsExactly("put a");
        assertThat(writer.unkept()).isZero();
    }

    /** As AWS does: metadata comes back as encoded words, and bytes that are none were read as ISO 8859-1. */
    @Test
    void encodesMetadataForAStoreThatReadsItsBytesAsAnotherEncoding() {
        bucket.keeping(sent -> changed(sent, value -> encoded(decoded(value.startsWith("=?") ? value : latin(value)))));

        put("a", HEADERS);
        assertThat(decoded(bucket.headers("a").get(META))).isEqualTo(HEADERS.get(META));
        assertThat(bucket.headers("a")).containsEntry(NAME, HEADERS.get(NAME));
        assertThat(bucket.written()).containsExactly("put a", "put a");

        // The form is known by now.
        put("b", HEADERS);
        assertThat(bucket.written()).containsExactly("put b");
        assertThat(writer.unkept()).isZero();
    }

    @Test
    void encodesMetadataForAStoreThatRefusesOther() {
        bucket.keeping(sent -> refusing(sent, META));

        put("a", HEADERS);

        assertThat(decoded(bucket.headers("a").get(META))).isEqualTo(HEADERS.get(META));
        assertThat(bucket.headers("a").get(META)).isASCII();
        assertThat(writer.unkept()).isZero();
    }

    /** The words of one store are the text of another. */
    @Test
    void takesWordsThatTheStoreDecodesForKept() {
        bucket.keeping(sent -> changed(sent, ObjectWriterTest::decoded));

        put("a", Map.of(META, encoded("J\u00fcrgen")));

        assertThat(bucket.headers("a")).containsEntry(META, "J\u00fcrgen");
        assertThat(bucket.written()).containsExactly("put a");
    }

    @Test
    void saysWhatNoFormKeeps() {
        bucket.keeping(sent -> refusing(sent, NAME));

        put("a", HEADERS);
        put("b", HEADERS);

        assertThat(bucket.headers("b")).doesNotContainKey(NAME).containsEntry("content-type", "text/plain");
        assertThat(decoded(bucket.headers("b").get(META))).isEqualTo(HEADERS.get(META));
        assertThat(writer.unkept()).isEqualTo(2);
        assertThat(writer.example()).isEqualTo("\"a\" (" + NAME + ")");
    }

    /** What keeps most stays: here the first form, which was followed by worse ones. */
    @Test
    void endsWithTheFormThatKeepsMost() {
        bucket.keeping(sent -> {
            Map<String, String> kept = new TreeMap<>(sent);
            kept.values().removeIf(value -> value.startsWith("=?"));
            kept.remove(NAME);
            return kept;
        });

        put("a", HEADERS);

        assertThat(bucket.headers("a")).containsEntry(META, HEADERS.get(META));
        assertThat(writer.example()).isEqualTo("\"a\" (" + NAME + ")");
    }

    @Test
    void failsWhereTheStoreRefusesEveryForm() {
        bucket.before(operation -> {
            if (operation.startsWith("put")) {
                throw denied();
            }
        });

        assertThatThrownBy(() -> put("a", HEADERS)).hasMessage("denied");
        bucket.before(operation -> {
            throw new UnderstudyException(ErrorCode.FILESTORE_UNREACHABLE, "away", "a test");
        });
        assertThatThrownBy(() -> put("a", HEADERS)).hasMessage("away");
    }

    private void put(String key, Map<String, String> headers) {
        byte[] content = key.getBytes(StandardCharsets.UTF_8);
        ContentHash hash = ContentHash.ofContent(content, 0, content.length);
        writer.put(key, () -> new ByteArrayInputStream(content), content.length, hash, headers);
    }

    private static Map<String, String> changed(
            Map<String, String> sent, java.util.function.UnaryOperator<String> change) {
        Map<String, String> kept = new TreeMap<>(sent);
        kept.replaceAll((name, value) -> name.equals(META) ? change.apply(value) : value);
        return kept;
    }

    private static Map<String, String> refusing(Map<String, String> sent, String name) {
        if (sent.getOrDefault(name, "").chars().anyMatch(each -> each >= 0x80)) {
            throw denied();
        }
        return sent;
    }

    private static UnderstudyException denied() {
        return new UnderstudyException(ErrorCode.FILESTORE_DENIED, "denied", "a test");
    }

    private static String latin(String value) {
        return new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static String encoded(String value) {
        try {
            return MimeUtility.encodeText(value, "UTF-8", "Q").replace("\r\n", "");
        } catch (UnsupportedEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String decoded(String value) {
        try {
            return MimeUtility.decodeText(value);
        } catch (UnsupportedEncodingException e) {
            throw new IllegalStateException(e);
        }
    }
}
