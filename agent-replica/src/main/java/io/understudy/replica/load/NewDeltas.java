package io.understudy.replica.load;

import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseData.TableDelta;
import io.understudy.repository.TableRows;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamReader;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.digest.Lines;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The deltas that a table has in one snapshot beyond those that it has in another: they are the difference. */
final class NewDeltas {
    private final TableChange change;
    private final BlobSource source;
    private final int known;

    private NewDeltas(TableChange change, BlobSource source) {
        this.change = change;
        this.source = source;
        this.known = change.before().content().deltas().size();
    }

    /** Whether one content is the other with more deltas. */
    static boolean lead(TableData before, TableData after) {
        List<TableDelta> olds = before.content().deltas();
        List<TableDelta> news = after.content().deltas();
        return before.content().base().equals(after.content().base())
                && olds.size() < news.size()
                && news.subList(0, olds.size()).equals(olds);
    }

    /** @throws io.understudy.failure.UnderstudyException {@code MANIFEST_DAMAGED}, {@code BLOB_*} */
    static Difference read(TableChange change, BlobSource source) throws IOException {
        NewDeltas deltas = new NewDeltas(change, source);
        Lines gone = Lines.of(deltas::gone);
        Lines came = Lines.of(deltas::came);
        long deletions = change.before().rows() + came.rows() - change.after().rows();
        return new Difference(gone, true, deletions, came);
    }

    private InputStream gone() {
        List<TableDelta> deltas = change.after().content().deltas();
        return joined(deltas.subList(known, deltas.size()).stream()
                .map(delta -> (InputStream) reader(delta.gone()))
                .toList());
    }

    /** Of the rows that came with a delta, those whose key does not go with a later one. */
    private InputStream came() {
        TableRows rows = TableRows.of(change.after(), source);
        List<StreamRef> layers = TableRows.layers(change.after().content());
        List<InputStream> parts = new ArrayList<>();
        for (int layer = known + 1; layer < layers.size(); layer++) {
            parts.add(rows.remaining(layer, reader(layers.get(layer))));
        }
        return joined(parts);
    }

    private StreamReader reader(StreamRef stream) {
        return new StreamReader("table " + change.text(), stream, source);
    }

    private static InputStream joined(List<InputStream> parts) {
        return new SequenceInputStream(Collections.enumeration(parts));
    }
}
