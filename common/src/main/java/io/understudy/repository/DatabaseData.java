package io.understudy.repository;

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
     */
    public record TableData(
            String schema,
            String name,
            List<String> columns,
            List<String> key,
            long rows,
            long bytes,
            TableContent content) {
        public TableData {
            columns = List.copyOf(columns);
            key = List.copyOf(key);
        }
    }

    /**
     * How the rows of a table are kept. Today one stream in COPY's text format and the database's encoding; a place for deltas on top.
     */
    public record TableContent(StreamRef base) {}
}
