package io.understudy.roundtrip;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A table of a random shape in a schema of its own, and random changes to it. The same seed gives the same statements,
 * whichever other tables are in the database.
 */
final class RandomTable {
    private static final int COLUMNS = 5;
    private static final int FIRST_ROWS = 30;
    /** With long marks: of tables that are larger than 64 KiB deltas are kept. */
    private static final int MANY_ROWS = 200;

    private final Random random;
    private final String schema;
    private final String table;
    private final List<Column> columns = new ArrayList<>();
    private final List<Column> key = new ArrayList<>();
    private final boolean placed;
    private final boolean parted;
    private final boolean inherited;
    private int next = 1;
    private int names;

    private record Column(String name, RandomType type) {}

    RandomTable(long seed) {
        this.random = new Random(seed);
        this.schema = "s" + seed;
        this.table = schema + (random.nextInt(4) == 0 ? ".\"Größe %\"" : ".t");
        int keys = random.nextInt(4);
        List<RandomType> distinct =
                Stream.of(RandomType.values()).filter(RandomType::isDistinct).toList();
        for (int i = 0; i < keys; i++) {
            key.add(new Column("k" + i, distinct.get(random.nextInt(distinct.size()))));
        }
        for (int i = random.nextInt(COLUMNS); i >= 0; i--) {
            columns.add(new Column("c" + i, anyType()));
        }
        // A unique key of a table with partitions needs the columns by which it is parted.
        this.parted = !key.isEmpty() && random.nextInt(6) == 0;
        this.inherited = !parted && random.nextInt(8) == 0;
        this.placed = !parted && random.nextBoolean();
    }

    private RandomType anyType() {
        return RandomType.values()[random.nextInt(RandomType.values().length)];
    }

    /** The schema with its types and the table with some rows. */
    String create() {
        StringBuilder sql = new StringBuilder("""
                CREATE SCHEMA %1$s;
                CREATE TYPE %1$s.mood AS ENUM ('sad', 'it''s ok', 'happy');
                CREATE DOMAIN %1$s.positive AS int CHECK (VALUE > 0);
                CREATE TYPE %1$s.pair AS (a int, b text);
                """.formatted(schema));
        sql.append(sometimes(10) && !parted ? "CREATE UNLOGGED TABLE " : "CREATE TABLE ");
        List<String> parts = new ArrayList<>();
        Stream.concat(key.stream(), columns.stream())
                .forEach(column -> parts.add(column.name() + " " + column.type().in(schema)));
        parts.add("mark text");
        if (sometimes(4)) {
            parts.add("twice text GENERATED ALWAYS AS (mark || '2') STORED");
        }
        if (sometimes(5) && !parted && !inherited) {
            parts.add("ident bigint GENERATED " + (random.nextBoolean() ? "ALWAYS" : "BY DEFAULT") + " AS IDENTITY");
        }
        if (placed) {
            parts.add("place int UNIQUE" + (sometimes(3) ? " DEFERRABLE INITIALLY DEFERRED" : ""));
        }
        constraint().ifPresent(parts::add);
        sql.append(table).append(" (").append(String.join(", ", parts)).append(")");
        if (parted) {
            sql.append(" PARTITION BY HASH (").append(key.get(0).name()).append(")");
        }
        sql.append(";\n");
        for (int i = 0; parted && i < 3; i++) {
            sql.append("CREATE TABLE %s.p%d PARTITION OF %s FOR VALUES WITH (MODULUS 3, REMAINDER %d);%n"
                    .formatted(schema, i, table, i));
        }
        if (inherited) {
            sql.append("CREATE TABLE %s.heir (more int) INHERITS (%s);%n".formatted(schema, table));
        }
        sql.append(manners());
        sql.append(insert(1 + random.nextInt(FIRST_ROWS)));
        if (sometimes(4)) {
            sql.append(insert(MANY_ROWS)).append("UPDATE " + table + " SET mark = mark || repeat('0123456789', 60);\n");
        }
        return sql.toString();
    }

