package io.understudy.repository;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.understudy.repository.blob.StreamRef;
import java.util.List;

/**
 * The database in a snapshot.
 *
 * @param archive pg_dump's custom-format archive: the schema, and the data of all that COPY does not carry
 * @param schemaHash SHA-256 (hexadecimal) of the schema as SQL without comments; equal schemas, equal hashes
 */
public record DatabaseData(
        String name, DatabaseProperties properties, StreamRef archive, String schemaHash, List<TableData> tables) {
    public DatabaseData {
        tables = List.copyOf(tables);
    }

    /**
     * One table whose rows COPY carries.
     *
     * @param columns in the order of the stream; generated columns are left out
     * @param key columns of the primary key, empty when there is none
     * @param bytes plain bytes of the content
     * @param generated the values of generated columns that call functions which are not PostgreSQL's own; null when there are none
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record TableData(
            String schema,
            String name,
            List<String> columns,
            List<String> key,
            long rows,
            long bytes,
            TableContent content,
            Generated generated) {
        public TableData {
            columns = List.copyOf(columns);
            key = List.copyOf(key);
        }

        /** Without generated columns that need a comparison. */
        public TableData(
                String schema,
                String name,
                List<String> columns,
                List<String> key,
                long rows,
                long bytes,
                TableContent content) {
            this(schema, name, columns, key, rows, bytes, content, null);
        }
    }

    /**
     * What a reader compares after it has stored the rows: generated columns are computed again, and may come out otherwise.
     *
     * @param columns the key's, or all when there is no key, then the generated ones
     * @param digest of the rows' text of these columns, see {@link RowDigest}
     */
    public record Generated(List<String> columns, String digest) {
        public Generated {
            columns = List.copyOf(columns);
        }
    }

    /**
     * How the rows of a table are kept. Today one stream in COPY's text format and the database's encoding; a place for deltas on top.
     */
    public record TableContent(StreamRef base) {}
}
