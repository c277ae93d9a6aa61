package io.understudy.diff;

import io.understudy.repository.digest.Lines;
import io.understudy.repository.digest.RowDifference;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * The rows of a difference. Few are sorted, so that what a row was stands above what it is; of more than 16 MiB all
 * that went come first.
 */
final class ChangedRows {
    private static final long MOST_SORTED = 16L << 20;

    private ChangedRows() {}

    /** @param charset of the rows */
    static Iterator<ChangedRow> of(RowDifference.Result rows, List<String> columns, Charset charset) {
        Iterator<ChangedRow> all = joined(
                new LineIterator("-", rows.gone(), columns, charset),
                new LineIterator("+", rows.came(), columns, charset));
        if (rows.bytes() > MOST_SORTED) {
            return all;
        }
        List<ChangedRow> sorted = new ArrayList<>();
        all.forEachRemaining(sorted::add);
        // The sort is stable, and what went was first.
        sorted.sort(Comparator.comparing(ChangedRow::first));
        return sorted.iterator();
    }

    private static Iterator<ChangedRow> joined(Iterator<ChangedRow> first, Iterator<ChangedRow> second) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return first.hasNext() || second.hasNext();
            }

            @Override
            public ChangedRow next() {
                return first.hasNext() ? first.next() : second.next();
            }
        };
    }

    private static final class LineIterator implements Iterator<ChangedRow> {
        private final String change;
        private final List<String> columns;
        private final BufferedReader lines;
        private String next;

        LineIterator(String change, Lines lines, List<String> columns, Charset charset) {
            this.columns = columns;
            this.change = change;
            try {
                this.lines = new BufferedReader(new InputStreamReader(lines.open(), charset));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            advance();
        }

        private void advance() {
            try {
                next = lines.readLine();
                if (next == null) {
                    lines.close();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public ChangedRow next() {
            if (next == null) {
                throw new NoSuchElementException();
            }
            ChangedRow row = new ChangedRow(change, next, columns);
            advance();
            return row;
        }
    }
}
