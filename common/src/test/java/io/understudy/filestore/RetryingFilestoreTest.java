package io.understudy.filestore;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Break;
import io.understudy.testing.Faults.Fail;
import io.understudy.testing.Faults.Fault;
import io.understudy.testing.Faults.LoseAcknowledgement;
import io.understudy.testing.Faults.None;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.FilestoreContract;
import io.understudy.testing.InMemoryFilestore;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract, kept by a store whose every fourth operation is in trouble; and what each kind of trouble leads to. */
class RetryingFilestoreTest extends FilestoreContract {
    private static final Fault DOWN = new Fail(ErrorCode.FILESTORE_UNREACHABLE);
    private static final Fault LOST = new LoseAcknowledgement(ErrorCode.FILESTORE_FAILED);

    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore memory = new InMemoryFilestore(time);
    private final Filestore store = retrying(memory);
    private volatile boolean downloadsBreak = true;

    private Filestore retrying(Filestore inner) {
        return new RetryingFilestore(inner, RetryPolicy.standard(), time, new Random(1));
    }

    @Override
    protected Filestore create() {
        InMemoryFilestore troubled = new InMemoryFilestore();
        FakeTicker impatient = new FakeTicker();
        troubled.inject(bearable(Faults.seeded(new Random(4), 0.25)));
        return new RetryingFilestore(troubled, RetryPolicy.standard(), impatient, new Random(1));
    }

    /**
     * A download that breaks goes on in what stands there then, so of an object that is replaced during it, it may show
     * parts of both.
     */
    @BeforeEach
    void breakNoDownloadOfWhatIsReplaced(TestInfo test) {
        downloadsBreak = !test.getDisplayName().startsWith("showsARacingReaderOnlyWholeObjects");
    }

    private Faults bearable(Faults faults) {
        return (operation, key) -> {
            Fault fault = faults.next(operation, key);
            boolean tooMuch = fault instanceof Faults.Delay || (fault instanceof Break && !downloadsBreak);
            return tooMuch ? new Faults.None() : fault;
        };
    }

    @Test
    void repeatsUntilItSucceeds() {
        memory.inject(Faults.first(Operation.PUT, key -> true, DOWN, LOST, new Fail(ErrorCode.FILESTORE_FAILED)));
        store.put("a", Content.of(bytes("x")));
        assertThat(memory.count(Operation.PUT)).isEqualTo(4);
        assertThat(time.pauses()).hasSize(3).isSorted();
        assertThat(memory.keys()).containsExactly("a");
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            names = {"FILESTORE_DENIED", "DISK_FULL", "OBJECT_MISSING", "CANCELLED", "UNSAFE_PATH", "FILE_FAILED"})
    void doesNotRepeatWhatDoesNotPass(ErrorCode code) {
        memory.inject(Faults.always(new Fail(code)));
        assertFails(code, () -> store.put("a", Content.of(bytes("x"))));
        assertThat(memory.count(Operation.PUT)).isEqualTo(1);
        assertThat(time.pauses()).isEmpty();
    }

