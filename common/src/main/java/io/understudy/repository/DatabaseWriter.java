package io.understudy.repository;

import io.understudy.repository.DatabaseData.SequenceData;
import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseData.TableDelta;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.KnownBlobs;
import io.understudy.repository.blob.References;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.blob.StreamWriter;
import java.util.Optional;

/**
 * Writes the lists of a database: tables and sequences in their order, one after the other, and the references to all
 * of it. Streams are handed in whole ({@link StreamWriter#finish}). For one snapshot; not thread-safe.
 */
public final class DatabaseWriter {
    private final References references;
    private final StreamWriter tables;
    private final StreamWriter sequences;
    private TableData lastTable;
    private SequenceData lastSequence;
    private long tableCount;
    private long rows;
    private long bytes;

    public DatabaseWriter(BlobSink sink) {
        this(sink, sink);
    }

    /** @param tables takes the list of tables, and goes on to the other sink */
    public DatabaseWriter(BlobSink sink, BlobSink tables) {
        this.references = new References(sink);
        this.tables = StreamWriter.list(tables);
        this.sequences = StreamWriter.list(sink);
    }

    /** @throws IllegalArgumentException when it does not come behind the one before, by the bytes of schema and name */
    public void add(TableData table) {
        TableContent content = table.content();
        TableContent kept = new TableContent(
                references.keep(content.base()),
                content.deltas().stream().map(this::kept).toList());
        lastTable = NamedLines.write(
                lastTable,
                new TableData(
                        table.schema(),
                        table.name(),
                        table.columns(),
                        table.key(),
                        table.rows(),
                        table.bytes(),
                        table.digest(),
                        table.generated(),
                        kept),
                tables);
        tableCount++;
        rows += table.rows();
        bytes += table.bytes();
    }

    /** As {@link #add(TableData)}. */
    public void add(SequenceData sequence) {
        lastSequence = NamedLines.write(lastSequence, sequence, sequences);
    }

    /** All that was added, as the manifest has it; durable on return. */
    public Written finish(
            String name, DatabaseProperties properties, String schemaHash, long diskBytes, StreamRef archive) {
        bytes += archive.bytes();
        DatabaseData data = new DatabaseData(
                name,
                DatabaseKind.POSTGRESQL,
                properties,
                schemaHash,
                diskBytes,
                references.keep(archive),
                references.keep(tables.finish()),
                references.keep(sequences.finish()),
                references.finish());
        return new Written(data, tableCount, rows, bytes, references.named());
    }

    /**
     * A database in the repository.
     *
     * @param data null where the site has none
     * @param bytes plain bytes of archive and rows
     * @param named all of its blobs
     */
    public record Written(DatabaseData data, long tables, long rows, long bytes, KnownBlobs named) {
        /** Of a site without PostgreSQL. */
        public static final Written NONE = new Written(null, 0, 0, 0, KnownBlobs.none());

        /** Empty where the site has none. */
        public Optional<DatabaseData> found() {
            return Optional.ofNullable(data);
        }
    }

    private TableDelta kept(TableDelta delta) {
        return new TableDelta(references.keep(delta.gone()), references.keep(delta.came()));
    }
}
