-- Schemas, extensions, types and what they are made of.
COMMENT ON DATABASE :"database" IS 'It''s the "fixture": every kind of object — \ with a backslash';
ALTER DATABASE :"database" SET search_path = "a b", public, "$user";
ALTER DATABASE :"database" SET work_mem = '5MB';
ALTER DATABASE :"database" SET myapp.motto = 'it''s 100% \done, "really"';
ALTER ROLE fixture_writer IN DATABASE :"database" SET search_path = "it's", c;
ALTER ROLE fixture_writer IN DATABASE :"database" SET statement_timeout = '7s';
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE :"database" TO fixture_writer WITH GRANT OPTION;
GRANT CREATE ON DATABASE :"database" TO fixture_owner;
SET ROLE fixture_writer;
GRANT CONNECT ON DATABASE :"database" TO "fixture ""odd"" reader's";
RESET ROLE;
ALTER DATABASE :"database" CONNECTION LIMIT 50;

CREATE SCHEMA "a b" AUTHORIZATION fixture_owner;
CREATE SCHEMA "it's";
CREATE SCHEMA ext;
COMMENT ON SCHEMA "it's" IS E'odd\nschema';
GRANT USAGE ON SCHEMA "it's" TO fixture_writer;
SET search_path = public, ext;

CREATE EXTENSION hstore SCHEMA ext;
CREATE EXTENSION pg_trgm SCHEMA ext;
CREATE EXTENSION citext SCHEMA ext;
CREATE EXTENSION btree_gist SCHEMA ext;
CREATE EXTENSION postgres_fdw SCHEMA ext;
CREATE EXTENSION ltree SCHEMA "it's";
CREATE EXTENSION cube SCHEMA ext;
CREATE EXTENSION earthdistance SCHEMA ext;
CREATE EXTENSION tablefunc SCHEMA ext;
CREATE EXTENSION unaccent SCHEMA ext;
COMMENT ON EXTENSION hstore IS 'a comment of our own';

CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'HAPPY', 'ünïcode');
ALTER TYPE mood ADD VALUE 'calm' BEFORE 'HAPPY';
CREATE TYPE point3 AS (x double precision, y double precision, "z z" numeric(10, 2));
CREATE TYPE nested AS (p point3, moods mood[]);
CREATE DOMAIN percent AS numeric(5, 2) DEFAULT 50 NOT NULL CONSTRAINT within CHECK (VALUE BETWEEN 0 AND 100);
CREATE DOMAIN short_text AS text COLLATE "C" CHECK (length(VALUE) < 40);
CREATE DOMAIN percents AS percent[] CHECK (cardinality(VALUE) < 10);
COMMENT ON CONSTRAINT within ON DOMAIN percent IS 'as it says';
CREATE TYPE float_span AS RANGE (subtype = float8, subtype_diff = float8mi, multirange_type_name = float_spans);
CREATE TYPE shell_only;
CREATE COLLATION natural_order (provider = icu, locale = 'en-u-kn-true');
CREATE COLLATION careless (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
ALTER TYPE mood OWNER TO fixture_owner;
COMMENT ON TYPE point3 IS 'three of them';
COMMENT ON COLUMN point3."z z" IS 'odd';
GRANT USAGE ON TYPE mood TO fixture_writer;
REVOKE USAGE ON TYPE percent FROM PUBLIC;

CREATE TYPE box2;
CREATE FUNCTION box2_in(cstring) RETURNS box2 IMMUTABLE STRICT LANGUAGE internal AS 'box_in';
CREATE FUNCTION box2_out(box2) RETURNS cstring IMMUTABLE STRICT LANGUAGE internal AS 'box_out';
CREATE TYPE box2 (INPUT = box2_in, OUTPUT = box2_out, INTERNALLENGTH = 32, ALIGNMENT = double, DELIMITER = ';');
CREATE TABLE own_type (id int PRIMARY KEY, b box2);
INSERT INTO own_type VALUES (1, '(1,2),(0,0)'), (2, NULL);

CREATE FUNCTION add_one(i int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 7 AS $$ SELECT i + 1 $$;
CREATE FUNCTION "odd fn"(VARIADIC "a b" text[] DEFAULT '{}', OUT n int, OUT "it's" text) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = "a b", pg_temp SET work_mem = '1MB' AS $body$
BEGIN
    n := cardinality("a b");
    "it's" := $$nested $body quotes$$;
END $body$;
CREATE FUNCTION rows_of(n int) RETURNS TABLE (a int, b text) LANGUAGE sql STABLE ROWS 7
    BEGIN ATOMIC SELECT g, g::text FROM generate_series(1, n) g; END;
CREATE PROCEDURE do_nothing(INOUT x int) LANGUAGE plpgsql AS $$ BEGIN x := x; END $$;
CREATE FUNCTION money_to_float(money) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT AS 'SELECT ($1::numeric)::float8';
CREATE FUNCTION sum_step(bigint, int) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT coalesce($1, 0) + coalesce($2, 0)';
CREATE AGGREGATE total(int) (SFUNC = sum_step, STYPE = bigint, INITCOND = '0', PARALLEL = safe);
CREATE AGGREGATE middle(float8 ORDER BY float8)
    (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA, HYPOTHETICAL = false);
CREATE FUNCTION points_equal(point3, point3) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1.x = $2.x';
CREATE OPERATOR === (LEFTARG = point3, RIGHTARG = point3, FUNCTION = points_equal, COMMUTATOR = ===, RESTRICT = eqsel);
CREATE CAST (money AS float8) WITH FUNCTION money_to_float(money) AS ASSIGNMENT;
CREATE CAST (box2 AS box) WITHOUT FUNCTION;
CREATE OPERATOR FAMILY int_family USING btree;
CREATE FUNCTION backwards(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT sign($2::bigint - $1)::int';
CREATE OPERATOR CLASS int_backwards FOR TYPE int USING btree FAMILY int_family AS
    OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 backwards(int, int);
CREATE CONVERSION own_conversion FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE TEXT SEARCH DICTIONARY plain_words (TEMPLATE = simple, STOPWORDS = 'english');
CREATE TEXT SEARCH CONFIGURATION plain (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION plain ALTER MAPPING FOR asciiword WITH plain_words;
CREATE TEXT SEARCH PARSER own_parser
    (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH TEMPLATE own_template (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TRANSFORM FOR hstore LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal));
CREATE FUNCTION own_handler() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE FUNCTION own_inline(internal) RETURNS void STRICT LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_inline_handler';
CREATE FUNCTION own_validator(oid) RETURNS void STRICT LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_validator';
CREATE TRUSTED LANGUAGE plown HANDLER own_handler INLINE own_inline VALIDATOR own_validator;
CREATE FUNCTION in_own_language() RETURNS int LANGUAGE plown AS 'BEGIN RETURN 1; END';
CREATE ACCESS METHOD own_heap TYPE TABLE HANDLER heap_tableam_handler;
COMMENT ON FUNCTION add_one(int) IS 'one more';
COMMENT ON OPERATOR === (point3, point3) IS 'the same';
COMMENT ON CAST (money AS float8) IS 'careless';
REVOKE EXECUTE ON FUNCTION add_one(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION add_one(int) TO "fixture ""odd"" reader's";
ALTER FUNCTION rows_of(int) OWNER TO fixture_owner;
