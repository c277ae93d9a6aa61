package io.understudy.repository.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.luben.zstd.Zstd;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.repository.Samples;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.InMemoryFilestore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlobsTest {
    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore store = new InMemoryFilestore(time);
    private final Blobs blobs = new Blobs(store, time.clock());
    private final byte[] content = Samples.rows(1, 300_000, 80);

    @Test
    void givesWhatItWasGiven() throws IOException {
        byte[] around = Samples.insert(content, 0, new byte[7]);
        BlobRef blob = blobs.put(around, 7, content.length);
        assertThat(blob.bytes()).isEqualTo(content.length);
        assertThat(blob.continues()).isFalse();
        assertThat(store.keys()).containsExactly(blob.id().key());
        assertThat(blob.id().key()).matches("blobs/([0-9a-f]{2})/\\1[0-9a-f]{62}\\.zst");
        assertThat(blobs.stat(blob.id()).orElseThrow().size())
                .isEqualTo(blob.stored())
                .isLessThan(content.length);
        assertThat(read(blob)).isEqualTo(content);
    }

    @Test
    void storesOneFrameThatTellsItsSizeAndEndsWithItsChecksum() throws IOException {
        BlobRef blob = put(content);
        byte[] stored = stored(blob);
        assertThat(Zstd.getFrameContentSize(stored)).isEqualTo(content.length);
        assertThat(stored[4] & 4)
                .as("checksum flag of the frame header (RFC 8878, 3.1.1.1)")
                .isNotZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 1000, 131_072, 5_000_000})
    void takesContentOfAnyLengthAndKind(int length) throws IOException {
        byte[] random = Samples.bytes(length, length);
        assertThat(read(put(random))).isEqualTo(random);
        byte[] zeros = new byte[length];
        assertThat(read(put(zeros))).isEqualTo(zeros);
    }

    @Test
    void refusesLengthsThatNoBlobHas() {
        assertThatThrownBy(() -> blobs.put(content, 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> blobs.put(content, 0, content.length + 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        BlobRef absurd = new BlobRef(new BlobId("ab".repeat(32)), Long.MAX_VALUE, 1, false);
        assertThat(failure(() -> blobs.open(absurd)).code()).isEqualTo(ErrorCode.BLOB_DAMAGED);
    }

    @Test
    void sendsTheSameContentOnce() {
        BlobRef first = put(content);
        time.advance(Duration.ofHours(11));
        assertThat(put(content)).isEqualTo(first);
        assertThat(store.count(Operation.PUT)).isOne();
    }

    @Test
    void sendsAnOldBlobAgainSoThatNoCollectionTakesIt() {
        BlobRef blob = put(content);
        time.advance(Duration.ofHours(12));
        put(content);
        assertThat(store.count(Operation.PUT)).isEqualTo(2);
        assertThat(blobs.stat(blob.id()).orElseThrow().modified()).isEqualTo(time.now());
    }

    @Test
    void sendsAgainWhatIsEmptyThere() throws IOException {
        BlobRef blob = put(content);
        store.put(blob.id().key(), Content.of(new byte[0]));
        assertThat(read(put(content))).isEqualTo(content);
    }

    @Test
    void sendsAgainWhatSeemsToComeFromTheFuture() {
        FakeTicker ahead = new FakeTicker(time.now().plus(Duration.ofDays(3)));
        InMemoryFilestore skewed = new InMemoryFilestore(ahead);
        Blobs there = new Blobs(skewed, time.clock());
        there.put(content, 0, content.length);
        there.put(content, 0, content.length);
        assertThat(skewed.count(Operation.PUT)).isEqualTo(2);
    }

    @Test
    void asksNothingForWhatTheBaseNames() {
        BlobRef base = put(content);
        KnownBlobs known = KnownBlobs.none();
        known.add(base);
        time.advance(Duration.ofDays(30));
        int before = store.count(Operation.STAT) + store.count(Operation.PUT);
        try (BlobSession session = blobs.session(known)) {
            assertThat(session.put(content, 0, content.length)).isEqualTo(base);
            assertThat(session.uploadedBlobs()).isZero();
            assertThat(session.uploadedBytes()).isZero();
            assertThat(session.reusedBytes()).isEqualTo(base.stored());
        }
        assertThat(store.count(Operation.STAT) + store.count(Operation.PUT)).isEqualTo(before);
    }

    @Test
    void asksOnceForWhatASessionPutsTwice() {
        try (BlobSession session = blobs.session(KnownBlobs.none())) {
            BlobRef blob = session.put(content, 0, content.length);
            assertThat(session.put(content, 0, content.length)).isEqualTo(blob);
            assertThat(session.uploadedBlobs()).isOne();
            assertThat(session.uploadedBytes()).isEqualTo(blob.stored());
            assertThat(session.reusedBytes()).isEqualTo(blob.stored());
        }
        assertThat(store.count(Operation.STAT)).isOne();
    }

    @Test
    void countsAsReusedWhatAnotherSessionSent() {
        BlobRef blob = put(content);
        try (BlobSession session = blobs.session(KnownBlobs.none())) {
            session.put(content, 0, content.length);
            assertThat(session.uploadedBlobs()).isZero();
            assertThat(session.reusedBytes()).isEqualTo(blob.stored());
        }
    }

    @Test
    void sendsOnceWhatManyPutAtTheSameTime() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (BlobSession session = blobs.session(KnownBlobs.none())) {
            Callable<BlobRef> put = () -> session.put(content, 0, content.length);
            List<Future<BlobRef>> all =
                    threads.invokeAll(IntStream.range(0, 40).mapToObj(i -> put).toList());
            for (Future<BlobRef> one : all) {
                assertThat(one.get().bytes()).isEqualTo(content.length);
            }
            assertThat(session.uploadedBlobs()).isOne();
        } finally {
            threads.shutdownNow();
        }
        assertThat(store.count(Operation.PUT)).isOne();
    }

    @Test
    void aPutThatFailedMayBeRepeated() throws IOException {
        store.inject(Faults.first(
                Operation.PUT, key -> true, new Faults.LoseAcknowledgement(ErrorCode.FILESTORE_UNREACHABLE)));
        assertThat(failure(() -> put(content)).code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
        assertThat(read(put(content))).isEqualTo(content);
    }

    @Test
    void namesAMissingBlob() {
        BlobRef blob = put(content);
        blobs.delete(blob.id());
        UnderstudyException e = failure(() -> blobs.open(blob));
        assertThat(e.code()).isEqualTo(ErrorCode.BLOB_MISSING);
        assertThat(e).hasMessageContaining(blob.id().hex()).hasMessageContaining("memory:");
    }

    @Test
    void findsEveryFlippedBit() throws IOException {
        byte[] small = Samples.rows(3, 2000, 60);
        BlobRef blob = put(small);
        byte[] sound = stored(blob);
        Random random = new Random(3);
        for (int at = 0; at < sound.length; at++) {
            byte[] flipped = sound.clone();
            flipped[at] ^= (byte) (1 << random.nextInt(8));
            store.put(blob.id().key(), Content.of(flipped));
            assertNothingFalseComesOut(blob, small);
        }
    }

    @Test
    void findsEveryTruncation() throws IOException {
        byte[] small = Samples.rows(4, 500, 60);
        BlobRef blob = put(small);
        byte[] sound = stored(blob);
        for (int length = 0; length < sound.length; length++) {
            store.put(blob.id().key(), Content.of(sound, length));
            assertThat(failure(() -> read(blob)).code()).isEqualTo(ErrorCode.BLOB_DAMAGED);
        }
    }

    @Test
    void findsABlobThatWasSwappedForAnother() throws IOException {
        BlobRef blob = put(content);
        byte[] other = Samples.rows(2, 300_000, 80);
        BlobRef stranger = put(Arrays.copyOf(other, content.length));
        store.put(blob.id().key(), Content.of(stored(stranger)));
        UnderstudyException e = failure(() -> read(blob));
        assertThat(e.code()).isEqualTo(ErrorCode.BLOB_DAMAGED);
        assertThat(e)
                .hasMessageContaining(blob.id().hex())
                .hasMessageContaining(stranger.id().hex());
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1})
    void findsALengthThatIsNotAsPromised(int difference) throws IOException {
        BlobRef blob = put(content);
        BlobRef lied = new BlobRef(blob.id(), blob.bytes() + difference, blob.stored(), false);
        assertThat(failure(() -> read(lied)).code()).isEqualTo(ErrorCode.BLOB_DAMAGED);
    }

    @Test
    void checksBeforeTheReadThatCompletesTheContentReturns() throws IOException {
        byte[] other = content.clone();
        other[content.length - 1] ^= 1;
        BlobRef blob = put(content);
        store.put(blob.id().key(), Content.of(Zstd.compress(other)));
        try (InputStream in = blobs.open(blob)) {
            assertThat(in.readNBytes(content.length - 1)).hasSize(content.length - 1);
            assertThat(failure(in::read).code()).isEqualTo(ErrorCode.BLOB_DAMAGED);
        }
    }

    @Test
    void aBombGivesNoMoreThanTheBlobsLength() throws IOException {
        BlobRef blob = put(content);
        store.put(blob.id().key(), Content.of(Zstd.compress(new byte[50_000_000])));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(failure(() -> blobs.open(blob).transferTo(out)).code()).isEqualTo(ErrorCode.BLOB_DAMAGED);
        assertThat(out.size()).isLessThanOrEqualTo(content.length);
    }

    @Test
    void manyFramesWithoutContentEndAtALimit() {
        BlobRef blob = put(content);
        byte[] empty = Zstd.compress(new byte[0]);
        byte[] many = new byte[empty.length * 1_000_000];
        for (int i = 0; i < many.length; i += empty.length) {
            System.arraycopy(empty, 0, many, i, empty.length);
        }
        store.put(blob.id().key(), Content.of(many));
        assertThat(failure(() -> read(blob)).code()).isEqualTo(ErrorCode.BLOB_DAMAGED);
    }

    @Test
    void aBrokenDownloadIsTheFilestoresFailure() {
        BlobRef blob = put(content);
        store.inject(
                Faults.first(Operation.OPEN, key -> true, new Faults.Break(10_000, ErrorCode.FILESTORE_UNREACHABLE)));
        assertThat(failure(() -> read(blob)).code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
    }

    @Test
    void listsWhatThereIs() {
        BlobRef one = put(content);
        BlobRef two = put(Samples.text("two"));
        store.put("manifests/x", Content.of(new byte[1]));
        try (var all = blobs.list()) {
            assertThat(all.map(info -> info.key()))
                    .containsExactlyInAnyOrder(one.id().key(), two.id().key());
        }
    }

    private void assertNothingFalseComesOut(BlobRef blob, byte[] sound) throws IOException {
        try {
            // A bit that the decoder does not look at changes nothing; all others are found.
            assertThat(read(blob)).isEqualTo(sound);
        } catch (UnderstudyException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.BLOB_DAMAGED);
        }
    }

    private BlobRef put(byte[] bytes) {
        return blobs.put(bytes, 0, bytes.length);
    }

    private byte[] stored(BlobRef blob) throws IOException {
        try (InputStream in = store.open(blob.id().key(), 0)) {
            return in.readAllBytes();
        }
    }

    private byte[] read(BlobRef blob) throws IOException {
        try (InputStream in = blobs.open(blob)) {
            return in.readAllBytes();
        }
    }

    private static UnderstudyException failure(ThrowingCallable call) {
        UnderstudyException e = catchThrowableOfType(UnderstudyException.class, call);
        assertThat(e).isNotNull();
        return e;
    }
}
