package io.understudy.replica.load;

import io.understudy.repository.ChangedBlobs;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.TableRows;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.digest.RowDifference;
import io.understudy.repository.digest.RowDifference.TooLarge;
import io.understudy.repository.digest.RowReader;
import io.understudy.repository.digest.RowReader.RowTooLong;
import io.understudy.repository.digest.TableDigest;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Finds the rows of a table that went and came, from the blobs that only one of two snapshots names. Both streams are
 * read at the same pace: most rows keep their place, so that they meet their counterpart soon. Thread-safe.
 */
final class DifferenceReader {
    /** Bytes of rows without a counterpart that are held in memory, for each table that is read. */
    private static final long BUDGET = 16L << 20;
    /** A table of which more than this share of its bytes changed is loaded in full: it is faster. */
    private static final double MOST_CHANGED = 0.3;

    private final BlobSource source;
    private final Path folder;

    /** @param folder for files, removed with each difference */
    DifferenceReader(BlobSource source, Path folder) {
        this.source = source;
        this.folder = folder;
    }

    /**
     * What was found of a table.
     *
     * @param change {@code full} where its rows are to be replaced after all
     * @param rows the difference; empty then
     */
    record Found(TableChange change, Optional<Difference> rows, Closeable held) implements AutoCloseable {
        @Override
        public void close() {
            try {
                held.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** @throws io.understudy.failure.UnderstudyException {@code BLOB_*} */
    Found read(TableChange change) {
        long bytes = change.after().bytes();
        RowDifference difference = new RowDifference(
                BUDGET, BUDGET + bytes, folder.resolve("difference-" + System.identityHashCode(change)));
        boolean complete = false;
        try {
            Found found = read(change, difference);
            complete = true;
            return found;
        } catch (TooLarge | RowTooLong e) {
            complete = true;
            return new Found(change.inFull(e.getMessage()), Optional.empty(), difference);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            if (!complete) {
                new Found(change, Optional.empty(), difference).close();
            }
        }
    }

    private Found read(TableChange change, RowDifference difference) throws IOException, TooLarge, RowTooLong {
        TableData before = change.before();
        TableData after = change.after();
        Difference rows;
        Optional<NewDeltas> deltas = NewDeltas.of(change, source);
        if (deltas.isPresent()) {
            rows = deltas.get().read();
        } else if (hasDeltas(before) || hasDeltas(after)) {
            rows = whole(change, difference);
        } else {
            Optional<ChangedBlobs> blobs = ChangedBlobs.between(
                    before.content().base(), source, after.content().base(), source);
            if (blobs.isEmpty()) {
                return new Found(change.inFull("a row longer than a blob differs"), Optional.empty(), difference);
            }
            feed(blobs.get(), difference);
            rows = finished(difference);
        }
        return refusal(before, after, rows)
                .map(why -> new Found(change.inFull(why), Optional.empty(), difference))
                .orElseGet(() -> new Found(change, Optional.of(rows), difference));
    }

    private static boolean hasDeltas(TableData table) {
        return !table.content().deltas().isEmpty();
    }

    private static Difference finished(RowDifference difference) throws IOException, TooLarge {
        RowDifference.Result rows = difference.finish();
        return Difference.ofRows(rows.gone(), rows.came());
    }

    /** All rows of both, at the same pace: the deltas of one were made one with its base in the other. */
    private Difference whole(TableChange change, RowDifference difference) throws IOException, TooLarge, RowTooLong {
        try (RowReader olds = new RowReader(TableRows.all(change.before(), source));
                RowReader news = new RowReader(TableRows.all(change.after(), source))) {
            boolean old = olds.next();
            boolean fresh = news.next();
            while (old || fresh) {
                if (!fresh || old && olds.bytes() <= news.bytes()) {
                    difference.older(olds.buffer(), olds.start(), olds.end());
                    old = olds.next();
                } else {
                    difference.newer(news.buffer(), news.start(), news.end());
                    fresh = news.next();
                }
            }
            return finished(difference);
        }
    }

    private void feed(ChangedBlobs blobs, RowDifference difference) throws IOException, TooLarge {
        List<ChangedBlobs.Place> olds = blobs.before();
        List<ChangedBlobs.Place> news = blobs.after();
        int old = 0;
        int fresh = 0;
        while (old < olds.size() || fresh < news.size()) {
            boolean older = fresh == news.size()
                    || old < olds.size()
                            && olds.get(old).start() <= news.get(fresh).start();
            BlobRef blob = older ? olds.get(old++).blob() : news.get(fresh++).blob();
            lines(blob, older ? difference::older : difference::newer);
        }
    }

    private interface LineSink {
        void line(byte[] bytes, int from, int to) throws IOException, TooLarge;
    }

    private void lines(BlobRef blob, LineSink sink) throws IOException, TooLarge {
        byte[] content = content(blob);
        int start = 0;
        for (int i = 0; i < content.length; i++) {
            if (content[i] == '\n') {
                sink.line(content, start, i);
                start = i + 1;
            }
        }
        if (start < content.length) {
            throw new IOException("blob " + blob.id() + " ends inside of a row");
        }
    }

    private byte[] content(BlobRef blob) throws IOException {
        try (InputStream in = source.open(blob)) {
            byte[] content = in.readNBytes(Math.toIntExact(blob.bytes()));
            if (in.read() >= 0) {
                throw new IOException("blob " + blob.id() + " is longer than its stream says");
            }
            return content;
        }
    }

    /** Why the difference is of no use; empty when it leads from one snapshot to the other and is small. */
    private static Optional<String> refusal(TableData before, TableData after, Difference rows) {
        if (before.rows() - rows.deletions() + rows.came().rows() != after.rows()
                || rows.deletions() < 0
                || rows.deletions() > rows.gone().rows()) {
            return Optional.of("the difference does not lead to the snapshot's number of rows");
        }
        if (!rows.byKey() && before.digest() != null && after.digest() != null) {
            BigInteger sum = TableDigest.total(List.of(before.digest()))
                    .subtract(rows.gone().sum())
                    .add(rows.came().sum());
            if (!sum.mod(BigInteger.ONE.shiftLeft(128)).equals(TableDigest.total(List.of(after.digest())))) {
                return Optional.of("the difference does not lead to the snapshot's digest");
            }
        }
        long bytes = after.bytes();
        return rows.bytes() > MOST_CHANGED * bytes && bytes > BUDGET
                ? Optional.of(percent(rows.bytes(), bytes) + " % of its bytes differ")
                : Optional.empty();
    }

    private static long percent(long part, long whole) {
        return Math.round(100.0 * part / whole);
    }
}
