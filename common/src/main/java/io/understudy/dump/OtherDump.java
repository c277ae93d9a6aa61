package io.understudy.dump;

import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.config.NearestName;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseKind;
import io.understudy.repository.Manifest;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Writes what a command dumped of a database, byte by byte as it was: the command's counterpart restores it. */
final class OtherDump {
    private static final int BLOCK = 64 << 10;

    private final DatabaseData database;
    private final BlobSource blobs;

    private OtherDump(DatabaseData database, BlobSource blobs) {
        this.database = database;
        this.blobs = blobs;
    }

    /**
     * The database that is asked for, where a command wrote it; empty where it is that of PostgreSQL.
     *
     * @param name empty: that of PostgreSQL, or the only one
     * @throws UnderstudyException {@code USAGE} where there is none of this name, or a part of it is asked for
     */
    static Optional<OtherDump> of(Opened snapshot, Optional<String> name, DumpOptions options) {
        Optional<DatabaseData> found =
                find(snapshot.manifest(), name).filter(each -> each.kind() == DatabaseKind.COMMAND);
        if (found.isPresent() && options.given()) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot dump a part of database " + found.get().name()
                            + ": a command wrote it, and it is kept as it was",
                    "leave out --table, --exclude-table, --schema-only and --data-only");
        }
        return found.map(each -> new OtherDump(each, snapshot.blobs()));
    }

    private static Optional<DatabaseData> find(Manifest manifest, Optional<String> name) {
        if (name.isEmpty()) {
            return manifest.postgresql()
                    .or(() -> Optional.of(manifest.databases())
                            .filter(all -> all.size() == 1)
                            .map(all -> all.get(0)));
        }
        Optional<DatabaseData> found = manifest.databases().stream()
                .filter(each -> each.name().equals(name.get()))
                .findFirst();
        if (found.isEmpty()) {
            List<String> names =
                    manifest.databases().stream().map(DatabaseData::name).toList();
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "snapshot " + manifest.snapshot() + " has no database \"" + name.get() + "\"",
                    NearestName.of(name.get(), names)
                                    .map(near -> "did you mean " + near + "? ")
                                    .orElse("")
                            + "it has " + String.join(", ", names));
        }
        return found;
    }

    /**
     * Writes all of it.
     *
     * @throws UncheckedIOException what the stream throws
     * @throws UnderstudyException those of blobs
     */
    void write(OutputStream out, Progress progress) {
        byte[] block = new byte[BLOCK];
        long done = 0;
        try (InputStream in = new StreamReader("the dump of database " + database.name(), database.archive(), blobs)) {
            for (int count = in.read(block); count >= 0; count = in.read(block)) {
                out.write(block, 0, count);
                done += count;
                progress.report("dump", done, database.archive().bytes());
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As {@link DatabaseDump#writeFile}. */
    void writeFile(Path file, Progress progress) {
        DatabaseDump.writeNew(file, out -> write(out, progress));
    }
}