    /** The end is not repeated: a disk that could not force a file may say at the second time that it did. */
    @Test
    void repeatsTheWritesOfABatchAndNotItsEnd() {
        memory.inject(
                Faults.first(Operation.PUT, key -> key.equals("a"), new Faults.Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        try (WriteBatch batch = store.batch()) {
            batch.put("a", Content.of(bytes("x")));
            batch.settle();
        }
        assertThat(memory.keys()).containsExactly("a");

        memory.holdBatches();
        memory.inject(
                Faults.first(Operation.PUT, key -> key.equals("b"), new Faults.Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        try (WriteBatch batch = store.batch()) {
            batch.put("b", Content.of(bytes("x")));
            assertFails(ErrorCode.FILESTORE_UNREACHABLE, batch::settle);
        }
        assertThat(memory.keys()).containsExactly("a");
    }

    @Test
    void asksOnceWhenItIsToldTo() {
        memory.inject(Faults.always(DOWN));
        assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> store.statOnce("a"));
        assertThat(memory.count(Operation.STAT)).isEqualTo(1);
        assertThat(time.pauses()).isEmpty();
    }

    @Test
    void givesAStrangerUpSoonAndAKnownStoreLater() {
        memory.inject(Faults.always(DOWN));
        assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> store.stat("a"));
        assertThat(time.nanos()).isBetween(seconds(1), seconds(3));
        memory.inject(Faults.none());
        assertThat(store.stat("a")).isEmpty();
        memory.inject(Faults.always(DOWN));
        long start = time.nanos();
        assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> store.stat("a"));
        assertThat(time.nanos() - start).isBetween(seconds(45), seconds(60));
    }

    @Test
    void resumesADownloadWhereItBroke() throws IOException {
        byte[] bytes = new byte[100_000];
        new Random(9).nextBytes(bytes);
        memory.put("a", Content.of(bytes));
        Fault broken = new Break(33_333, ErrorCode.FILESTORE_FAILED);
        memory.inject(Faults.first(Operation.OPEN, key -> true, broken, broken, DOWN, DOWN, broken));
        try (InputStream in = store.open("a", 100)) {
            assertThat(in.readAllBytes()).isEqualTo(java.util.Arrays.copyOfRange(bytes, 100, bytes.length));
        }
        assertThat(memory.count(Operation.OPEN)).isEqualTo(5);
    }

    @Test
    void eachProgressOfADownloadRenewsThePatience() throws IOException {
        byte[] bytes = new byte[1_000];
        memory.put("a", Content.of(bytes));
        memory.inject(Faults.always(new Break(1, ErrorCode.FILESTORE_UNREACHABLE)));
        try (InputStream in = store.open("a", 0)) {
            assertThat(in.readAllBytes()).hasSize(1_000);
        }
        assertThat(time.nanos()).isGreaterThan(seconds(90));
        memory.inject(Faults.always(new Break(0, ErrorCode.FILESTORE_UNREACHABLE)));
        try (InputStream in = store.open("a", 0)) {
            assertFails(ErrorCode.FILESTORE_UNREACHABLE, in::read);
        }
    }

    @Test
    void resumesAListing() {
        List<String> keys = IntStream.range(10, 60).mapToObj(i -> "k/" + i).toList();
        keys.forEach(key -> memory.put(key, Content.of(new byte[0])));
        memory.pagesOf(20);
        memory.inject(Faults.first(Operation.LIST, key -> true, DOWN, DOWN, new None(), DOWN, new None(), DOWN));
        try (Stream<ObjectInfo> listed = store.list("k/", "k/10")) {
            assertThat(listed.map(ObjectInfo::key)).isEqualTo(keys.subList(1, 50));
        }
        assertThat(memory.count(Operation.LIST)).isEqualTo(7);
    }

    @Test
    void aLostAcknowledgementIsOurOwnWriteWhenTheContentSaysSo() {
        memory.inject(Faults.first(Operation.PUT_IF_ABSENT, key -> true, LOST));
        assertThat(store.putIfAbsent("claim", bytes("mine"))).isTrue();
        assertThat(store.putIfAbsent("claim", bytes("mine"))).isFalse();
    }

    @Test
    void aKeyThatAnotherTookMeanwhileIsNotOurs() {
        memory.inject((operation, key) -> {
            if (operation == Operation.PUT_IF_ABSENT) {
                memory.inject(Faults.none());
                memory.put("claim", Content.of(bytes("theirs")));
                return DOWN;
            }
            return new Faults.None();
        });
        assertThat(store.putIfAbsent("claim", bytes("mine"))).isFalse();
    }

    @Test
    void aTakenKeyIsNotReadBackAtTheFirstAttempt() {
        memory.put("claim", Content.of(bytes("mine")));
        assertThat(store.putIfAbsent("claim", bytes("mine"))).isFalse();
        assertThat(memory.count(Operation.OPEN)).isZero();
    }

    @Test
    void anInterruptEndsTheWaiting() {
        memory.inject(Faults.always(DOWN));
        Thread.currentThread().interrupt();
        assertFails(ErrorCode.CANCELLED, () -> store.stat("a"));
        assertThat(Thread.interrupted()).isTrue();
    }

    private static long seconds(long seconds) {
        return Duration.ofSeconds(seconds).toNanos();
    }
}
