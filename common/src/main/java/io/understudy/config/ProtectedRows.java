package io.understudy.config;

/**
 * Rows of a standby that an import does not replace.
 *
 * @param schema,table where they are
 * @param where which rows, as SQL: {@code name = 'admin'}
 */
public record ProtectedRows(String schema, String table, String where) {
    /** {@code public.users}. */
    public String name() {
        return schema + "." + table;
    }
}
