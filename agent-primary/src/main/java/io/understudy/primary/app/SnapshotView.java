package io.understudy.primary.app;

import io.understudy.cli.Bytes;
import io.understudy.primary.capture.Taken;
import io.understudy.repository.Manifest;
import java.util.Locale;
import java.util.Optional;

/**
 * The result of {@code agent-primary snapshot}; scripts rely on it:
 *
 * <pre>{@code
 * {"snapshot":"00000001-00000003","seconds":4.217,"database":{"tables":12,"rows":4711,"bytes":1048576},
 *  "files":{"entries":120,"bytes":52428800},"uploaded_bytes":2048,"uploaded_blobs":2,"reused_bytes":31457280,
 *  "down_seconds":null}
 * }</pre>
 *
 * {@code bytes} are plain bytes: of the archive and all rows, and of all files. {@code entries} are files, folders and
 * links. {@code uploaded_*} is what was new in the repository with this snapshot, {@code reused_bytes} what the
 * snapshot names and was there already; both as stored.
 */
public record SnapshotView(
        String snapshot,
        double seconds,
        Database database,
        Files files,
        long uploadedBytes,
        long uploadedBlobs,
        long reusedBytes,
        Optional<Double> downSeconds) {

    public record Database(int tables, long rows, long bytes) {}

    public record Files(long entries, long bytes) {}

    public static SnapshotView of(Taken taken) {
        Manifest manifest = taken.manifest();
        Manifest.Totals totals = manifest.totals();
        return new SnapshotView(
                manifest.snapshot().toString(),
                taken.took().toMillis() / 1000.0,
                new Database(Math.toIntExact(totals.tables()), totals.rows(), totals.databaseBytes()),
                new Files(totals.entries(), totals.fileBytes()),
                totals.uploadedBytes(),
                taken.uploadedBlobs(),
                taken.reusedBytes(),
                taken.down().map(down -> down.toMillis() / 1000.0));
    }

    public String text() {
        return String.format(
                Locale.ROOT,
                "snapshot %s in %.1f s%n"
                        + "database  %d rows of %d tables, %s%n"
                        + "files     %d files, folders and links, %s%n"
                        + "uploaded  %s in %d blobs, %s were there already%n%s",
                snapshot,
                seconds,
                database.rows(),
                database.tables(),
                Bytes.text(database.bytes()),
                files.entries(),
                Bytes.text(files.bytes()),
                Bytes.text(uploadedBytes),
                uploadedBlobs,
                Bytes.text(reusedBytes),
                downSeconds
                        .map(down -> String.format(Locale.ROOT, "stopped   the site for %.1f s%n", down))
                        .orElse(""));
    }
}
