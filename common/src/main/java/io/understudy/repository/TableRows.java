package io.understudy.repository;

import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseData.TableDelta;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamReader;
import io.understudy.repository.blob.StreamRef;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The rows of a table as they are with all its deltas. The content has layers: layer 0 is the base, layer 1 what came
 * with the first delta, and so on; a line of a layer is left out when its key goes with a later delta. Memory: the keys
 * that go, at most 20 MiB. Thread-safe.
 */
public final class TableRows {
    /** The most keys that all deltas of a table may name; a writer keeps to it. */
    public static final int MOST_KEYS = GoneKeys.MOST;

    private final TableData table;
    private final GoneKeys gone;

    private TableRows(TableData table, GoneKeys gone) {
        this.table = table;
        this.gone = gone;
    }

    /**
     * Reads the keys that go.
     *
     * @throws io.understudy.failure.UnderstudyException {@code MANIFEST_DAMAGED}, {@code BLOB_*}
     */
    public static TableRows of(TableData table, BlobSource source) {
        return new TableRows(table, table.content().deltas().isEmpty() ? null : GoneKeys.of(table, source));
    }

    /** The streams of the layers, the base first. */
    public static List<StreamRef> layers(TableContent content) {
        List<StreamRef> layers = new ArrayList<>(List.of(content.base()));
        content.deltas().forEach(delta -> layers.add(delta.came()));
        return layers;
    }

    /** All rows in one stream. Close it. */
    public static InputStream all(TableData table, BlobSource source) {
        TableRows rows = of(table, source);
        List<InputStream> parts = new ArrayList<>();
        for (StreamRef layer : layers(table.content())) {
            parts.add(rows.remaining(parts.size(), rows.reader(layer, source)));
        }
        // A reader that passes rows over is spared their blobs where there is nothing between.
        return parts.size() == 1 ? parts.get(0) : new SequenceInputStream(Collections.enumeration(parts));
    }

    /**
     * Of the lines of a layer, or of a part of one, those that are there with all deltas.
     *
     * @param lines whole lines; closed with the result
     */
    public InputStream remaining(int layer, InputStream lines) {
        return layer == table.content().deltas().size()
                ? lines
                : new ChosenLines(KeyedLines.rows(table, lines), (high, low) -> gone.last(high, low) <= layer);
    }

    /**
     * Whether every key that a delta of another version of this table touches goes with a delta of this one, later than
     * a layer: then it does not matter whether that other delta was made.
     *
     * @throws io.understudy.failure.UnderstudyException {@code BLOB_*}
     */
    public boolean covers(int layer, TableDelta other, BlobSource source) {
        return covers(layer, KeyedLines.keys(table, reader(other.gone(), source)))
                && covers(layer, KeyedLines.rows(table, reader(other.came(), source)));
    }

    private boolean covers(int layer, KeyedLines touched) {
        try (touched) {
            while (touched.next()) {
                if (gone.last(touched.high(), touched.low()) <= layer) {
                    return false;
                }
                touched.skip();
            }
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private StreamReader reader(StreamRef stream, BlobSource source) {
        return new StreamReader("table " + table.schema() + "." + table.name(), stream, source);
    }
}