    private Optional<String> constraint() {
        if (key.isEmpty()) {
            return Optional.empty();
        }
        String names = key.stream().map(Column::name).collect(Collectors.joining(", "));
        return Optional.of(
                random.nextInt(5) == 0
                        ? key.stream()
                                        .map(each -> "CHECK (" + each.name() + " IS NOT NULL)")
                                        .collect(Collectors.joining(", "))
                                + ", UNIQUE (" + names + ")"
                        : "PRIMARY KEY (" + names + ")");
    }

    /** What makes a table behave in its own way while rows go in and out. */
    private String manners() {
        StringBuilder sql = new StringBuilder();
        if (sometimes(6)) {
            sql.append(
                    "ALTER TABLE %1$s ENABLE ROW LEVEL SECURITY; ALTER TABLE %1$s FORCE ROW LEVEL SECURITY; CREATE POLICY nothing ON %1$s USING (false);%n"
                            .formatted(table));
        }
        if (sometimes(6)) {
            sql.append("""
                    CREATE FUNCTION %1$s.spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.mark := NEW.mark || '!'; RETURN NEW; END $$;
                    CREATE TRIGGER spoil BEFORE INSERT OR UPDATE ON %2$s FOR EACH ROW EXECUTE FUNCTION %1$s.spoil();
                    ALTER TABLE %2$s ENABLE %3$s TRIGGER spoil;
                    """.formatted(schema, table, random.nextBoolean() ? "ALWAYS" : "REPLICA"));
        }
        if (sometimes(8) && !parted) {
            sql.append(
                    "CREATE RULE keep AS ON DELETE TO %1$s DO INSTEAD NOTHING; ALTER TABLE %1$s ENABLE ALWAYS RULE keep;%n"
                            .formatted(table));
        }
        if (sometimes(4)) {
            sql.append("CREATE INDEX ON %s (lower(left(mark, 50))) WHERE mark <> '';%n".formatted(table));
        }
        if (sometimes(6) && !parted) {
            sql.append("ALTER TABLE %s REPLICA IDENTITY %s;%n"
                    .formatted(table, random.nextBoolean() ? "FULL" : "NOTHING"));
        }
        return sql.toString();
    }

    private boolean sometimes(int times) {
        return random.nextInt(times) == 0;
    }

    private String insert(int rows) {
        return insertInto(table, rows, false)
                + (inherited && random.nextBoolean() ? insertInto(schema + ".heir", 1 + random.nextInt(5), true) : "");
    }

    private String insertInto(String into, int rows, boolean heir) {
        List<Column> all = Stream.concat(key.stream(), columns.stream()).toList();
        String names = all.stream().map(column -> column.name() + ", ").collect(Collectors.joining());
        return "INSERT INTO " + into + " (" + names + (placed ? "place, " : "") + (heir ? "more, " : "")
                + "mark) VALUES "
                + IntStream.range(0, rows)
                        .mapToObj(i -> "(" + row() + (heir ? "7, " : "") + RandomType.text(random) + ")")
                        .collect(Collectors.joining(", "))
                + ";\n";
    }

    private String row() {
        int n = next++;
        return key.stream().map(column -> column.type().distinct(n) + ", ").collect(Collectors.joining())
                + columns.stream().map(column -> value(column) + ", ").collect(Collectors.joining())
                + (placed ? n + ", " : "");
    }

    private String value(Column column) {
        return sometimes(5) ? "NULL" : column.type().any(random);
    }

    /** Up to five statements that change rows; none as often as not, as in most tables of a site. */
    String change() {
        int count = Math.max(0, random.nextInt(9) - 3);
        return IntStream.range(0, count).mapToObj(i -> step()).collect(Collectors.joining());
    }

    private String step() {
        String some = some(1 + random.nextInt(6));
        return switch (random.nextInt(12)) {
            case 0, 1 -> insert(1 + random.nextInt(20));
            case 2 -> "UPDATE " + table + " SET mark = " + RandomType.text(random) + where(some);
            case 3 -> updateColumn(some);
            case 4 -> "DELETE FROM " + table + where(some);
            case 5 -> updateKey();
            case 6 -> exchange();
            case 7 -> "BEGIN; DELETE FROM " + table + "; " + insert(2) + "ROLLBACK;\n";
            case 8 -> "BEGIN; SAVEPOINT a; DELETE FROM " + table + "; ROLLBACK TO a; " + insert(1) + "COMMIT;\n";
            case 9 -> sometimes(3) ? (random.nextBoolean() ? "TRUNCATE " : "DELETE FROM ") + table + ";\n" : insert(1);
            case 10 -> "UPDATE " + table + " SET mark = mark || 'x'" + (sometimes(2) ? ";\n" : where(some));
            default -> duplicate(some);
        };
    }

