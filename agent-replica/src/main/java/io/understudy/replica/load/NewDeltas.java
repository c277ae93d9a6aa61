package io.understudy.replica.load;

import io.understudy.repository.DatabaseData.TableDelta;
import io.understudy.repository.TableRows;
import io.understudy.repository.UnchangedKeys;
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
import java.util.Optional;

/**
 * The deltas that a table has in one snapshot beyond those that it has in another: they are the difference. The primary
 * merges deltas; so it is enough that what the older snapshot has beyond the common ones touches only keys that the
 * newer one's touch too. A row of these is as the newer deltas say, whatever it was before. Where both say the same, it
 * is left as it is: otherwise each row would be written again whenever the primary merges deltas.
 */
final class NewDeltas {
    private final TableChange change;
    private final BlobSource source;
    private final TableRows rows;
    private final int known;

    private NewDeltas(TableChange change, BlobSource source, TableRows rows, int known) {
        this.change = change;
        this.source = source;
        this.rows = rows;
        this.known = known;
    }

    /**
     * @return empty where deltas do not lead from one content to the other
     * @throws io.understudy.failure.UnderstudyException {@code MANIFEST_DAMAGED}, {@code BLOB_*}
     */
    static Optional<NewDeltas> of(TableChange change, BlobSource source) {
        List<TableDelta> olds = change.before().content().deltas();
        List<TableDelta> news = change.after().content().deltas();
        if (news.isEmpty()
                || !change.before()
                        .content()
                        .base()
                        .equals(change.after().content().base())) {
            return Optional.empty();
        }
        int known = 0;
        while (known < Math.min(olds.size(), news.size()) && olds.get(known).equals(news.get(known))) {
            known++;
        }
        if (known == news.size()) {
            return Optional.empty();
        }
        TableRows rows = TableRows.of(change.after(), source);
        int common = known;
        return olds.subList(known, olds.size()).stream().allMatch(old -> rows.covers(common, old, source))
                ? Optional.of(new NewDeltas(change, source, rows, known))
                : Optional.empty();
    }

    /** @throws io.understudy.failure.UnderstudyException {@code MANIFEST_DAMAGED}, {@code BLOB_*} */
    Difference read() throws IOException {
        List<TableDelta> olds = change.before().content().deltas();
        Optional<UnchangedKeys> same = known == olds.size()
                ? Optional.empty()
                : UnchangedKeys.of(change.after(), olds.subList(known, olds.size()), this::came, source);
        Lines gone = Lines.of(() -> same.map(keys -> keys.changedKeys(gone())).orElseGet(this::gone));
        Lines came = Lines.of(() -> same.map(keys -> keys.changedRows(came())).orElseGet(this::came));
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
