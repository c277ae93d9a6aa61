package io.understudy.primary.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.files.Sha256;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSink;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.PlainSink;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProcessorShareTest {
    private static final Duration EACH = Duration.ofMillis(100);

    private final FakeTicker ticker = new FakeTicker();
    private final AtomicLong used = new AtomicLong();

    /** A blob of whole processor time: the clock goes on as well. */
    private BlobRef put(byte[] buffer, int offset, int length) {
        used.addAndGet(EACH.toNanos());
        ticker.advance(EACH);
        return new BlobRef(BlobId.of(Sha256.of(buffer, offset, length)), length, length, false);
    }

    @Test
    void aThreadThatOnlyComputesTakesLongerByTheShare() {
        puts(new ProcessorShare(OptionalDouble.of(0.25), ticker, used::get).within((PlainSink) this::put), 100);
        // 100 times 0.1 s of processor time at a quarter of a processor.
        assertThat(ticker.since(0)).isBetween(Duration.ofMillis(39_000), Duration.ofMillis(40_000));
    }

    @Test
    void aShareThatIsNotUsedUpCostsNothing() {
        puts(new ProcessorShare(OptionalDouble.of(2), ticker, used::get).within((PlainSink) this::put), 100);
        assertThat(ticker.pauses()).isEmpty();
    }

    /** The server decodes its log before a blob is stored, and often none is. */
    @Test
    void whatAServerDecodesCounts() {
        ProcessorShare share = new ProcessorShare(OptionalDouble.of(0.25), ticker, used::get);
        for (int i = 0; i < 11; i++) {
            share.charge(EACH);
            ticker.advance(EACH);
        }
        assertThat(ticker.since(0)).isBetween(Duration.ofMillis(3_700), Duration.ofMillis(4_200));
        ProcessorShare.all(ticker).charge(Duration.ofDays(1));
        assertThat(ticker.since(0)).isLessThan(Duration.ofMillis(4_200));
    }

    @Test
    void withoutALimitItIsTheSinkItself() {
        PlainSink sink = this::put;
        assertThat(ProcessorShare.all(ticker).within(sink)).isSameAs(sink);
    }

    @Test
    void countsTheProcessorTimeOfThisMachine() {
        PlainSink busy = (buffer, offset, length) -> {
            long x = 1;
            for (int i = 0; i < 20_000_000; i++) {
                x = x * 31 + i;
            }
            return new BlobRef(BlobId.of(Sha256.of(buffer, offset, length)), length, Math.max(1, x & 1), false);
        };
        puts(new ProcessorShare(OptionalDouble.of(0.05), ticker).within(busy), 3);
        assertThat(ticker.pauses()).isNotEmpty();
    }

    private static void puts(BlobSink sink, int times) {
        for (int i = 0; i < times; i++) {
            sink.put(new byte[] {(byte) i}, 0, 1);
        }
    }
}
