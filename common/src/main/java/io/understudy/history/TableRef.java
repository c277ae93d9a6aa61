package io.understudy.history;

import com.fasterxml.jackson.annotation.JsonValue;
import io.understudy.config.NearestName;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Sql;
import io.understudy.repository.DatabaseData;
import java.util.Collection;

/** A table by its name. */
record TableRef(String schema, String name) implements Comparable<TableRef> {
    /** As a person writes it: {@code name} in the schema public, or {@code schema.name}. */
    static TableRef parse(String text) {
        int dot = text.indexOf('.');
        return dot < 0 ? new TableRef("public", text) : new TableRef(text.substring(0, dot), text.substring(dot + 1));
    }

    static TableRef of(DatabaseData.Named table) {
        return new TableRef(table.schema(), table.name());
    }

    /** @param where has none of this name; @param names of those that it has */
    UnderstudyException unknown(String where, Collection<String> names) {
        return new UnderstudyException(
                ErrorCode.USAGE,
                "cannot find table " + this + ": " + where + " has none of this name",
                NearestName.of(toString(), names)
                        .filter(near -> !near.equals(toString()))
                        .map(near -> "did you mean " + near + "?")
                        .orElse("name it as diff does: schema.name"));
    }

    /** As SQL names it. */
    String qualified() {
        return Sql.qualified(schema, name);
    }

    @Override
    public int compareTo(TableRef other) {
        // A dot may be part of a name.
        int same = toString().compareTo(other.toString());
        return same != 0 ? same : schema.compareTo(other.schema);
    }

    @Override
    @JsonValue
    public String toString() {
        return schema + "." + name;
    }
}
