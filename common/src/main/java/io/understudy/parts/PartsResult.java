package io.understudy.parts;

import io.understudy.cli.Bytes;
import io.understudy.repository.SnapshotId;
import java.util.List;
import java.util.Locale;

/**
 * The result of a restore of parts to the live trees, and of its return.
 *
 * <pre>{@code
 * {"snapshot":"00000001-00000042","trees":["media"],"put":12,"removed":0,"bytes":52428800,"undone":false,"seconds":1.9}
 * }</pre>
 *
 * @param trees that something was changed in
 * @param put files, folders and links that came, or took the place of another content
 * @param removed files, folders and links that the snapshot lacks
 * @param bytes of the files that came
 * @param undone whether this was taken back, not done
 */
public record PartsResult(
        SnapshotId snapshot, List<String> trees, long put, long removed, long bytes, boolean undone, double seconds) {
    public PartsResult {
        trees = List.copyOf(trees);
    }

    public String text() {
        if (trees.isEmpty()) {
            return "nothing to restore: what is live is as in " + snapshot;
        }
        String where = put + " files, folders and links of " + String.join(", ", trees);
        return undone
                ? "restore of " + snapshot + " undone: " + where + " are as before, " + removed + " came back"
                : String.format(
                        Locale.ROOT,
                        "%s restored to what is live: %s, %s; %d removed; in %.1f s",
                        snapshot,
                        where,
                        Bytes.text(bytes),
                        removed,
                        seconds);
    }
}
