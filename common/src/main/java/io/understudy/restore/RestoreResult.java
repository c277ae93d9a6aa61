package io.understudy.restore;

import io.understudy.cli.Bytes;
import io.understudy.repository.SnapshotId;
import java.util.List;
import java.util.Locale;

/**
 * The result of {@code restore --to FOLDER} of both agents.
 *
 * <pre>{@code
 * {"snapshot":"00000001-00000042","folder":"/srv/restored","trees":["media","config"],"entries":120,"bytes":52428800,
 *  "written_bytes":52428800,"links_left_out":0,"setid_removed":0,"owners_not_set":0,"seconds":1.9}
 * }</pre>
 *
 * @param folder with a folder for each tree
 * @param entries files, folders and links that are there
 * @param bytes of all files
 * @param writtenBytes of those that this command wrote; an earlier attempt wrote the others
 * @param linksLeftOut how many links would have led out of their tree
 * @param setidRemoved how many files came without their set-uid or set-gid bits
 * @param ownersNotSet how many entries have another owner or group than in the snapshot
 */
record RestoreResult(
        SnapshotId snapshot,
        String folder,
        List<String> trees,
        long entries,
        long bytes,
        long writtenBytes,
        long linksLeftOut,
        long setidRemoved,
        long ownersNotSet,
        double seconds) {
    String text() {
        String before = writtenBytes == bytes ? "" : ", of which " + Bytes.text(bytes - writtenBytes) + " were there";
        return String.format(
                Locale.ROOT,
                "%s restored to %s: %d files, folders and links of %s; %s in %.1f s%s",
                snapshot,
                folder,
                entries,
                String.join(", ", trees),
                Bytes.text(bytes),
                seconds,
                before);
    }
}
