package io.understudy.databases;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** Sees when a dump is so far that its moment is fixed: when a line begins in one of some ways. */
final class DumpBegin extends FilterInputStream {
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
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int count = in.read(buffer, offset, length);
        for (int i = 0; i < count && !seen; i++) {
            look((char) (buffer[offset + i] & 0xff));
        }
        return count;
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
