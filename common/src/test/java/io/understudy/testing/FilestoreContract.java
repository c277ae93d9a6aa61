package io.understudy.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.ObjectInfo;
import io.understudy.filestore.Page;
import io.understudy.filestore.WriteBatch;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every filestore promises; an adapter's test extends it. */
public abstract class FilestoreContract {
    private Filestore store;

    /** An empty filestore. */
    protected abstract Filestore create() throws Exception;

    /** Whether a read that begins while an object is replaced shows one of both; a resumed download may show parts. */
    protected boolean showsWholeObjects() {
        return true;
    }

    @BeforeEach
    void open() throws Exception {
        store = create();
    }

    @AfterEach
    void close() {
        if (store != null) {
            store.close();
        }
    }

    @Test
    void givesBackWhatWasPut() {
        put("blobs/ab/one.zst", "content");
        assertThat(read("blobs/ab/one.zst", 0)).isEqualTo("content");
    }

    @Test
    void whatABatchPutIsThereWhenItIsSettled() {
        put("blobs/ab/old", "old");
        try (WriteBatch batch = store.batch()) {
            IntStream.range(0, 100).parallel().forEach(number -> {
                // The buffer is used again.
                byte[] buffer = bytes("content " + number);
                batch.put("blobs/" + number % 7 + "/" + number, Content.of(buffer));
                Arrays.fill(buffer, (byte) 0);
            });
            batch.keep("blobs/ab/old");
            batch.settle();
            assertThat(keys("blobs/", "")).hasSize(101);
            assertThat(read("blobs/1/99", 0)).isEqualTo("content 99");
            batch.put("blobs/1/99", Content.of(bytes("another")));
            batch.settle();
            assertThat(read("blobs/1/99", 0)).isEqualTo("another");
        }
    }

    @Test
    void aBatchThatIsClosedUnsettledLeavesNothingInPart() {
        WriteBatch batch = store.batch();
        for (int number = 0; number < 20; number++) {
            batch.put("blobs/" + number, Content.of(bytes("content")));
        }
        batch.close();
        assertThat(keys("blobs/", ""))
                .allSatisfy(key -> assertThat(read(key, 0)).isEqualTo("content"));
    }

    @Test
    void replacesWhatWasPut() {
        put("replicas/one.json", "a longer first version");
        put("replicas/one.json", "second");
        assertThat(read("replicas/one.json", 0)).isEqualTo("second");
        assertThat(store.stat("replicas/one.json").orElseThrow().size()).isEqualTo(6);
    }

    @Test
    void keepsAnEmptyObject() {
        put("empty", "");
        assertThat(read("empty", 0)).isEmpty();
        assertThat(store.stat("empty").orElseThrow().size()).isZero();
        assertThat(keys("", "")).containsExactly("empty");
    }

    @Test
    void keepsManyMebibytesExactly() throws IOException {
        byte[] bytes = new byte[17 * 1024 * 1024 + 3];
        new Random(7).nextBytes(bytes);
        store.put("large", Content.of(bytes));
        try (InputStream in = store.open("large", 0)) {
            assertThat(Arrays.equals(in.readAllBytes(), bytes)).isTrue();
        }
        try (InputStream in = store.open("large", 16 * 1024 * 1024 + 1)) {
            byte[] tail = Arrays.copyOfRange(bytes, 16 * 1024 * 1024 + 1, bytes.length);
            assertThat(Arrays.equals(in.readAllBytes(), tail)).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"0,0123456789", "1,123456789", "9,9", "10,''"})
    void readsFromAnOffset(long offset, String expected) {
        put("digits", "0123456789");
        assertThat(read("digits", offset)).isEqualTo(expected);
    }

    @Test
    void bytesBeyondTheEndAreMissing() {
        put("digits", "0123456789");
        assertFails(ErrorCode.OBJECT_MISSING, () -> read("digits", 11));
        put("empty", "");
        assertFails(ErrorCode.OBJECT_MISSING, () -> read("empty", 1));
    }

    @Test
    void aReaderMayStopEarly() throws IOException {
        store.put("large", Content.of(new byte[4 * 1024 * 1024]));
        for (int i = 0; i < 20; i++) {
            try (InputStream in = store.open("large", 0)) {
                assertThat(in.read()).isZero();
            }
        }
        assertThat(store.stat("large")).isPresent();
    }

    @Test
    void saysThatAnObjectIsMissing() {
        put("folder/object", "x");
        assertFails(ErrorCode.OBJECT_MISSING, () -> read("folder/other", 0));
        assertFails(ErrorCode.OBJECT_MISSING, () -> read("nowhere/other", 5));
        assertFails(ErrorCode.OBJECT_MISSING, () -> read("folder", 0));
        assertThat(store.stat("folder/other")).isEmpty();
        assertThat(store.stat("folder")).isEmpty();
    }

