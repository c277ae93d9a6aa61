package io.understudy.postgres;

import java.util.List;

/**
 * A table whose rows COPY can carry.
 *
 * @param columns in order, without generated ones; at least one
 * @param key columns of the primary key in its order, empty when there is none
 * @param heap whether its rows lie in blocks of PostgreSQL's own storage
 * @param blocks of the table itself
 * @param bytes on the server's disk, values stored out of line included, indexes not
 */
public record SourceTable(
        long oid,
        String schema,
        String name,
        List<String> columns,
        List<String> key,
        boolean heap,
        long blocks,
        long bytes) {
    public SourceTable {
        columns = List.copyOf(columns);
        key = List.copyOf(key);
    }

    SourceTable measured(long blocksNow, long bytesNow) {
        return new SourceTable(oid, schema, name, columns, key, heap, blocksNow, bytesNow);
    }

    /** As SQL names it: {@code "schema"."name"}. */
    public String qualified() {
        return Sql.qualified(schema, name);
    }
}
