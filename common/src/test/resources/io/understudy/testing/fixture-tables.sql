-- Tables of every kind and what hangs on them.
SET search_path = public, ext;
CREATE TABLE all_types (
    id bigserial PRIMARY KEY, b bool, i2 smallint, i4 int, i8 bigint, n numeric, f4 real, f8 double precision, m money,
    t text, v varchar(20), c char(5), bin bytea, d date, tm time, tmz time with time zone, ts timestamp, tstz timestamptz, iv interval,
    u uuid, j json, jb jsonb, jp jsonpath, x xml, bits bit(5), vbits bit varying, ip inet, net cidr, mac macaddr, mac8 macaddr8,
    pt point, ln line, sg lseg, bx box, pa path, pg polygon, ci circle, tsv tsvector, tsq tsquery, lsn pg_lsn, snap pg_snapshot,
    r int4range, mr int8multirange, ow float_span, ia int[], ta text[][], md mood, p3 point3, ne nested, pc percent, ss short_text,
    hs hstore, cit citext, tree "it's".ltree, rel regclass, obj oid, nm name, ch "char");
INSERT INTO all_types (id, b, i2, i4, i8, n, f4, f8, m, t, v, c, bin, d, tm, tmz, ts, tstz, iv, u, j, jb, jp, x, bits, vbits, ip, net, mac, mac8,
    pt, ln, sg, bx, pa, pg, ci, tsv, tsq, lsn, snap, r, mr, ow, ia, ta, md, p3, ne, pc, ss, hs, cit, tree, rel, obj, nm, ch) VALUES
    (1, true, -32768, -2147483648, -9223372036854775808, 'NaN', '-Infinity', 'Infinity', '-1234567.89',
     E'back\\slash \t tab \n line \r return \b \f \v \x7f "quotes" ''quote'' \\N \\. %', '', 'a  ', '\x00ff5c4e0a0d09', 'infinity', '24:00', '23:59:59.999999-15:59',
     '-infinity', 'infinity', '-178000000 years 11 mons -3 days 04:05:06.789', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
     '{"a" : 1, "a":2,  "nul":"\\u0000"}', '{"a":[1,2.50,null,"\\n"]}', '$.a[*] ? (@ > 1)', '<a b="c">&amp;<!-- x --></a>', B'10101', B'', '::1/64', '10.1.0.0/16',
     '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', '(1e300,-1e-300)', '{1,2,3}', '[(0,0),(1,1)]', '(1,1),(0,0)', '[(0,0),(1,1),(2,0)]', '((0,0),(1,1),(2,0))',
     '<(0,0),5>', '''it''''s'':1A fat:2 \\back:3', 'fat & !rat | ''it''''s''', '16/B374D848', '10:20:10,14,15', '[1,)', '{[1,5),(,0)}', '(-Infinity,Infinity)',
     '{NULL,1,-1}', '[0:1][2:3]={{"a,b","\"q\\"},{NULL,"NULL"}}', 'it''s ok', '(1,2,3.10)', '("(NaN,Infinity,0)","{sad,HAPPY}")', 100, 'x',
     '"a b"=>NULL, c=>"\"\\"', 'CaSe', 'a.b.c', 'all_types', 42, 'a name', E'\\377'),
    (2, false, 32767, 2147483647, 9223372036854775807, '123456789012345678901234567890.123456789012345678901234567890', 3.4028235e38, 4.9e-324, 92233720368547758.07,
     'ünï ☃ 🎭 日本', 'twenty characters ok', 'abcde', '', '4713-01-01 BC', '00:00', '00:00+14', '4713-01-01 00:00:00 BC', '0044-03-15 12:00:00+00 BC', '1 mon -1 day',
     '00000000-0000-0000-0000-000000000000', '[]', '{}', '$', 'text only <b/>', B'00000', B'110', '192.168.0.1', '::/0', '00:00:00:00:00:00', '00:00:00:00:00:00:00:00',
     '(NaN,0)', '{1,-1,0}', '[(1,1),(0,0)]', '(2,2),(1,1)', '((0,0),(1,1))', '((0,0))', '<(1,1),0>', '', '', '0/0', '1:1:', 'empty', '{}', 'empty',
     '{}', '{}', 'ünïcode', '(,,)', '(,)', 0, '', '', '', '', 'pg_class', 0, '', ''),
    (3, NULL, NULL, NULL, NULL, 'Infinity', 'NaN', '-0', NULL, NULL, NULL, NULL, NULL, '5874897-12-31', NULL, NULL, '294276-12-31 23:59:59.999999', '-infinity', NULL, NULL, NULL,
     'null', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1,
     NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
SELECT setval('all_types_id_seq', 4711);

CREATE TABLE nothing ();
INSERT INTO nothing SELECT FROM generate_series(1, 7);
CREATE TABLE dropped_to_nothing (gone int);
INSERT INTO dropped_to_nothing SELECT generate_series(1, 3);
ALTER TABLE dropped_to_nothing DROP COLUMN gone;
CREATE TABLE only_generated (n int GENERATED ALWAYS AS (42) STORED);
INSERT INTO only_generated DEFAULT VALUES;
INSERT INTO only_generated DEFAULT VALUES;
CREATE TABLE "a b"."Order" ("select" int, "from ""here""" text, "it's" text DEFAULT 'it''s', "new
line" int, "per%cent" int, "tab	tab" int, "back\slash" int, "☃" int,
    "sixty_three_bytes_long_column_name_xxxxxxxxxxxxxxxxxxxxxxxxxxxx" int, gone int, PRIMARY KEY ("select", "from ""here"""));
ALTER TABLE "a b"."Order" DROP COLUMN gone;
INSERT INTO "a b"."Order" VALUES (1, 'x', 'y', 2, 3, 4, 5, 6, 7), (1, 'z', DEFAULT, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE "a b"."odd.table*?[a-z]$" (a int);
CREATE TABLE "a b"."new
line" (a int);
CREATE TABLE "a b"."quote'd ""table"" \ %s" (a int);
CREATE TABLE "it's"."sixty_three_bytes_long_table_name_xxxxxxxxxxxxxxxxxxxxxxxxxxxxx" (a int);
CREATE TABLE "UPPER" (a int);
CREATE TABLE upper (a int);
INSERT INTO "a b"."odd.table*?[a-z]$" VALUES (1);
INSERT INTO "a b"."new
line" VALUES (2);
INSERT INTO "a b"."quote'd ""table"" \ %s" VALUES (3);
INSERT INTO "it's"."sixty_three_bytes_long_table_name_xxxxxxxxxxxxxxxxxxxxxxxxxxxxx" VALUES (4);
INSERT INTO "UPPER" VALUES (5);
INSERT INTO upper VALUES (6);
ALTER TABLE "a b"."Order" OWNER TO fixture_owner;

CREATE TABLE identities (a int GENERATED ALWAYS AS IDENTITY (START 10 INCREMENT -3 MINVALUE -1000 MAXVALUE 10 CYCLE), b int GENERATED BY DEFAULT AS IDENTITY,
    s smallserial, twice int GENERATED ALWAYS AS (b * 2) STORED, t text COMPRESSION pglz);
INSERT INTO identities (t) SELECT repeat('long ', g) FROM generate_series(1, 3) g;
INSERT INTO identities (a, t) OVERRIDING SYSTEM VALUE VALUES (999, repeat('toasted ', 9000));
ALTER TABLE identities ALTER COLUMN b SET STATISTICS 500, ALTER COLUMN t SET STORAGE EXTERNAL, ALTER COLUMN b SET (n_distinct = -0.5);
CREATE SEQUENCE alone AS smallint INCREMENT 5 MAXVALUE 100 CACHE 7 CYCLE;
SELECT nextval('alone'), nextval('alone');
CREATE SEQUENCE untouched START 5;
CREATE UNLOGGED SEQUENCE loose;
CREATE UNLOGGED TABLE unlogged (a int PRIMARY KEY);
INSERT INTO unlogged SELECT generate_series(1, 5);
CREATE TABLE typed OF point3 (PRIMARY KEY (x));
INSERT INTO typed VALUES (1, 2, 3);
CREATE TABLE own_method (a int) USING own_heap;
INSERT INTO own_method VALUES (1);

CREATE TABLE parent (id int PRIMARY KEY, note text NOT NULL DEFAULT 'p', CONSTRAINT positive CHECK (id > 0), CONSTRAINT alone CHECK (note <> 'no') NO INHERIT);
CREATE TABLE child (extra int) INHERITS (parent);
CREATE TABLE grandchild (note text DEFAULT 'g', more text) INHERITS (child, own_method);
ALTER TABLE child ALTER COLUMN note SET DEFAULT 'c';
INSERT INTO parent VALUES (1, 'one'), (2, DEFAULT);
INSERT INTO child VALUES (3, DEFAULT, 3), (1, 'twin', NULL);
INSERT INTO grandchild (id, more, a) VALUES (4, 'm', 1);

CREATE TABLE measured (at date NOT NULL, city text NOT NULL, v int, PRIMARY KEY (at, city)) PARTITION BY RANGE (at);
CREATE TABLE measured_old PARTITION OF measured FOR VALUES FROM (MINVALUE) TO ('2025-01-01');
CREATE TABLE measured_new PARTITION OF measured FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (city);
CREATE TABLE measured_new_a (v int, city text NOT NULL, at date NOT NULL);
ALTER TABLE measured_new ATTACH PARTITION measured_new_a FOR VALUES IN ('a', 'it''s');
CREATE TABLE measured_new_rest PARTITION OF measured_new DEFAULT;
CREATE TABLE measured_rest PARTITION OF measured DEFAULT;
INSERT INTO measured SELECT '2024-12-01'::date + g, CASE g % 3 WHEN 0 THEN 'a' WHEN 1 THEN 'it''s' ELSE 'x' END, g FROM generate_series(1, 500) g;
CREATE INDEX ON measured (v);
CREATE TABLE hashed (id int, t text) PARTITION BY HASH (id);
CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE hashed_1 PARTITION OF hashed FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE hashed_2 PARTITION OF hashed FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO hashed SELECT g, g::text FROM generate_series(1, 100) g;
CREATE TABLE egg (id int PRIMARY KEY, hen int NOT NULL, note ext.citext UNIQUE);
CREATE TABLE hen (id int PRIMARY KEY, egg int NOT NULL REFERENCES egg DEFERRABLE INITIALLY DEFERRED, boss int REFERENCES hen ON DELETE SET NULL);
ALTER TABLE egg ADD CONSTRAINT laid_by FOREIGN KEY (hen) REFERENCES hen ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED;
BEGIN;
INSERT INTO egg SELECT g, g, 'n' || g FROM generate_series(1, 10) g;
INSERT INTO hen SELECT g, 11 - g, nullif(g % 10, 0) + 1 FROM generate_series(1, 10) g;
COMMIT;
CREATE TABLE booked (room int, during tstzrange, EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (room > 0) DEFERRABLE);
INSERT INTO booked VALUES (1, '[2026-01-01,2026-01-02)'), (1, '[2026-01-02,)'), (2, 'empty');
CREATE TABLE checked (a int, CONSTRAINT late CHECK (a > 100) NOT VALID);
ALTER TABLE checked DROP CONSTRAINT late;
INSERT INTO checked VALUES (1);
ALTER TABLE checked ADD CONSTRAINT late CHECK (a > 100) NOT VALID;
CREATE TABLE referring (egg int);
INSERT INTO referring VALUES (99);
ALTER TABLE referring ADD CONSTRAINT dangling FOREIGN KEY (egg) REFERENCES egg NOT VALID;

CREATE UNIQUE INDEX egg_partial ON egg (hen) INCLUDE (note) WHERE hen > 5;
CREATE INDEX egg_expression ON egg ((hen + 1) DESC NULLS LAST, lower(note::text) COLLATE "C") WITH (fillfactor = 70);
CREATE INDEX egg_trigrams ON egg USING gin ((note::text) gin_trgm_ops);
CREATE INDEX brin ON measured_old USING brin (at) WITH (pages_per_range = 4);
CREATE INDEX hash_index ON hashed_0 USING hash (id);
CREATE UNIQUE INDEX nulls ON referring (egg) NULLS NOT DISTINCT;
ALTER INDEX egg_expression ALTER COLUMN 1 SET STATISTICS 300;
ALTER TABLE egg CLUSTER ON egg_pkey;
ALTER TABLE hen REPLICA IDENTITY FULL;
ALTER TABLE egg REPLICA IDENTITY USING INDEX egg_pkey;
CREATE STATISTICS egg_stats (ndistinct, dependencies, mcv) ON hen, note FROM egg;
CREATE STATISTICS "odd stats" ON (hen % 3), (id % 2) FROM egg;
ALTER STATISTICS egg_stats SET STATISTICS 42;
ALTER TABLE identities SET (fillfactor = 80, autovacuum_enabled = false, toast.autovacuum_enabled = false);

COMMENT ON TABLE egg IS E'Which came first?\n\\N \t "both"';
COMMENT ON COLUMN egg.hen IS 'the other';
COMMENT ON CONSTRAINT laid_by ON egg IS 'who';
COMMENT ON INDEX egg_partial IS 'some';
COMMENT ON STATISTICS egg_stats IS 'many';
COMMENT ON SEQUENCE alone IS 'by itself';
GRANT SELECT (id, hen), UPDATE (note) ON egg TO fixture_writer;
GRANT SELECT, INSERT ON hen TO fixture_writer WITH GRANT OPTION;
SET ROLE fixture_writer;
GRANT SELECT ON hen TO "fixture ""odd"" reader's", PUBLIC;
RESET ROLE;
REVOKE ALL ON checked FROM postgres;
GRANT USAGE ON SEQUENCE alone TO fixture_writer;
ALTER DEFAULT PRIVILEGES FOR ROLE fixture_owner IN SCHEMA "a b" GRANT SELECT ON TABLES TO fixture_writer;
ALTER DEFAULT PRIVILEGES FOR ROLE fixture_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT USAGE ON TYPES TO "fixture ""odd"" reader's" WITH GRANT OPTION;