    @Test
    void showsSizeAndTime() {
        put("object", "12345");
        ObjectInfo info = store.stat("object").orElseThrow();
        assertThat(info.key()).isEqualTo("object");
        assertThat(info.size()).isEqualTo(5);
        assertThat(info.modified()).isCloseTo(Instant.now(), within(5, ChronoUnit.MINUTES));
        try (Stream<ObjectInfo> listed = store.list("", "")) {
            ObjectInfo same = listed.findFirst().orElseThrow();
            assertThat(same.size()).isEqualTo(5);
            assertThat(same.modified()).isCloseTo(info.modified(), within(2, ChronoUnit.SECONDS));
        }
    }

    @Test
    void putsIfAbsentOnce() {
        assertThat(store.putIfAbsent("epochs/00000002.json", bytes("first"))).isTrue();
        assertThat(store.putIfAbsent("epochs/00000002.json", bytes("second"))).isFalse();
        assertThat(read("epochs/00000002.json", 0)).isEqualTo("first");
        store.delete("epochs/00000002.json");
        assertThat(store.putIfAbsent("epochs/00000002.json", bytes("third"))).isTrue();
        assertThat(read("epochs/00000002.json", 0)).isEqualTo("third");
    }

    @Test
    void doesNotPutIfAbsentOverAPut() {
        put("object", "put");
        assertThat(store.putIfAbsent("object", bytes("other"))).isFalse();
        assertThat(read("object", 0)).isEqualTo("put");
    }

    @Test
    void letsOneOfManyWritersWin() throws Exception {
        assumeTrue(store.capabilities().conditionalPut(), "this store cannot write conditionally");
        for (int round = 0; round < 5; round++) {
            String key = "epochs/" + round;
            List<Boolean> won =
                    together(20, writer -> store.putIfAbsent(key, bytes("writer " + writer + "x".repeat(writer))));
            assertThat(won).containsOnlyOnce(true);
            int winner = won.indexOf(true);
            assertThat(read(key, 0)).isEqualTo("writer " + winner + "x".repeat(winner));
        }
    }

    @Test
    void showsARacingReaderOnlyWholeObjects() throws Exception {
        assumeTrue(showsWholeObjects(), "a download that broke goes on in what the key holds then");
        int size = 300_000;
        put("object", "0".repeat(size));
        List<Boolean> whole = together(8, worker -> {
            boolean good = true;
            for (int i = 0; i < 10; i++) {
                if (worker % 2 == 0) {
                    put("object", String.valueOf(worker).repeat(size));
                } else {
                    String seen = read("object", 0);
                    good &= seen.length() == size && seen.chars().distinct().count() == 1;
                }
            }
            return good;
        });
        assertThat(whole).containsOnly(true);
        assertThat(keys("", "")).containsExactly("object");
    }

    @Test
    void listsInTheOrderOfWholeKeys() {
        List<String> keys = List.of("a-b", "a.b", "a/b", "a/b-", "a/b/c", "a0", "A", "_", "b/a/z", "b/a.z", "b/-");
        for (String key : keys) {
            if (!key.equals("a/b")) {
                put(key, key);
            }
        }
        assertThat(keys("", ""))
                .containsExactly("A", "_", "a-b", "a.b", "a/b-", "a/b/c", "a0", "b/-", "b/a.z", "b/a/z");
    }

    @ParameterizedTest
    @CsvSource({
        "'', '', m/1 m/2 m/3 n/1 x",
        "m/, '', m/1 m/2 m/3",
        "m, '', m/1 m/2 m/3",
        "m/2, '', m/2",
        "m/, m/1, m/2 m/3",
        "m/, m/11, m/2 m/3",
        "m/, m/3, ''",
        "m/, a, m/1 m/2 m/3",
        "m/, z, ''",
        "'', m/2, m/3 n/1 x",
        "'', m0, n/1 x",
        "'', m, m/1 m/2 m/3 n/1 x",
        "n/1, n, n/1",
        "none/, '', ''",
        "m/1/, '', ''",
    })
    void listsByPrefixAndAfter(String prefix, String after, String expected) {
        Stream.of("m/1", "m/2", "m/3", "n/1", "x").forEach(key -> put(key, key));
        List<String> wanted = expected.isEmpty() ? List.of() : List.of(expected.split(" "));
        assertThat(keys(prefix, after)).isEqualTo(wanted);
    }

