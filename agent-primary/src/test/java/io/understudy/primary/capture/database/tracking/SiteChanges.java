package io.understudy.primary.capture.database.tracking;

import io.understudy.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What a site may do to its database, drawn by a seed. A statement that fails is rolled back and forgotten. */
final class SiteChanges implements AutoCloseable {
    static final String SCHEMA = """
            CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
            CREATE TYPE pair AS (x int, y text);
            CREATE TABLE plain (id bigint PRIMARY KEY, num int DEFAULT 0, text text, big text);
            CREATE TABLE "Odd ""Name" ("Key: [x]" text, "select" bool, flags bit(4), body text, mood mood,
                PRIMARY KEY (flags, "Key: [x]", "select"));
            CREATE TABLE exact (id numeric PRIMARY KEY, at timestamptz DEFAULT now(), body text);
            CREATE TABLE fixed (id char(20), f float8, raw bytea, body text, p pair, PRIMARY KEY (id, f));
            CREATE TABLE fullident (id int PRIMARY KEY, body text, other text); ALTER TABLE fullident REPLICA IDENTITY FULL;
            CREATE TABLE noident (id int PRIMARY KEY, body text); ALTER TABLE noident REPLICA IDENTITY NOTHING;
            CREATE TABLE byindex (id int PRIMARY KEY, code text NOT NULL, body text);
            CREATE UNIQUE INDEX byindex_code ON byindex (code); ALTER TABLE byindex REPLICA IDENTITY USING INDEX byindex_code;
            CREATE TABLE late (id int, body text, PRIMARY KEY (id) DEFERRABLE INITIALLY DEFERRED);
            CREATE TABLE keyless (a int, body text);
            CREATE UNLOGGED TABLE cache (id int PRIMARY KEY, body text);
            CREATE TABLE gen (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text, len int GENERATED ALWAYS AS (length(body)) STORED);
            CREATE TABLE parent (id int PRIMARY KEY, body text);
            CREATE TABLE child (extra text, PRIMARY KEY (id)) INHERITS (parent);
            CREATE TABLE parts (id int, region int, body text, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
            CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);
            CREATE TABLE parts_2 PARTITION OF parts FOR VALUES IN (2);
            CREATE TABLE longkey (id text PRIMARY KEY, body text); ALTER TABLE longkey ALTER id SET STORAGE EXTERNAL;
            CREATE SEQUENCE counter;
            INSERT INTO plain SELECT g, g, md5(g::text), repeat(md5(g::text), 3) FROM generate_series(1, 1500) g;
            INSERT INTO "Odd ""Name" SELECT 'k' || g || E'\\t''"\\\\' || chr(g % 500 + 1000), g % 2 = 0, (g % 16)::bit(4), repeat('b', 80), 'ok' FROM generate_series(1, 1200) g;
            INSERT INTO exact SELECT g + 0.50, now(), repeat('c', 80) FROM generate_series(1, 1200) g;
            INSERT INTO fixed SELECT 'f' || g, g / 3.0, decode(md5(g::text), 'hex'), repeat('d', 60), ROW(g, 'x'::text)::pair FROM generate_series(1, 1200) g;
            INSERT INTO fullident SELECT g, repeat('e', 80), NULL FROM generate_series(1, 1200) g;
            INSERT INTO noident SELECT g, repeat('e', 80) FROM generate_series(1, 1200) g;
            INSERT INTO byindex SELECT g, 'c' || g, repeat('e', 80) FROM generate_series(1, 1200) g;
            INSERT INTO late SELECT g, repeat('e', 80) FROM generate_series(1, 1200) g;
            INSERT INTO keyless SELECT g % 50, repeat('e', 80) FROM generate_series(1, 1200) g;
            INSERT INTO cache SELECT g, repeat('e', 80) FROM generate_series(1, 1200) g;
            INSERT INTO gen (body) SELECT repeat('e', 80) FROM generate_series(1, 1200) g;
            INSERT INTO parent SELECT g, repeat('e', 80) FROM generate_series(1, 1200) g;
            INSERT INTO child SELECT g, repeat('e', 80), 'x' FROM generate_series(2001, 3200) g;
            INSERT INTO parts SELECT g, g % 2 + 1, repeat('e', 80) FROM generate_series(1, 2400) g;
            INSERT INTO longkey SELECT repeat(md5(g::text), 70) || g, 'x' FROM generate_series(1, 100) g;
            """;

    private final PostgresServer server;
    private final String database;
    private final Random random;
    private final List<Connection> open = new ArrayList<>();
    private final List<String> prepared = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private int next = 10_000;

