package io.understudy.roundtrip;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A database with a table of every kind that an import by differences must get right, and random changes to it. */
final class ChangingSite {
    static final String OWNER = "changing_owner";
    static final String OTHER = "changing_other";

    static final String SCHEMA = """
            CREATE SCHEMA app AUTHORIZATION %1$s;
            SET ROLE %1$s;
            CREATE TYPE app.mood AS ENUM ('sad', 'ok', 'happy');
            CREATE TABLE app.note (id bigserial PRIMARY KEY, parent bigint REFERENCES app.note ON DELETE SET NULL, place int,
                body text, mood app.mood, tags text[], doc jsonb, raw bytea, at timestamptz DEFAULT '2026-01-01 UTC',
                CONSTRAINT places UNIQUE (place));
            CREATE INDEX ON app.note (lower(body));
            CREATE TABLE app.comment (note bigint REFERENCES app.note ON DELETE CASCADE, number int, body text, PRIMARY KEY (number, note));
            CREATE TABLE app.log (a int, b text);
            CREATE TABLE app.word (a text, b text, n int, PRIMARY KEY (b, a));
            CREATE TABLE app.kinds (a char(5), b numeric, c timestamptz, d date, e "char", f bit(3), g uuid, h varchar(20), i boolean, v text,
                PRIMARY KEY (a, b, c, d, e, f, g, h, i));
            CREATE TABLE app.ident (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v int, twice int GENERATED ALWAYS AS (v * 2) STORED);
            CREATE TABLE app.part (k int, v text, PRIMARY KEY (k)) PARTITION BY RANGE (k);
            CREATE TABLE app.part_low PARTITION OF app.part FOR VALUES FROM (0) TO (500);
            CREATE TABLE app.part_high PARTITION OF app.part FOR VALUES FROM (500) TO (1000000);
            CREATE TABLE app.kept (a int PRIMARY KEY, b text);
            CREATE TABLE app.heir (c int) INHERITS (app.kept);
            CREATE TABLE app.secret (a int PRIMARY KEY, b text);
            ALTER TABLE app.secret ENABLE ROW LEVEL SECURITY;
            ALTER TABLE app.secret FORCE ROW LEVEL SECURITY;
            CREATE POLICY nothing ON app.secret USING (false);
            CREATE TABLE app.ruled (a int PRIMARY KEY, b text);
            CREATE RULE keep AS ON DELETE TO app.ruled DO INSTEAD NOTHING;
            ALTER TABLE app.ruled ENABLE ALWAYS RULE keep;
            CREATE FUNCTION app.spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.b := NEW.b || '!'; RETURN NEW; END $$;
            CREATE FUNCTION app.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
            CREATE TABLE app.loud (a int PRIMARY KEY, b text);
            CREATE TRIGGER spoil BEFORE INSERT ON app.loud FOR EACH ROW EXECUTE FUNCTION app.spoil();
            CREATE TRIGGER refuse BEFORE DELETE ON app.loud FOR EACH ROW EXECUTE FUNCTION app.refuse();
            ALTER TABLE app.loud ENABLE ALWAYS TRIGGER spoil;
            ALTER TABLE app.loud ENABLE REPLICA TRIGGER refuse;
            CREATE FUNCTION app.fits(int) RETURNS boolean LANGUAGE sql AS 'SELECT $1 < (SELECT count(*) + 100000 FROM app.kept)';
            CREATE TABLE app.late (a int PRIMARY KEY CHECK (app.fits(a)), b text);
            CREATE UNLOGGED TABLE app.fleeting (a int, b text);
            CREATE SEQUENCE app.own;
            CREATE VIEW app.names AS SELECT id, body FROM app.note;
            CREATE MATERIALIZED VIEW app.lengths AS SELECT id, length(body) AS l FROM app.names;
            CREATE MATERIALIZED VIEW app.total AS SELECT sum(l) AS s FROM app.lengths;
            CREATE MATERIALIZED VIEW app.unfilled AS SELECT 1 AS one WITH NO DATA;
            RESET ROLE;
            CREATE TABLE app.root (a int PRIMARY KEY, b text);
            GRANT USAGE ON SCHEMA app TO %2$s;
            CREATE TABLE app.theirs (a int PRIMARY KEY, b text);
            ALTER TABLE app.theirs OWNER TO %2$s;
            """.formatted(OWNER, OTHER);

