-- Roles belong to the server, not to the database: a standby has them before the first import.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fixture_owner') THEN
        CREATE ROLE fixture_owner;
        CREATE ROLE fixture_writer LOGIN PASSWORD 'writes';
        CREATE ROLE "fixture ""odd"" reader's" NOLOGIN;
        GRANT fixture_writer TO fixture_owner;
    END IF;
END $$;
