package io.understudy.postgres;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;

/** One row of a result, read by the names of its columns. Valid only while its reader runs. */
public final class Row {
    private final ResultSet result;

    Row(ResultSet result) {
        this.result = result;
    }

    /** Makes a value of a row. */
    @FunctionalInterface
    public interface Reader<T> {
        T read(Row row) throws SQLException;
    }

    /** Null when the column is. */
    public String text(String column) throws SQLException {
        return result.getString(column);
    }

    /** 0 when the column is null. */
    public long number(String column) throws SQLException {
        return result.getLong(column);
    }

    /** False when the column is null. */
    public boolean flag(String column) throws SQLException {
        return result.getBoolean(column);
    }

    /** A {@code text[]} without nulls; empty when the column is null. */
    public List<String> texts(String column) throws SQLException {
        Array array = result.getArray(column);
        return array == null ? List.of() : List.of((String[]) Objects.requireNonNull(array.getArray()));
    }
}