    static final Differential.Views VIEWS = new Differential.Views(
            "REFRESH MATERIALIZED VIEW app.lengths; REFRESH MATERIALIZED VIEW app.total;",
            "SELECT md5(string_agg(m::text, ',' ORDER BY m::text)) FROM app.lengths m UNION ALL SELECT s::text FROM app.total;"
                    + "SELECT relispopulated FROM pg_class WHERE relname = 'unfilled';"
                    + "SELECT last_value, is_called FROM app.own; SELECT oid, lo_get(oid) FROM pg_largeobject_metadata ORDER BY oid;");

    private final Random random;
    private int next = 1;

    ChangingSite(long seed) {
        this.random = new Random(seed);
    }

    /** Some rows in every table. */
    String rows() {
        StringBuilder sql = new StringBuilder();
        for (int i = 0; i < 30; i++) {
            sql.append(insert());
        }
        return sql.append(
                        "INSERT INTO app.note (body, place) SELECT md5(g::text), 100000 + g FROM generate_series(1, 3000) g;")
                .append("INSERT INTO app.log SELECT g % 3, 'same' FROM generate_series(1, 30) g;")
                .append(
                        "INSERT INTO app.part SELECT g * 7, md5(g::text) FROM generate_series(1, 150) g ON CONFLICT DO NOTHING;")
                .toString();
    }

    private String insert() {
        int n = next++;
        return "INSERT INTO app.note (body, place, mood, tags, doc, raw) VALUES (" + text() + ", " + n
                + ", 'ok', ARRAY['a b', NULL, " + text() + "], '{\"n\": " + n + "}', '\\x00ff" + (n % 10) + "0');"
                + "INSERT INTO app.comment VALUES (" + n + ", " + n + ", " + text() + ");"
                + "INSERT INTO app.log VALUES (" + random.nextInt(3) + ", " + text() + ");"
                + "INSERT INTO app.word VALUES (" + text() + ", " + text() + ", " + n + ") ON CONFLICT DO NOTHING;"
                + "INSERT INTO app.kinds VALUES ('a\"" + n % 99 + "', " + n
                + ".50, '2026-01-02 03:04:05.6+00', '2026-02-03', 'x', B'101', '"
                + new java.util.UUID(7, n) + "', 'a\\b{,}" + n + "', " + (n % 2 == 0) + ", " + text() + ");"
                + "INSERT INTO app.ident (v) VALUES (" + n + ");"
                + "INSERT INTO app.part VALUES (" + (n * 3 + 1000) + ", " + text() + ");"
                + "INSERT INTO app.kept VALUES (" + n + ", " + text() + "); INSERT INTO app.heir VALUES (" + n + ", "
                + text() + ", 1);"
                + "INSERT INTO app.secret VALUES (" + n + ", " + text() + ");"
                + "INSERT INTO app.ruled VALUES (" + n + ", " + text() + ");"
                + "INSERT INTO app.loud VALUES (" + n + ", " + text() + ");"
                + "INSERT INTO app.late VALUES (" + n + ", " + text() + ");"
                + "INSERT INTO app.fleeting VALUES (" + n + ", " + text() + ");"
                + "INSERT INTO app.root VALUES (" + n + ", " + text() + ");"
                + "INSERT INTO app.theirs VALUES (" + n + ", " + text() + ");";
    }

    private String text() {
        return switch (random.nextInt(6)) {
            case 0 -> "'plain " + random.nextInt(1000) + "'";
            case 1 -> "E'tab\\tline\\nback\\\\slash " + random.nextInt(1000) + "'";
            case 2 -> "'häßlich Ω " + random.nextInt(1000) + "'";
            case 3 -> "''";
            case 4 -> "repeat(md5('" + random.nextInt() + "'), " + (100 + random.nextInt(300)) + ")";
            default -> "'\\N " + random.nextInt(10) + "'";
        };
    }

    /** A few statements that change rows, and now and then more. */
    String change() {
        List<String> some = new ArrayList<>();
        int count = 1 + random.nextInt(6);
        for (int i = 0; i < count; i++) {
            some.add(step());
        }
        return String.join("\n", some);
    }

