package io.understudy.diff;

import io.understudy.repository.ChangedBlobs;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.TableRows;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.digest.RowDifference;
import io.understudy.repository.digest.RowDifference.TooLarge;
import io.understudy.repository.digest.RowReader;
import io.understudy.repository.digest.RowReader.RowTooLong;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The rows of a table that one of two snapshots has and the other has not. Blobs that both name cancel each other, so
 * without deltas only what changed is read; with deltas both tables are read. Memory: 16 MiB; above that, rows go to
 * files in the folder for temporary files until this is closed.
 */
public final class RowsOfTwo implements Closeable {
    private static final long BUDGET = 16L << 20;

    private final BlobSource olds;
    private final BlobSource news;
    private final Path folder;
    private final RowDifference difference;

    /**
     * @param olds blobs of the first snapshot
     * @param news of the second
     */
    public RowsOfTwo(BlobSource olds, BlobSource news) {
        this.olds = olds;
        this.news = news;
        try {
            this.folder = Files.createTempDirectory("understudy-diff-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.difference = new RowDifference(BUDGET, Long.MAX_VALUE, folder.resolve("rows"));
    }

    /** @return empty where a row is too long to be compared */
    public Optional<RowDifference.Result> between(TableData before, TableData after) {
        try {
            Optional<ChangedBlobs> blobs = hasDeltas(before) || hasDeltas(after)
                    ? Optional.empty()
                    : ChangedBlobs.between(
                            before.content().base(), olds, after.content().base(), news);
            if (blobs.isPresent()) {
                feed(blobs.get());
            } else {
                whole(before, after);
            }
            return Optional.of(difference.finish());
        } catch (RowTooLong e) {
            return Optional.empty();
        } catch (TooLarge e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean hasDeltas(TableData table) {
        return !table.content().deltas().isEmpty();
    }

    private void feed(ChangedBlobs blobs) throws IOException, TooLarge, RowTooLong {
        List<ChangedBlobs.Place> before = blobs.before();
        List<ChangedBlobs.Place> after = blobs.after();
        int old = 0;
        int fresh = 0;
        while (old < before.size() || fresh < after.size()) {
            boolean older = fresh == after.size()
                    || old < before.size()
                            && before.get(old).start() <= after.get(fresh).start();
            BlobRef blob = older ? before.get(old++).blob() : after.get(fresh++).blob();
            try (RowReader rows = new RowReader((older ? olds : news).open(blob))) {
                while (rows.next()) {
                    add(rows, older);
                }
            }
        }
    }

    private void add(RowReader rows, boolean older) throws IOException, TooLarge {
        if (older) {
            difference.older(rows.buffer(), rows.start(), rows.end());
        } else {
            difference.newer(rows.buffer(), rows.start(), rows.end());
        }
    }

    /** At the same pace: most rows keep their place, so that they meet their counterpart soon. */
    private void whole(TableData before, TableData after) throws IOException, TooLarge, RowTooLong {
        try (RowReader first = new RowReader(all(before, olds));
                RowReader second = new RowReader(all(after, news))) {
            boolean old = first.next();
            boolean fresh = second.next();
            while (old || fresh) {
                boolean older = !fresh || old && first.bytes() <= second.bytes();
                add(older ? first : second, older);
                if (older) {
                    old = first.next();
                } else {
                    fresh = second.next();
                }
            }
        }
    }

    private static InputStream all(TableData table, BlobSource source) {
        return TableRows.all(table, source);
    }

    @Override
    public void close() throws IOException {
        difference.close();
        Files.deleteIfExists(folder);
    }
}
