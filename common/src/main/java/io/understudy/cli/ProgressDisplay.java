package io.understudy.cli;

import io.understudy.progress.Progress;
import io.understudy.time.Moments;
import io.understudy.time.Ticker;
import java.io.PrintWriter;
import java.time.Duration;

/**
 * Progress on standard error: a bar on a terminal, drawn over itself; otherwise a line when a step begins, every ten
 * seconds, and when it ends. Where the amount is known, with the rate and an estimate. Thread-safe. Closing it ends the
 * last step.
 */
public final class ProgressDisplay implements Progress, AutoCloseable {
    private static final Duration REDRAW = Duration.ofMillis(100);
    private static final Duration REPEAT = Duration.ofSeconds(10);
    /** From when on a rate means something. */
    private static final Duration SPEAKS = Duration.ofSeconds(2);

    private static final int WIDTH = 30;
    private static final String ERASE = "\r\u001b[K";

    private final PrintWriter err;
    private final boolean bar;
    private final Ticker ticker;
    private String step = "";
    private long done;
    private long total;
    private long shownAt;
    private long begunAt;
    private long begunWith;
    private boolean shown;
    private String lastLine = "";

    ProgressDisplay(PrintWriter err, boolean bar, Ticker ticker) {
        this.err = err;
        this.bar = bar;
        this.ticker = ticker;
    }

    @Override
    public synchronized void report(String step, long doneBytes, long totalBytes) {
        boolean begins = !step.equals(this.step);
        if (begins) {
            endStep();
            begunAt = ticker.nanos();
            begunWith = doneBytes;
        }
        this.step = step;
        this.done = doneBytes;
        this.total = totalBytes;
        this.shown = false;
        if (begins || ticker.since(shownAt).compareTo(bar ? REDRAW : REPEAT) >= 0) {
            show();
        }
    }

    @Override
    public synchronized void close() {
        endStep();
        step = "";
    }

    private void endStep() {
        if (step.isEmpty()) {
            return;
        }
        if (!shown && !line().equals(lastLine)) {
            show();
        }
        if (bar) {
            err.println();
            err.flush();
        }
    }

    private void show() {
        if (bar) {
            err.print(ERASE + drawn());
        } else {
            lastLine = line();
            // A step that moves no bytes, like a restart, has no amount.
            err.println(done == 0 && total <= 0 ? step : lastLine);
        }
        err.flush();
        shownAt = ticker.nanos();
        shown = true;
    }

    private String line() {
        return step + ": " + amount();
    }

    private String drawn() {
        if (total <= 0 || done > total) {
            return "%-12s %s".formatted(step, amount());
        }
        int filled = (int) Math.min(WIDTH, done * (double) WIDTH / total);
        return "%-12s [%s%s] %s".formatted(step, "#".repeat(filled), " ".repeat(WIDTH - filled), amount());
    }

    private String amount() {
        // What was estimated may turn out to be more.
        return total < done ? Bytes.text(done) : Bytes.text(done) + " of " + Bytes.text(total) + pace();
    }

    /** The rate since the step began, and how long the rest takes at that; nothing before that can be said. */
    private String pace() {
        Duration passed = ticker.since(begunAt);
        double rate = (done - begunWith) / (passed.toNanos() / 1e9);
        if (passed.compareTo(SPEAKS) < 0 || done >= total || rate < 1) {
            return "";
        }
        Duration left = Duration.ofSeconds((long) Math.ceil((total - done) / rate));
        return ", " + Bytes.text((long) rate) + "/s, " + Moments.age(left) + " left";
    }
}
