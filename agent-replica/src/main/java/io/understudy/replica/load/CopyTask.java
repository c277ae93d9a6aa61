package io.understudy.replica.load;

import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.blob.BlobRef;
import java.util.List;

/**
 * Rows of one table that are loaded by one COPY: all of them, or a run of whole rows.
 *
 * @param layer of the table's content that the blobs are of, see {@link io.understudy.repository.TableRows}
 * @param blobs in the order of the layer's stream; the last one ends with a row
 */
record CopyTask(TableData table, int layer, List<BlobRef> blobs) {
    CopyTask {
        blobs = List.copyOf(blobs);
    }

    /** Plain bytes. */
    long bytes() {
        return blobs.stream().mapToLong(BlobRef::bytes).sum();
    }
}
