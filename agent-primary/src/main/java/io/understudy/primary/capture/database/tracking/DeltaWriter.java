package io.understudy.primary.capture.database.tracking;

import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseData.TableDelta;
import io.understudy.repository.TableRows;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.blob.StreamWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Adds a delta to those that a table has. One that is not much larger than the new one is merged with it, so there are
 * few, however often a row changes, and what is written again is small.
 */
final class DeltaWriter {
    private static final int MOST_DELTAS = 12;

    private final BlobSource source;
    private final BlobSink sink;

    /** @param source where the blobs of the deltas before are, and those of the sink */
    DeltaWriter(BlobSource source, BlobSink sink) {
        this.source = source;
        this.sink = sink;
    }

    /** @param keys how many each of the deltas names */
    record Result(List<TableDelta> deltas, List<Long> keys) {}

    /**
     * @param table with its deltas so far
     * @param counts how many keys each of them names
     * @param gone keys as lines, one char a byte
     * @param came the rows of these keys that there are
     */
    Result add(TableData table, List<Long> counts, Collection<String> gone, StreamRef came) {
        List<TableDelta> deltas = new ArrayList<>(table.content().deltas());
        List<Long> keys = new ArrayList<>(counts);
        TableDelta last = new TableDelta(lines(gone), came);
        long count = gone.size();
        while (!deltas.isEmpty()
                && (bytes(deltas.get(deltas.size() - 1)) <= 2 * bytes(last) || deltas.size() >= MOST_DELTAS)) {
            TableDelta older = deltas.remove(deltas.size() - 1);
            keys.remove(keys.size() - 1);
            TableDelta newer = last;
            Lines merged = rest(table.key(), table.key(), older.gone(), new TableDelta(newer.gone(), newer.gone()));
            last = new TableDelta(merged.stream, rest(table.columns(), table.key(), older.came(), newer).stream);
            count = merged.count;
        }
        deltas.add(last);
        keys.add(count);
        return new Result(deltas, keys);
    }

    private record Lines(StreamRef stream, long count) {}

    static long bytes(TableDelta delta) {
        return delta.gone().bytes() + delta.came().bytes();
    }

    private StreamRef lines(Collection<String> keys) {
        try (StreamWriter writer = StreamWriter.rows(sink)) {
            for (String key : keys) {
                byte[] line = (key + "\n").getBytes(StandardCharsets.ISO_8859_1);
                writer.write(line, 0, line.length);
            }
            return writer.finish();
        }
    }

    /** What is left of these lines, and what came. */
    private Lines rest(List<String> columns, List<String> key, StreamRef lines, TableDelta delta) {
        TableData both = new TableData("", "", columns, key, 0, 0, null, null, new TableContent(lines, List.of(delta)));
        try (InputStream in = TableRows.all(both, source);
                StreamWriter writer = StreamWriter.rows(sink)) {
            byte[] buffer = new byte[64 << 10];
            long count = 0;
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                writer.write(buffer, 0, length);
                for (int i = 0; i < length; i++) {
                    count += buffer[i] == '\n' ? 1 : 0;
                }
            }
            return new Lines(writer.finish(), count);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
