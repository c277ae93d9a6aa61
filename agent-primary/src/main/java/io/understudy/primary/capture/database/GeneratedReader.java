package io.understudy.primary.capture.database;

import io.understudy.postgres.GeneratedValues;
import io.understudy.postgres.Session;
import io.understudy.postgres.SourceTable;
import io.understudy.repository.DatabaseData.Generated;
import java.util.List;
import java.util.Map;

/**
 * Reads what generated columns hold. A table's values are read with its first unit: under the same lock, in the same
 * snapshot.
 *
 * @param columns those that a reader compares, by the table's OID
 * @param encoding of the database
 */
record GeneratedReader(Map<Long, List<String>> columns, String encoding) {
    /** @return null when there is nothing to compare, or another unit of the table has it */
    Generated read(Session session, CopyTask unit) {
        SourceTable table = unit.table();
        List<String> values = columns.get(table.oid());
        if (values == null || !unit.isFirst()) {
            return null;
        }
        return GeneratedValues.read(session, table.qualified(), table.columns(), table.key(), values, encoding);
    }
}