    SiteChanges(PostgresServer server, String database, long seed) {
        this.server = server;
        this.database = database;
        this.random = new Random(seed);
    }

    /** All statements so far, those that failed too. */
    String log() {
        return String.join("\n", log);
    }

    int draw(int bound) {
        return random.nextInt(bound);
    }

    /** One transaction, or what only makes sense without one. */
    void step() {
        int what = random.nextInt(20);
        if (what == 0) {
            alone(outside());
        } else if (what == 1) {
            endOne();
        } else {
            transaction(what);
        }
    }

    private void transaction(int what) {
        Connection connection = connect();
        try (Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            int count = 1 + random.nextInt(6);
            for (int i = 0; i < count; i++) {
                attempt(statement, what == 2 || what == 3 ? quiet() : random.nextInt(12) == 0 ? definition() : rows());
            }
            if (what == 2) {
                log.add("-- stays open");
                open.add(connection);
                return;
            }
            if (what == 3) {
                String name = "p" + next++;
                run(statement, "PREPARE TRANSACTION '" + name + "'");
                prepared.add(name);
            } else if (what == 4) {
                connection.rollback();
                log.add("-- rolled back");
            } else {
                connection.commit();
                log.add("-- committed");
            }
        } catch (SQLException e) {
            log.add("-- failed: " + e.getMessage());
        }
        close(connection);
    }

    /** In a subtransaction, which is given up now and then. */
    private void attempt(Statement statement, String sql) throws SQLException {
        statement.execute("SAVEPOINT s");
        try {
            run(statement, sql);
            if (random.nextInt(10) == 0) {
                statement.execute("ROLLBACK TO SAVEPOINT s");
                log.add("-- given up");
            }
        } catch (SQLException e) {
            log.add("-- failed: " + e.getMessage());
            statement.execute("ROLLBACK TO SAVEPOINT s");
        }
        statement.execute("RELEASE SAVEPOINT s");
    }

    private void run(Statement statement, String sql) throws SQLException {
        log.add(sql);
        statement.execute("SET lock_timeout = '50ms'");
        statement.execute(sql);
    }

