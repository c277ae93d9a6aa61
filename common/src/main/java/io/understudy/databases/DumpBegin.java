package io.understudy.databases;

import io.understudy.process.WatchedStream;
import java.io.InputStream;
import java.util.List;

/** Sees when a dump is so far that its moment is fixed: when a line begins in one of some ways. */
final class DumpBegin extends WatchedStream {
    private static final int LONGEST = 64;

    private final List<String> lines;
    private final Runnable fixed;
    private final StringBuilder line = new StringBuilder();
    private boolean seen;

    /** @param lines how such a line begins, each up to 64 characters of ASCII; empty: the first byte suffices */
    DumpBegin(InputStream in, List<String> lines, Runnable fixed) {
        super(in);
        this.lines = List.copyOf(lines);
        this.fixed = fixed;
    }

    @Override
    protected void passed(byte[] buffer, int offset, int count) {
        for (int i = 0; i < count && !seen; i++) {
            look((char) (buffer[offset + i] & 0xff));
        }
    }

    private void look(char next) {
        if (next == '\n') {
            line.setLength(0);
        } else if (line.length() < LONGEST) {
            line.append(next);
        }
        seen = lines.isEmpty() || lines.contains(line.toString());
        if (seen) {
            fixed.run();
        }
    }
}
