package io.understudy.primary.capture.database.tracking;

import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseData.TableDelta;
import io.understudy.repository.TableRows;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamReader;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.blob.StreamWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Adds a delta to those that a table has. One that is not much larger than the new one is merged with it, so there are
 * few, however often a row changes, and what is written again is small. A server that cannot read earlier deltas merges
 * none: the table is read in full when there are {@value #MOST_UNREAD}.
 */
final class DeltaWriter {
    private static final int MOST_DELTAS = 12;
    /** Of a table whose deltas are not merged; its rows are read as often as there are deltas. */
    static final int MOST_UNREAD = 48;

    private final boolean merges;
    private final BlobSource source;
    private final BlobSink sink;
    private final BlobSink remembering;

    /** Keys that were written just now: what is put may be readable only with the commit. */
    private final Map<BlobId, byte[]> written = new HashMap<>();

    /** @param before where the blobs of the deltas before are; empty where they cannot be read */
    DeltaWriter(Optional<BlobSource> before, BlobSink sink) {
        this.merges = before.isPresent();
        this.source = blob -> written.containsKey(blob.id())
                ? new ByteArrayInputStream(written.get(blob.id()))
                : before.orElseThrow().open(blob);
        this.sink = sink;
        this.remembering = sink.around(this::remembered);
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
        while (merges
                && !deltas.isEmpty()
                && (bytes(deltas.get(deltas.size() - 1)) <= 2 * bytes(last) || deltas.size() >= MOST_DELTAS)) {
            TableDelta older = deltas.remove(deltas.size() - 1);
            keys.remove(keys.size() - 1);
            TableDelta newer = last;
            Lines kept = rest(table.key(), table.key(), older.gone(), newer, remembering);
            Lines stayed = rest(table.columns(), table.key(), older.came(), newer, sink);
            last = new TableDelta(joined(kept.stream, newer.gone()), joined(stayed.stream, newer.came()));
            count += kept.count;
        }
        deltas.add(last);
        keys.add(count);
        return new Result(deltas, keys);
    }

    /**
     * Whether no delta may be added to these.
     *
     * @param before as that of the constructor
     */
    static boolean isFull(List<TableDelta> deltas, Optional<BlobSource> before) {
        return before.isEmpty() && deltas.size() >= MOST_UNREAD;
    }

    private record Lines(StreamRef stream, long count) {}

    static long bytes(TableDelta delta) {
        return delta.gone().bytes() + delta.came().bytes();
    }

    private StreamRef lines(Collection<String> keys) {
        try (StreamWriter writer = StreamWriter.rows(remembering)) {
            for (String key : keys) {
                byte[] line = (key + "\n").getBytes(StandardCharsets.ISO_8859_1);
                writer.write(line, 0, line.length);
            }
            return writer.finish();
        }
    }

    private BlobRef remembered(BlobSink inner, byte[] buffer, int offset, int length) {
        BlobRef blob = inner.put(buffer, offset, length);
        written.put(blob.id(), Arrays.copyOfRange(buffer, offset, offset + length));
        return blob;
    }

    private static StreamRef joined(StreamRef first, StreamRef second) {
        return StreamRef.of(
                Stream.concat(first.direct().stream(), second.direct().stream()).toList());
    }

    /** What is left of these lines with a delta. */
    private Lines rest(List<String> columns, List<String> key, StreamRef lines, TableDelta delta, BlobSink target) {
        TableData both = new TableData("", "", columns, key, 0, 0, null, null, new TableContent(lines, List.of(delta)));
        try (InputStream in = TableRows.of(both, source).remaining(0, new StreamReader("a delta", lines, source));
                StreamWriter writer = StreamWriter.rows(target)) {
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