    private void alone(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            run(statement, sql);
        } catch (SQLException e) {
            log.add("-- failed: " + e.getMessage());
        }
    }

    private void endOne() {
        if (!prepared.isEmpty() && random.nextBoolean()) {
            String name = prepared.remove(random.nextInt(prepared.size()));
            alone((random.nextInt(3) == 0 ? "ROLLBACK" : "COMMIT") + " PREPARED '" + name + "'");
        } else if (!open.isEmpty()) {
            Connection connection = open.remove(random.nextInt(open.size()));
            try {
                if (random.nextInt(3) == 0) {
                    connection.rollback();
                    log.add("-- an open one rolled back");
                } else {
                    connection.commit();
                    log.add("-- an open one committed");
                }
            } catch (SQLException e) {
                log.add("-- failed: " + e.getMessage());
            }
            close(connection);
        }
    }

    /** Nothing is left open. */
    void endAll() {
        while (!open.isEmpty() || !prepared.isEmpty()) {
            endOne();
        }
    }

    private String id() {
        return Integer.toString(1 + random.nextInt(1500));
    }

    private String fresh() {
        return Integer.toString(next++);
    }

    private String rows() {
        return switch (random.nextInt(40)) {
            case 0, 1 ->
                "INSERT INTO plain SELECT g, 1, 'new', repeat('n', g % 300) FROM generate_series(" + fresh() + ", "
                        + (next += 20) + ") g";
            case 2, 3 -> "UPDATE plain SET num = num + 1 WHERE id % 97 = " + random.nextInt(97);
            case 4 -> "UPDATE plain SET id = " + fresh() + " WHERE id = " + id();
            case 5 -> {
                String a = id();
                String b = id();
                yield "UPDATE plain SET id = -1 WHERE id = " + a + "; UPDATE plain SET id = " + a + " WHERE id = " + b
                        + "; UPDATE plain SET id = " + b + " WHERE id = -1";
            }
            case 6 -> "DELETE FROM plain WHERE id % 113 = " + random.nextInt(113);
            case 7 ->
                "UPDATE plain SET big = (SELECT string_agg(md5(random()::text), '') FROM generate_series(1, 300)) WHERE id = "
                        + id();
            case 8 ->
                "UPDATE plain SET text = E'a\\\\b\\tc\\nd''e\"' WHERE id BETWEEN " + id() + " AND " + id()
                        + " AND id % 50 = 1";
            case 9 ->
                "INSERT INTO plain VALUES (" + id()
                        + ", 7, NULL, '') ON CONFLICT (id) DO UPDATE SET num = plain.num + 7";
            case 10 ->
                "DELETE FROM plain WHERE id = " + id() + "; INSERT INTO plain VALUES (" + id()
                        + ", 3, 'again', 'x') ON CONFLICT DO NOTHING";
            case 11 ->
                "INSERT INTO \"Odd \"\"Name\" VALUES (E'x\\ny " + fresh() + "', NULL IS NULL, B'1010', 'b', 'sad')";
            case 12 ->
                "UPDATE \"Odd \"\"Name\" SET \"select\" = NOT \"select\" WHERE \"Key: [x]\" LIKE 'k" + id() + "%'";
            case 13 ->
                "UPDATE \"Odd \"\"Name\" SET flags = ~flags, mood = 'happy' WHERE \"Key: [x]\" LIKE 'k1"
                        + random.nextInt(10) + "%'";
            case 14 ->
                "DELETE FROM \"Odd \"\"Name\" WHERE \"Key: [x]\" LIKE 'k" + id()
                        + "%'; INSERT INTO \"Odd \"\"Name\" VALUES ('', false, B'0000', 'empty', NULL) ON CONFLICT DO NOTHING";
            case 15 -> "UPDATE exact SET id = trim_scale(id) WHERE id < " + id() + " AND id % 20 < 1";
            case 16 ->
                "UPDATE exact SET id = id::numeric(20, " + (2 + random.nextInt(4)) + ") WHERE id BETWEEN 100 AND 130";
            case 17 -> "UPDATE exact SET body = 'changed' WHERE id = " + id() + ".5";
            case 18 ->
                "DELETE FROM exact WHERE id = " + id() + ".5; INSERT INTO exact VALUES (" + id()
                        + ".500, now(), 'x') ON CONFLICT DO NOTHING";
            case 19 ->
                "INSERT INTO exact VALUES ('NaN', 'infinity', 'x') ON CONFLICT (id) DO UPDATE SET at = '-infinity'";
            case 20 -> "UPDATE fixed SET f = -f, p = ROW(2, NULL) WHERE id = 'f" + id() + "'";
            case 21 ->
                "INSERT INTO fixed VALUES ('n" + fresh()
                        + "', 'NaN', '\\x00ff', 'é', NULL), ('z', '-0', NULL, '', NULL) ON CONFLICT DO NOTHING";
            case 22 -> "DELETE FROM fixed WHERE id = 'f" + id() + "' OR id = 'z'";
            case 23 -> "UPDATE fullident SET id = " + fresh() + ", other = 'o' WHERE id = " + id();
            case 24 -> "UPDATE fullident SET body = 'b' WHERE id % 150 = 3; DELETE FROM fullident WHERE id = " + id();
            case 25 -> "UPDATE noident SET id = " + fresh() + " WHERE id = " + id();
            case 26 -> "INSERT INTO noident VALUES (" + fresh() + ", 'n')";
            case 27 -> "UPDATE byindex SET id = " + fresh() + " WHERE id = " + id();
            case 28 ->
                "UPDATE late SET id = CASE id WHEN 5 THEN 6 WHEN 6 THEN 5 ELSE " + fresh() + " END WHERE id IN (5, 6, "
                        + id() + ")";
            case 29 ->
                "INSERT INTO keyless VALUES (1, 'dup'), (1, 'dup'); DELETE FROM keyless WHERE a = "
                        + random.nextInt(50);
            case 30 ->
                "INSERT INTO cache VALUES (" + fresh() + ", 'c'); UPDATE cache SET body = 'd' WHERE id = " + id();
            case 31 ->
                "INSERT INTO gen (body) VALUES ('" + "g".repeat(random.nextInt(40))
                        + "'); UPDATE gen SET body = body || 'x' WHERE id = " + id();
            case 32 ->
                "UPDATE parent SET body = 'p' WHERE id % 100 = 7; UPDATE child SET extra = NULL WHERE id = 2"
                        + random.nextInt(999);
            case 33 -> "UPDATE parts SET region = 3 - region WHERE id = " + id() + " OR id = 2" + id();
            case 34 ->
                "INSERT INTO parts VALUES (" + fresh() + ", 1, 'n'), (" + fresh()
                        + ", 2, 'n'); DELETE FROM parts WHERE id = " + id();
            case 35 -> "UPDATE longkey SET body = body || 'y' WHERE length(id) % 10 = " + random.nextInt(10);
            case 36 -> "UPDATE longkey SET id = id || 'z' WHERE body = 'x' AND length(id) % 7 = " + random.nextInt(7);
            case 37 ->
                "SELECT nextval('counter'), pg_logical_emit_message(true, 'site', E'table public.plain: TRUNCATE: (no-flags)\\n')";
            case 38 ->
                "TRUNCATE "
                        + List.of("keyless", "late, noident", "cache", "parts_1", "fixed")
                                .get(random.nextInt(5));
            default ->
                "CREATE TEMP TABLE IF NOT EXISTS scratch (id int PRIMARY KEY, b text) ON COMMIT DROP; INSERT INTO scratch VALUES ("
                        + fresh() + ", 'b')";
        };
    }

    /** A transaction that stays open and has locked a table exclusively keeps every snapshot from its end. */
    private String quiet() {
        String sql = rows();
        while (sql.startsWith("TRUNCATE")) {
            sql = rows();
        }
        return sql;
    }

    private String definition() {
        return switch (random.nextInt(22)) {
            case 0 -> "ALTER TABLE plain ADD COLUMN c" + fresh() + " int DEFAULT 5";
            case 1 -> "ALTER TABLE plain RENAME COLUMN text TO text2";
            case 2 -> "ALTER TABLE plain RENAME COLUMN text2 TO text";
            case 3 -> "ALTER TABLE exact ALTER id TYPE numeric(30, 6)";
            case 4 -> "CREATE TABLE made" + fresh() + " AS SELECT * FROM plain LIMIT 20";
            case 5 ->
                "ALTER TABLE parent DROP CONSTRAINT parent_pkey; UPDATE parent SET id = id + 100000 WHERE id = " + id()
                        + "; ALTER TABLE parent ADD PRIMARY KEY (id)";
            case 6 ->
                "ALTER TABLE fullident REPLICA IDENTITY NOTHING; UPDATE fullident SET id = " + fresh() + " WHERE id = "
                        + id() + "; ALTER TABLE fullident REPLICA IDENTITY FULL";
            case 7 -> "ALTER TYPE mood RENAME VALUE 'happy' TO 'glad" + fresh() + "'";
            case 8 -> "ALTER TYPE pair ADD ATTRIBUTE z" + fresh() + " int";
            case 9 -> "CREATE TABLE parts_" + fresh() + " PARTITION OF parts FOR VALUES IN (" + fresh() + ")";
            case 10 ->
                "ALTER TABLE parts DETACH PARTITION parts_2; UPDATE parts_2 SET body = 'alone' WHERE id = " + id()
                        + "; ALTER TABLE parts ATTACH PARTITION parts_2 FOR VALUES IN (2)";
            case 11 -> "ALTER TABLE noident RENAME TO noident2; CREATE TABLE noident (LIKE noident2 INCLUDING ALL)";
            case 12 -> "CREATE OR REPLACE VIEW v AS SELECT " + fresh() + " AS n";
            case 13 -> "COMMENT ON TABLE exact IS 'c" + fresh() + "'";
            case 14 -> "CREATE INDEX ON exact (at)";
            case 15 -> "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT " + fresh() + "'";
            case 16 -> "ALTER TABLE cache SET LOGGED";
            case 17 -> "ALTER TABLE cache SET UNLOGGED";
            case 18 ->
                "DROP TABLE IF EXISTS gen; CREATE TABLE gen (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text, len int)";
            case 19 -> "GRANT SELECT ON plain TO PUBLIC; REVOKE ALL ON plain FROM PUBLIC";
            case 20 -> "ALTER SEQUENCE counter INCREMENT BY " + (1 + random.nextInt(5));
            default ->
                "TRUNCATE fixed; INSERT INTO fixed SELECT 't' || g, 1, NULL, repeat('t', 90), NULL FROM generate_series(1, 900) g";
        };
    }

    private String outside() {
        return List.of(
                        "VACUUM FULL plain",
                        "CLUSTER exact USING exact_pkey",
                        "VACUUM",
                        "VACUUM FREEZE",
                        "ANALYZE",
                        "REINDEX TABLE plain",
                        "CHECKPOINT",
                        "SELECT lo_create(0)",
                        "SELECT lo_unlink(oid) FROM pg_largeobject_metadata",
                        "CREATE INDEX CONCURRENTLY ON plain (num)")
                .get(random.nextInt(10));
    }

    private Connection connect() {
        try {
            return server.connect(database);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        endAll();
    }
}
