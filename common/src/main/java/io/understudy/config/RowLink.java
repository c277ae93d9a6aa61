package io.understudy.config;

/**
 * Rows of one table that belong to rows of another without a foreign key.
 *
 * @param from column whose value names the other row
 * @param to column that has that value
 */
public record RowLink(Column from, Column to) {
    /** @param schema,table where it is */
    public record Column(String schema, String table, String name) {
        @Override
        public String toString() {
            return schema + "." + table + "." + name;
        }
    }

    @Override
    public String toString() {
        return from + " -> " + to;
    }
}