    /** Rows that depend on what is in the table alone, not on where. */
    private String some(int rows) {
        return "SELECT tableoid, ctid FROM %1$s t ORDER BY md5(t::text || %2$d), t::text LIMIT %3$d"
                .formatted(table, random.nextInt(), rows);
    }

    private static String where(String some) {
        return " WHERE (tableoid, ctid) IN (" + some + ");\n";
    }

    private String updateColumn(String some) {
        Column column = columns.isEmpty() ? null : columns.get(random.nextInt(columns.size()));
        return column == null
                ? insert(1)
                : "UPDATE " + table + " SET " + column.name() + " = " + value(column) + where(some);
    }

    private String updateKey() {
        if (key.isEmpty()) {
            return insert(1);
        }
        Column column = key.get(random.nextInt(key.size()));
        return "UPDATE " + table + " SET " + column.name() + " = "
                + column.type().distinct(next++) + where(some(1));
    }

    /** Two rows get each other's unique value. */
    private String exchange() {
        return placed
                ? "UPDATE %1$s SET place = -place; UPDATE %1$s SET place = CASE place WHEN -1 THEN 2 WHEN -2 THEN 1 ELSE -place END;%n"
                        .formatted(table)
                : insert(1);
    }

    /** The same row again, where no key forbids it. */
    private String duplicate(String some) {
        if (!key.isEmpty() || placed) {
            return insert(1);
        }
        String names = Stream.concat(columns.stream().map(Column::name), Stream.of("mark"))
                .collect(Collectors.joining(", "));
        return "INSERT INTO %1$s (%2$s) SELECT %2$s FROM %1$s%3$s".formatted(table, names, where(some));
    }

    /** What a site in backup mode should not do. */
    String drift() {
        return switch (random.nextInt(3)) {
            case 0 -> "UPDATE " + table + " SET mark = 'drift'" + where(some(2));
            case 1 -> "DELETE FROM " + table + where(some(1));
            default -> "TRUNCATE " + table + ";\n";
        };
    }

    /** Another shape. */
    String ddl() {
        String name = "n" + names++;
        switch (random.nextInt(6)) {
            case 0 -> {
                if (inherited) {
                    // pg_dump puts it in another place among the columns of the heir.
                    return "ALTER TABLE " + table + " ALTER mark SET STATISTICS 7;\n";
                }
                columns.add(new Column(name, RandomType.INT));
                return "ALTER TABLE " + table + " ADD COLUMN " + name + " int DEFAULT 3;\n";
            }
            case 1 -> {
                if (columns.isEmpty()) {
                    return "COMMENT ON TABLE " + table + " IS 'no columns';\n";
                }
                return "ALTER TABLE " + table + " DROP COLUMN "
                        + columns.remove(random.nextInt(columns.size())).name() + ";\n";
            }
            case 2 -> {
                if (columns.isEmpty()) {
                    return "ALTER TABLE " + table + " ALTER mark SET DEFAULT 'none';\n";
                }
                Column old = columns.remove(0);
                columns.add(new Column(name, old.type()));
                return "ALTER TABLE " + table + " RENAME COLUMN " + old.name() + " TO " + name + ";\n";
            }
            case 3 -> {
                return "CREATE INDEX " + name + " ON " + table + " (md5(mark));\n";
            }
            case 4 -> {
                return "ALTER TABLE " + table + " ALTER mark SET STORAGE EXTERNAL;\n";
            }
            default -> {
                return "ALTER TABLE " + table + " ADD CONSTRAINT " + name + " CHECK (length(mark) >= 0);\n";
            }
        }
    }
}