    private String step() {
        int some = random.nextInt(7) + 2;
        return switch (random.nextInt(22)) {
            case 0, 1 -> insert();
            case 2 -> "UPDATE app.note SET body = " + text() + " WHERE id % " + some + " = 0 AND id < 60;";
            case 3 ->
                "UPDATE app.note SET place = -place; UPDATE app.note SET place = CASE place WHEN -1 THEN 2 WHEN -2 THEN 1 ELSE -place END;";
            case 4 -> "DELETE FROM app.note WHERE id % " + (some * 50) + " = 1;";
            case 5 ->
                "UPDATE app.log SET b = " + text() + " WHERE ctid IN (SELECT ctid FROM app.log LIMIT " + some + ");";
            case 6 -> "DELETE FROM app.log WHERE ctid IN (SELECT ctid FROM app.log ORDER BY a LIMIT " + some + ");";
            case 7 -> "INSERT INTO app.log SELECT 1, 'same' FROM generate_series(1, " + some + ");";
            case 8 -> "UPDATE app.word SET b = b || 'x', n = n + 1 WHERE n % " + some + " = 0;";
            case 9 -> "UPDATE app.kinds SET v = " + text() + ", b = b + 1000 WHERE i;";
            case 10 ->
                "UPDATE app.ident SET v = v + 1 WHERE id % " + some + " = 0; DELETE FROM app.ident WHERE id = " + some
                        + ";";
            case 11 ->
                "UPDATE app.part SET k = k + 300 WHERE k BETWEEN 250 AND 260; DELETE FROM app.part WHERE k % "
                        + (some * 9) + " = 0;";
            case 12 ->
                "UPDATE ONLY app.kept SET b = " + text() + " WHERE a % " + some
                        + " = 0; DELETE FROM app.heir WHERE a % 10 = 3;";
            case 13 ->
                "UPDATE app.secret SET b = " + text() + "; UPDATE app.root SET b = " + text() + " WHERE a > " + some
                        + ";";
            case 14 ->
                "ALTER TABLE app.ruled DISABLE RULE keep; DELETE FROM app.ruled WHERE a % " + some
                        + " = 1; ALTER TABLE app.ruled ENABLE ALWAYS RULE keep;";
            case 15 ->
                "UPDATE app.loud SET a = a + 1000 WHERE a % " + some
                        + " = 0 AND a < 1000; DELETE FROM app.loud WHERE a % 9 = 1;";
            case 16 -> "UPDATE app.late SET b = " + text() + "; DELETE FROM app.theirs WHERE a % " + some + " = 0;";
            case 17 -> "TRUNCATE " + (random.nextBoolean() ? "app.comment" : "app.fleeting") + ";";
            case 18 ->
                "SELECT setval('app.own', " + (100 + some) + ", " + random.nextBoolean()
                        + "); SELECT nextval('app.note_id_seq');";
            case 19 ->
                "BEGIN; DELETE FROM app.note; ROLLBACK; UPDATE app.note SET parent = (SELECT min(id) FROM app.note) WHERE id % 11 = 0;";
            case 20 ->
                "SELECT lo_from_bytea(0, '\\x" + String.format("%02x", some) + "');"
                        + (random.nextBoolean() ? "SELECT lo_unlink(min(oid)) FROM pg_largeobject_metadata;" : "");
            default ->
                "INSERT INTO app.note (body, place) SELECT repeat(md5(g::text), 30), 200000 + " + 1000 * next++
                        + " + g FROM generate_series(1, 200) g;";
        };
    }

    /** What a site in backup mode should not do. */
    String drift() {
        return switch (random.nextInt(6)) {
            case 0 -> "UPDATE app.note SET body = 'drift' WHERE id % 40 = 0;";
            case 1 -> "DELETE FROM app.log WHERE ctid IN (SELECT ctid FROM app.log LIMIT 1);";
            case 2 -> "INSERT INTO app.word VALUES ('drift', 'drift', 0);";
            case 3 ->
                "TRUNCATE app.fleeting; DELETE FROM app.comment WHERE ctid IN (SELECT ctid FROM app.comment LIMIT 1);";
            case 4 -> "SELECT lo_from_bytea(0, 'drift'); REFRESH MATERIALIZED VIEW app.total;";
            default -> "SELECT setval('app.own', 5000);";
        };
    }

    /** DDL: the next import is in full. */
    String ddl() {
        return switch (random.nextInt(4)) {
            case 0 -> "ALTER TABLE app.log ADD COLUMN c" + next++ + " int DEFAULT 3;";
            case 1 ->
                "CREATE TABLE app.part_more" + next + " PARTITION OF app.part FOR VALUES FROM ("
                        + (2_000_000 + next * 100) + ") TO (" + (2_000_000 + next++ * 100 + 50) + ");";
            case 2 ->
                "ALTER TABLE app.part DETACH PARTITION app.part_low; ALTER TABLE app.part ATTACH PARTITION app.part_low FOR VALUES FROM (-"
                        + next++ + ") TO (500);";
            default -> "CREATE INDEX ON app.word (n, " + (next++ % 2 == 0 ? "a" : "b") + ");";
        };
    }
}
