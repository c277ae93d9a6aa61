package io.understudy.repository.digest;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Lines by their hash, each with how often it is there: below zero on the older side, above on the newer. A hash table
 * with open addressing; what reaches zero leaves it. Not thread-safe.
 */
final class HeldLines {
    private static final int SMALLEST = 1 << 10;
    /** What a held line takes beyond its bytes: its array, and its place in the table. */
    private static final int OVERHEAD = 72;

    private long[] highs = new long[SMALLEST];
    private long[] lows = new long[SMALLEST];
    private long[] turns = new long[SMALLEST];
    private int[] counts = new int[SMALLEST];
    private byte[][] lines = new byte[SMALLEST][];
    private int size;
    private long turn;
    private long bytes;

    /** Receives each line that is left. */
    @FunctionalInterface
    interface Visitor {
        void visit(long high, long low, int count, byte[] line) throws IOException;
    }

    /** What the lines take in memory, about. */
    long bytes() {
        return bytes;
    }

    void add(long high, long low, int by, byte[] source, int from, int to) {
        int at = find(high, low);
        if (counts[at] == 0) {
            highs[at] = high;
            lows[at] = low;
            counts[at] = by;
            turns[at] = turn++;
            lines[at] = Arrays.copyOfRange(source, from, to);
            bytes += lines[at].length + OVERHEAD;
            size++;
            if (size * 2 > counts.length) {
                grow();
            }
            return;
        }
        counts[at] += by;
        if (counts[at] == 0) {
            bytes -= lines[at].length + OVERHEAD;
            size--;
            remove(at);
        }
    }

    private int find(long high, long low) {
        int at = (int) low & (counts.length - 1);
        while (counts[at] != 0 && (highs[at] != high || lows[at] != low)) {
            at = (at + 1) & (counts.length - 1);
        }
        return at;
    }

    /** Moves up what would not be found behind the hole any more. */
    private void remove(int hole) {
        int mask = counts.length - 1;
        int free = hole;
        int at = hole;
        while (true) {
            counts[free] = 0;
            lines[free] = null;
            int home;
            do {
                at = (at + 1) & mask;
                if (counts[at] == 0) {
                    return;
                }
                home = (int) lows[at] & mask;
            } while (((at - home) & mask) < ((at - free) & mask));
            highs[free] = highs[at];
            lows[free] = lows[at];
            turns[free] = turns[at];
            counts[free] = counts[at];
            lines[free] = lines[at];
            free = at;
        }
    }

    private void grow() {
        HeldLines larger = new HeldLines(counts.length * 2);
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] != 0) {
                int at = larger.find(highs[i], lows[i]);
                larger.highs[at] = highs[i];
                larger.lows[at] = lows[i];
                larger.turns[at] = turns[i];
                larger.counts[at] = counts[i];
                larger.lines[at] = lines[i];
            }
        }
        highs = larger.highs;
        lows = larger.lows;
        turns = larger.turns;
        counts = larger.counts;
        lines = larger.lines;
    }

    HeldLines() {}

    private HeldLines(int places) {
        highs = new long[places];
        lows = new long[places];
        turns = new long[places];
        counts = new int[places];
        lines = new byte[places][];
    }

    /** In the order in which they came. */
    void forEach(Visitor visitor) throws IOException {
        List<Integer> places = new ArrayList<>(size);
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] != 0) {
                places.add(i);
            }
        }
        places.sort(Comparator.comparingLong(at -> turns[at]));
        for (int at : places) {
            visitor.visit(highs[at], lows[at], counts[at], lines[at]);
        }
    }

    /** @param side -1: those of the older side; 1: of the newer */
    Lines lines(int side) throws IOException {
        List<byte[]> all = new ArrayList<>();
        HashSum sum = new HashSum();
        long[] total = new long[1];
        forEach((high, low, count, line) -> {
            for (int i = 0; i < count * side; i++) {
                all.add(line);
                sum.add(high, low);
                total[0] += line.length + 1L;
            }
        });
        return new Lines(all.size(), total[0], sum.value(), () -> new InMemory(all));
    }

    private static final class InMemory extends InputStream {
        private final List<byte[]> lines;
        private int next;
        private ByteArrayInputStream current = new ByteArrayInputStream(new byte[0]);
        private boolean ended = true;

        InMemory(List<byte[]> lines) {
            this.lines = lines;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            int done = 0;
            while (done < length) {
                int read = current.read(buffer, offset + done, length - done);
                if (read > 0) {
                    done += read;
                } else if (!ended) {
                    buffer[offset + done++] = '\n';
                    ended = true;
                } else if (next < lines.size()) {
                    current = new ByteArrayInputStream(lines.get(next++));
                    ended = false;
                } else {
                    break;
                }
            }
            return done == 0 && length > 0 ? -1 : done;
        }
    }
}
