package io.understudy.repository;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.digest.TableDigest;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * A database in a snapshot. Its lists are streams, so that what a manifest says of it has the same size for 5 tables
 * and for 50,000.
 *
 * @param properties of a {@code postgresql} one; null of another kind, as are {@code schemaHash}, {@code tables} and
 *     {@code sequences} then
 * @param schemaHash SHA-256 (hexadecimal) of what the archive says of the schema; equal schemas, equal hashes
 * @param diskBytes what the database took on its server's disk
 * @param archive pg_dump's custom-format archive: the schema, and the data of all that COPY does not carry; of a
 *     {@code command} one all that the command wrote
 * @param tables the stream of JSON lines, one {@link TableData} each, sorted by schema and name
 * @param sequences the stream of JSON lines, one {@link SequenceData} each, sorted by schema and name
 * @param references the stream of JSON lines that names every blob of all that
 * @param dump of a {@code command} one; null of {@code postgresql}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DatabaseData(
        String name,
        DatabaseKind kind,
        DatabaseProperties properties,
        String schemaHash,
        long diskBytes,
        StreamRef archive,
        StreamRef tables,
        StreamRef sequences,
        StreamRef references,
        Dump dump) {
    /**
     * How a command wrote it.
     *
     * @param moment when it began to, UTC: of the same snapshot, but not of the same moment as the others
     * @param preset {@code mariadb}, {@code mysql} or {@code sqlite}, or {@code command} of the operator's own; what
     *     reads it must be the same
     */
    public record Dump(Instant moment, String preset) {}

    /** One of PostgreSQL. */
    public DatabaseData(
            String name,
            DatabaseKind kind,
            DatabaseProperties properties,
            String schemaHash,
            long diskBytes,
            StreamRef archive,
            StreamRef tables,
            StreamRef sequences,
            StreamRef references) {
        this(name, kind, properties, schemaHash, diskBytes, archive, tables, sequences, references, null);
    }

    /** The same under another name. */
    public DatabaseData named(String other) {
        return new DatabaseData(
                other, kind, properties, schemaHash, diskBytes, archive, tables, sequences, references, dump);
    }

    /** One that a command wrote. */
    public static DatabaseData ofCommand(String name, StreamRef archive, StreamRef references, Dump dump) {
        return new DatabaseData(
                name, DatabaseKind.COMMAND, null, null, archive.bytes(), archive, null, null, references, dump);
    }

    /** Whether both hold the same, whenever it was read. */
    public boolean holdsAs(DatabaseData other) {
        return name.equals(other.name)
                && kind == other.kind
                && archive.equals(other.archive)
                && (dump == null ? other.dump == null : other.dump != null && dump.preset.equals(other.dump.preset));
    }

    /**
     * The tables one after the other; none is held. Authentic when it has come to its end. Close it.
     *
     * @throws io.understudy.failure.UnderstudyException while it is consumed: {@code MANIFEST_DAMAGED}, {@code BLOB_*}
     */
    public Stream<TableData> tables(BlobSource source) {
        return NamedLines.read("the list of tables", tables, source, TableData.class);
    }

    /** As {@link #tables(BlobSource)}, of some lines of such a list. */
    public static Stream<TableData> tables(StreamRef lines, BlobSource source) {
        return NamedLines.read("the list of tables", lines, source, TableData.class);
    }

    /** As {@link #sequences(BlobSource)}, of some lines of such a list. */
    public static Stream<SequenceData> sequences(StreamRef lines, BlobSource source) {
        return NamedLines.read("the list of sequences", lines, source, SequenceData.class);
    }

    /** As {@link #tables(BlobSource)}. */
    public Stream<SequenceData> sequences(BlobSource source) {
        return NamedLines.read("the list of sequences", sequences, source, SequenceData.class);
    }

    /** What has a place in a list that is sorted by schema and name. */
    public sealed interface Named permits TableData, SequenceData {
        String schema();

        String name();
    }

    /**
     * One table whose rows COPY carries.
     *
     * @param columns in the order of the stream; generated columns are left out
     * @param key columns of the primary key, empty when there is none
     * @param rows of the base and all deltas together
     * @param bytes plain bytes of the content
     * @param digest of the rows; null where they were not read whole
     * @param generated what the generated columns hold; null where there are none, or where they were not read
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record TableData(
            String schema,
            String name,
            List<String> columns,
            List<String> key,
            long rows,
            long bytes,
            TableDigest digest,
            Generated generated,
            TableContent content)
            implements Named {
        public TableData {
            columns = List.copyOf(columns);
            key = List.copyOf(key);
        }
    }

    /**
     * The values of stored generated columns, which COPY does not carry: each server computes its own, and they may be
     * compared.
     *
     * @param columns the generated columns in their order
     * @param digest of the lines that COPY would write for the key's columns (for all columns of the stream, where
     *     there is no key) and these columns
     */
    public record Generated(List<String> columns, TableDigest digest) {
        public Generated {
            columns = List.copyOf(columns);
        }
    }

    /**
     * How the rows of a table are kept: in COPY's text format and the database's encoding.
     *
     * @param deltas changes since the base, to be made in this order; mostly none
     */
    public record TableContent(
            StreamRef base,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<TableDelta> deltas) {
        public TableContent {
            deltas = deltas == null ? List.of() : List.copyOf(deltas);
        }

        /** All rows in one stream. */
        public TableContent(StreamRef base) {
            this(base, List.of());
        }
    }

    /**
     * What changed: the rows of these keys go, then these rows come.
     *
     * @param gone keys, in the columns of {@code key}
     * @param came rows, in the columns of {@code columns}
     */
    public record TableDelta(StreamRef gone, StreamRef came) {}

    /**
     * The value of a sequence, which changes without a change of the schema.
     *
     * @param called whether {@code value} was given out already, so that the next one follows it
     */
    public record SequenceData(String schema, String name, long value, boolean called) implements Named {}
}
