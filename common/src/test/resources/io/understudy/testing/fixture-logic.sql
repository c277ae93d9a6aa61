-- Views, rules, triggers, policies, foreign data, publications, large objects.
SET search_path = public, ext;
CREATE VIEW plain_view WITH (security_barrier) AS SELECT id, hen FROM egg WHERE hen > 0 WITH LOCAL CHECK OPTION;
CREATE VIEW over_view WITH (security_invoker) AS SELECT * FROM plain_view WHERE id > 1 WITH CASCADED CHECK OPTION;
CREATE RECURSIVE VIEW numbers (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM numbers WHERE n < 5;
CREATE VIEW ring_a AS SELECT 1 AS a;
CREATE VIEW ring_b AS SELECT a FROM ring_a;
CREATE VIEW grouped AS SELECT id, note, count(*) FROM egg GROUP BY id;
CREATE MATERIALIZED VIEW filled AS SELECT hen, count(*) AS n FROM egg GROUP BY hen;
CREATE UNIQUE INDEX filled_key ON filled (hen);
CREATE MATERIALIZED VIEW of_filled AS SELECT sum(n) AS s FROM filled;
CREATE MATERIALIZED VIEW hollow AS SELECT id FROM hen WITH NO DATA;
REFRESH MATERIALIZED VIEW of_filled;
CREATE RULE note_insert AS ON INSERT TO grouped DO INSTEAD INSERT INTO referring VALUES (NEW.id);
CREATE RULE also AS ON UPDATE TO referring WHERE OLD.egg IS NOT NULL DO ALSO DELETE FROM checked WHERE a = OLD.egg;
CREATE RULE heard AS ON INSERT TO checked DO ALSO NOTIFY checked;
CREATE RULE asleep AS ON DELETE TO referring DO INSTEAD NOTHING;
ALTER TABLE referring DISABLE RULE asleep;
ALTER TABLE referring ENABLE ALWAYS RULE also;
COMMENT ON RULE also ON referring IS 'too';
ALTER VIEW plain_view ALTER COLUMN hen SET DEFAULT 7;
ALTER VIEW plain_view OWNER TO fixture_owner;
COMMENT ON VIEW plain_view IS 'a view';
COMMENT ON MATERIALIZED VIEW filled IS 'full';

CREATE TABLE audit (id bigint GENERATED ALWAYS AS IDENTITY, what text NOT NULL);
CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.audit (what) VALUES (TG_NAME || ' ' || TG_OP);
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER "it's touched" AFTER INSERT OR UPDATE OF note ON egg FOR EACH ROW WHEN (NEW.id > 0) EXECUTE FUNCTION touched('arg', 'it''s');
CREATE TRIGGER sleeping BEFORE DELETE ON egg FOR EACH ROW EXECUTE FUNCTION touched();
CREATE TRIGGER replica_only BEFORE INSERT ON egg FOR EACH ROW EXECUTE FUNCTION touched();
CREATE TRIGGER always_on AFTER UPDATE ON egg REFERENCING NEW TABLE AS fresh OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION touched();
CREATE CONSTRAINT TRIGGER patient AFTER INSERT ON hen DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION touched();
CREATE TRIGGER on_parts AFTER INSERT ON measured FOR EACH ROW EXECUTE FUNCTION touched();
CREATE TRIGGER on_view INSTEAD OF DELETE ON ring_b FOR EACH ROW EXECUTE FUNCTION touched();
CREATE TRIGGER before_all BEFORE INSERT ON all_types FOR EACH ROW EXECUTE FUNCTION touched();
ALTER TABLE egg DISABLE TRIGGER sleeping;
ALTER TABLE egg ENABLE REPLICA TRIGGER replica_only;
ALTER TABLE egg ENABLE ALWAYS TRIGGER always_on;
ALTER TABLE measured_old DISABLE TRIGGER on_parts;
COMMENT ON TRIGGER sleeping ON egg IS 'shh';
INSERT INTO egg VALUES (11, 2, 'counted once');

CREATE TABLE secrets (owner name NOT NULL DEFAULT current_user, body text);
INSERT INTO secrets VALUES ('postgres', 'mine'), ('fixture_writer', 'theirs'), ('nobody', 'lost?');
ALTER TABLE secrets OWNER TO fixture_owner;
ALTER TABLE secrets ENABLE ROW LEVEL SECURITY;
ALTER TABLE secrets FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON secrets TO fixture_writer, fixture_owner USING (owner = current_user) WITH CHECK (body <> 'no');
CREATE POLICY "strict one" ON secrets AS RESTRICTIVE FOR SELECT TO "fixture ""odd"" reader's" USING (true);
COMMENT ON POLICY own ON secrets IS 'private';

CREATE FUNCTION seen() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE DEBUG '% %', tg_event, tg_tag; END $$;
CREATE EVENT TRIGGER all_ddl ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE') EXECUTE FUNCTION seen();
CREATE EVENT TRIGGER sleepy ON sql_drop EXECUTE FUNCTION seen();
ALTER EVENT TRIGGER sleepy DISABLE;
COMMENT ON EVENT TRIGGER all_ddl IS 'sees all';

CREATE SERVER elsewhere TYPE 't' VERSION '1' FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', dbname 'it''s nowhere', port '1');
CREATE USER MAPPING FOR fixture_writer SERVER elsewhere OPTIONS (user 'u', password 'it''s secret');
CREATE USER MAPPING FOR PUBLIC SERVER elsewhere;
CREATE FOREIGN TABLE far (a int OPTIONS (column_name 'A a') NOT NULL, b text DEFAULT 'x') SERVER elsewhere OPTIONS (table_name 't"t');
CREATE FOREIGN DATA WRAPPER hollow_wrapper OPTIONS (debug 'true');
CREATE TABLE spread (a int) PARTITION BY RANGE (a);
CREATE TABLE spread_near PARTITION OF spread FOR VALUES FROM (0) TO (10);
CREATE FOREIGN TABLE spread_far PARTITION OF spread FOR VALUES FROM (10) TO (20) SERVER elsewhere;
INSERT INTO spread VALUES (1), (2);
GRANT USAGE ON FOREIGN SERVER elsewhere TO fixture_writer;

CREATE PUBLICATION everything FOR ALL TABLES WITH (publish = 'insert, delete');
CREATE PUBLICATION "some of it" FOR TABLE egg (id, hen) WHERE (id > 3), TABLE ONLY parent;
CREATE PUBLICATION of_schema FOR TABLES IN SCHEMA "it's", TABLE parent;
CREATE SUBSCRIPTION from_elsewhere CONNECTION 'host=127.0.0.1 port=1 password=hidden' PUBLICATION p WITH (connect = false, slot_name = NONE);
COMMENT ON PUBLICATION "some of it" IS 'of them';

SELECT lo_from_bytea(4242, '\x000102ff5c'), lo_from_bytea(4243, convert_to(repeat('large ', 5000), 'UTF8')), lo_create(4244);
COMMENT ON LARGE OBJECT 4242 IS 'it''s large';
GRANT SELECT ON LARGE OBJECT 4242 TO fixture_writer;
ALTER LARGE OBJECT 4243 OWNER TO fixture_owner;
