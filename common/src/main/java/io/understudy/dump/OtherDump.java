package io.understudy.dump;

import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.config.NearestName;
import io.understudy.dump.DumpScript.Kind;
import io.understudy.dump.DumpScript.Part;
import io.understudy.dump.DumpScript.Place;
import io.understudy.dump.DumpScript.Watch;
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
import java.util.List;
import java.util.Optional;

/** Writes what a command dumped of a database, byte by byte as it was: the command's counterpart restores it. */
final class OtherDump {
    private final String source;
    private final DatabaseData database;
    private final BlobSource blobs;

    private OtherDump(String source, DatabaseData database, BlobSource blobs) {
        this.source = source;
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
        return found.map(each -> new OtherDump(DumpScript.source(snapshot.manifest()), each, snapshot.blobs()));
    }

    static UnderstudyException unfit() {
        return new UnderstudyException(
                ErrorCode.USAGE,
                "--format directory and --no-owner are for a database of PostgreSQL",
                "leave them out: what a command dumped is kept as it was");
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
        DumpOutput output = new DumpOutput(out);
        script(progress).write(output, Place.START, Watch.NONE);
        output.flush();
    }

    /** The same as a script of one part. */
    DumpScript script(Progress progress) {
        long total = database.archive().bytes();
        Part part = new Part(Kind.ROWS, database.name(), "", 0, (out, from, written) -> {
            try (InputStream in =
                    new StreamReader("the dump of database " + database.name(), database.archive(), blobs)) {
                in.skipNBytes(from);
                out.all(in, count -> {
                    written.accept(from + count);
                    progress.report("dump", from + count, total);
                });
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return new DumpScript(List.of(part), source, "");
    }
}
