package io.understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.time.Ticker;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressDisplayTest {
    private final StringWriter err = new StringWriter();
    private long now;

    private final Ticker ticker = new Ticker() {
        @Override
        public long nanos() {
            return now;
        }

        @Override
        public void sleep(Duration pause) {
            now += pause.toNanos();
        }
    };

    @Test
    void printsALineWhenAStepBeginsNowAndThenAndWhenItEnds() throws Exception {
        try (ProgressDisplay lines = new ProgressDisplay(new PrintWriter(err), false, ticker)) {
            lines.report("database", 0, -1);
            lines.report("database", 1 << 20, -1);
            ticker.sleep(Duration.ofSeconds(10));
            lines.report("database", 3 << 20, -1);
            lines.report("database", 4 << 20, -1);
            lines.report("media", 0, 2048);
            lines.report("media", 2048, 2048);
        }
        assertThat(err)
                .hasToString("database\ndatabase: 3.0 MiB\ndatabase: 4.0 MiB\n"
                        + "media: 0 B of 2.0 KiB\nmedia: 2.0 KiB of 2.0 KiB\n");
    }

    @Test
    void aStepThatEndsAsItWasShownLastIsNotPrintedTwice() {
        ProgressDisplay lines = new ProgressDisplay(new PrintWriter(err), false, ticker);
        lines.report("media", 2048, 2048);
        lines.report("media", 2048, 2048);
        lines.report("database", 0, -1);
        lines.report("database", 0, -1);
        lines.close();
        assertThat(err).hasToString("media: 2.0 KiB of 2.0 KiB\ndatabase\n");
    }

    @Test
    void saysEveryTenSecondsWhereAStepIsThoughNothingCame() throws Exception {
        ProgressDisplay lines = new ProgressDisplay(new PrintWriter(err), false, ticker);
        lines.report("database", 0, -1);
        ticker.sleep(Duration.ofSeconds(10));
        lines.report("database", 0, -1);
        lines.close();
        assertThat(err).hasToString("database\ndatabase\n");
    }

    @Test
    void saysTheRateAndHowLongTheRestTakes() {
        ProgressDisplay lines = new ProgressDisplay(new PrintWriter(err), false, ticker);
        lines.report("restore", 1 << 20, 101 << 20);
        now += Duration.ofSeconds(10).toNanos();
        lines.report("restore", 11 << 20, 101 << 20);
        now += Duration.ofSeconds(190).toNanos();
        lines.report("restore", 21 << 20, 101 << 20);
        lines.report("restore", 101 << 20, 101 << 20);
        lines.close();
        assertThat(err)
                .hasToString("restore: 1.0 MiB of 101.0 MiB\n"
                        + "restore: 11.0 MiB of 101.0 MiB, 1.0 MiB/s, 90 s left\n"
                        + "restore: 21.0 MiB of 101.0 MiB, 102.4 KiB/s, 13 min left\n"
                        + "restore: 101.0 MiB of 101.0 MiB\n");
    }

    @Test
    void drawsABarOverItself() {
        ProgressDisplay bar = new ProgressDisplay(new PrintWriter(err), true, ticker);
        bar.report("media", 0, 3000);
        now += Duration.ofMillis(50).toNanos();
        bar.report("media", 1000, 3000);
        bar.close();
        bar.close();
        assertThat(err.toString().split("\r\u001b\\[K"))
                .containsExactly(
                        "",
                        "media        [                              ] 0 B of 2.9 KiB",
                        "media        [##########                    ] 1000 B of 2.9 KiB\n");
    }

    @Test
    void leavesOutATotalThatWasEstimatedTooLow() {
        ProgressDisplay lines = new ProgressDisplay(new PrintWriter(err), false, ticker);
        lines.report("media", 4096, 2048);
        lines.close();
        assertThat(err).hasToString("media: 4.0 KiB\n");
    }

    @Test
    void saysNothingWhenNothingWasReported() {
        new ProgressDisplay(new PrintWriter(err), true, ticker).close();
        assertThat(err).hasToString("");
    }

    @Test
    void writesBytesForPeople() {
        assertThat(Bytes.text(0)).isEqualTo("0 B");
        assertThat(Bytes.text(1023)).isEqualTo("1023 B");
        assertThat(Bytes.text(1536)).isEqualTo("1.5 KiB");
        assertThat(Bytes.text(5L << 50)).isEqualTo("5120.0 TiB");
    }
}