    @Test
    void listsMoreThanOnePage() throws Exception {
        int count = 1_010;
        List<String> wanted = IntStream.range(0, count)
                .mapToObj(i -> String.format("p/%05d", i))
                .toList();
        together(8, worker -> {
            for (int i = worker; i < count; i += 8) {
                put(wanted.get(i), "");
            }
            return true;
        });
        assertThat(keys("p/", "")).isEqualTo(wanted);
        assertThat(keys("p/", "p/00009")).isEqualTo(wanted.subList(10, count));
        assertThat(pages("p/")).isEqualTo(wanted);
        try (Stream<ObjectInfo> listed = store.list("", "")) {
            assertThat(listed.limit(3).map(ObjectInfo::key)).isEqualTo(wanted.subList(0, 3));
        }
    }

    /**
     * As a page is on its way, an object of it may go and one may come: what stays is listed once, whatever the order
     * of folders and files.
     */
    @Test
    void listsWhatStaysWhileOthersComeAndGo() {
        List<String> stay = IntStream.range(0, 1_010)
                .mapToObj(i -> String.format("q/%02d/%02d", i / 60, i % 60))
                .toList();
        stay.forEach(key -> put(key, ""));
        Page first = store.page("q/", "");
        store.delete(first.last());
        put("q/99", "");
        List<String> rest = keys("q/", first.last());
        List<String> expected = new ArrayList<>(stay.subList(first.objects().size(), stay.size()));
        expected.add("q/99");
        assertThat(rest).isEqualTo(expected);
    }

    @Test
    void deletes() {
        put("object", "x");
        store.delete("object");
        assertThat(store.stat("object")).isEmpty();
        assertThat(keys("", "")).isEmpty();
        assertFails(ErrorCode.OBJECT_MISSING, () -> read("object", 0));
    }

    @Test
    void deletingNothingSucceeds() {
        store.delete("object");
        store.delete("no/such/folder");
        put("folder/object", "x");
        store.delete("folder");
        assertThat(keys("", "")).containsExactly("folder/object");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/..", "a/./b", "a/../b", "a b", "ä", "a\\b", "~a",
                "a\0"
            })
    void refusesUnsafeKeys(String key) {
        assertFails(ErrorCode.UNSAFE_PATH, () -> put(key, "x"));
        assertFails(ErrorCode.UNSAFE_PATH, () -> store.putIfAbsent(key, bytes("x")));
        assertFails(ErrorCode.UNSAFE_PATH, () -> store.open(key, 0));
        assertFails(ErrorCode.UNSAFE_PATH, () -> store.stat(key));
        assertFails(ErrorCode.UNSAFE_PATH, () -> store.delete(key));
    }

    @Test
    void refusesKeysThatAreTooLong() {
        assertFails(ErrorCode.UNSAFE_PATH, () -> put("x".repeat(256), "x"));
        assertFails(ErrorCode.UNSAFE_PATH, () -> put("xxx/".repeat(256) + "x", "x"));
    }

    @Test
    void writesOnlyThatPartOfTheBuffer() {
        store.put("part", Content.of(bytes("12345"), 3));
        assertThat(read("part", 0)).isEqualTo("123");
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> Content.of(bytes("123"), 4)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void saysWhatItIs() {
        assertThat(store.name()).matches("[a-z0-9]+:.*").doesNotContain("secret");
    }

    /** Asserts that the call fails with that code, a message and a hint. */
    protected static void assertFails(ErrorCode code, ThrowingCallable call) {
        assertThat(org.assertj.core.api.Assertions.catchThrowable(call))
                .isInstanceOfSatisfying(UnderstudyException.class, e -> {
                    assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
                    assertThat(e.getMessage()).startsWith("cannot ");
                    assertThat(e.hint()).isNotBlank();
                });
    }

    protected final Filestore store() {
        return store;
    }

    protected final void put(String key, String content) {
        store.put(key, Content.of(bytes(content)));
    }

    protected final String read(String key, long offset) {
        try (InputStream in = store.open(key, offset)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError("a filestore's stream throws UnderstudyExceptions", e);
        }
    }

    protected final List<String> keys(String prefix, String after) {
        try (Stream<ObjectInfo> listed = store.list(prefix, after)) {
            return listed.map(ObjectInfo::key).toList();
        }
    }

    /** Page after page, by hand: each begins after the one before, and only the last one says that it is the last. */
    private List<String> pages(String prefix) {
        List<String> keys = new ArrayList<>();
        Page page = store.page(prefix, "");
        page.objects().forEach(object -> keys.add(object.key()));
        while (page.more()) {
            page = store.page(prefix, page.last());
            page.objects().forEach(object -> keys.add(object.key()));
        }
        return keys;
    }

    protected static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Runs the work in that many threads that start together. */
    protected static <T> List<T> together(int workers, Together.Work<T> work) throws Exception {
        return Together.run(workers, work);
    }

    /** For adapters' own tests: whether the key holds something. */
    protected final Optional<ObjectInfo> stat(String key) {
        return store.stat(key);
    }
}
