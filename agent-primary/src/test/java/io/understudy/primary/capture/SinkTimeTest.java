package io.understudy.primary.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.files.Sha256;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSink;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.PlainSink;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SinkTimeTest {
    private static final Duration COMPUTED = Duration.ofMillis(30);

    private final FakeTicker ticker = new FakeTicker();
    private final AtomicLong used = new AtomicLong();
    private final SinkTime time = new SinkTime(ticker, used::get);

    @Test
    void whatAThreadDoesNotComputeItWaits() throws InterruptedException {
        puts(Duration.ofMillis(100), 3);
        Thread other = new Thread(() -> puts(Duration.ofMillis(50), 3));
        other.start();
        other.join();
        assertThat(time.longestWait()).isEqualTo(Duration.ofMillis(210));
        assertThat(time.total()).isEqualTo(Duration.ofMillis(450));
    }

    @Test
    void computingAloneIsNoWaiting() {
        puts(COMPUTED, 5);
        assertThat(time.longestWait()).isEqualTo(Duration.ZERO);
        assertThat(time.total()).isEqualTo(COMPUTED.multipliedBy(5));
    }

    /** As of a moment that was lost. */
    @Test
    void whatWasBeforeTheRestartDoesNotCount() {
        puts(Duration.ofSeconds(9), 2);
        time.restart();
        puts(Duration.ofMillis(50), 1);
        assertThat(time.longestWait()).isEqualTo(Duration.ofMillis(20));
        assertThat(time.total()).isEqualTo(Duration.ofMillis(50));
    }

    private void puts(Duration took, int times) {
        BlobSink sink = time.around((PlainSink) (buffer, offset, length) -> {
            used.addAndGet(COMPUTED.toNanos());
            ticker.advance(took);
            return new BlobRef(BlobId.of(Sha256.of(buffer, offset, length)), length, length, false);
        });
        for (int i = 0; i < times; i++) {
            sink.put(new byte[] {(byte) i}, 0, 1);
        }
    }
}
