package io.understudy.primary.capture.tree;

import io.understudy.progress.Progress;

/** Counts a tree's entries and bytes, and reports how far the capture has come. */
final class CaptureStats {
    private final String step;
    private final long expected;
    private final Progress progress;
    private long entries;
    private long bytes;
    private long passed;

    /** @param expected bytes of the whole tree, or -1 */
    CaptureStats(String step, long expected, Progress progress) {
        this.step = step;
        this.expected = expected;
        this.progress = progress;
    }

    /** One more entry, with this many bytes of content. */
    void entry(long size) {
        entries++;
        bytes += size;
        passed(Math.max(0, bytes - passed));
    }

    /** This many bytes were read, of an entry that comes later. */
    void passed(long count) {
        passed += count;
        progress.report(step, passed, expected);
    }

    long entries() {
        return entries;
    }

    long bytes() {
        return bytes;
    }
}
