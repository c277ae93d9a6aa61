package io.understudy.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.understudy.config.Settings.Ownership;
import io.understudy.repository.DatabaseProperties;
import io.understudy.repository.DatabaseProperties.Extension;
import io.understudy.repository.DatabaseProperties.Grant;
import io.understudy.repository.DatabaseProperties.Setting;
import io.understudy.testing.PostgresServer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CatalogTest {
    private final PostgresServer server = PostgresServer.shared();

    @Test
    void listsTheTablesWhoseRowsCopyCanCarry() {
        String name = server.createDatabase("tables");
        server.psql(name, """
                CREATE TABLE b (id int, k2 int, k1 int, g int GENERATED ALWAYS AS (id + 1) STORED, gone int,
                    PRIMARY KEY (k1, k2) INCLUDE (id));
                ALTER TABLE b DROP COLUMN gone;
                CREATE UNLOGGED TABLE a (x text);
                CREATE TABLE child (y int) INHERITS (a);
                CREATE TABLE parted (id int) PARTITION BY RANGE (id);
                CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (1) TO (2);
                CREATE TABLE nothing ();
                CREATE TABLE derived (g int GENERATED ALWAYS AS (1) STORED);
                CREATE VIEW v AS SELECT 1;
                CREATE MATERIALIZED VIEW m AS SELECT 1;
                CREATE SEQUENCE s;
                CREATE SCHEMA "Odd ""schema";
                CREATE TABLE "Odd ""schema"."Ünï*?.$%" ("a""b" int);
                """);
        try (Session session = open(name)) {
            Catalog catalog = new Catalog(session);
            assertThat(catalog.tables())
                    .extracting(
                            table -> table.schema() + "|" + table.name() + "|" + table.columns() + "|" + table.key())
                    .containsExactly(
                            "Odd \"schema|Ünï*?.$%|[a\"b]|[]",
                            "public|a|[x]|[]",
                            "public|b|[id, k2, k1]|[k1, k2]",
                            "public|child|[x, y]|[]",
                            "public|parted_1|[id]|[]");
            assertThat(catalog.tables()).allMatch(SourceTable::heap);
            assertThat(catalog.encoding()).isEqualTo("UTF8");
        }
    }

    @Test
    void leavesTablesOfExtensionsAlone() {
        String name = server.createDatabase("extended");
        server.psql(
                name,
                "CREATE TABLE member (a int); CREATE TABLE plain (a int); CREATE EXTENSION hstore;"
                        + " ALTER EXTENSION hstore ADD TABLE member;");
        try (Session session = open(name)) {
            assertThat(new Catalog(session).tables())
                    .extracting(SourceTable::name)
                    .containsExactly("plain");
        }
    }

    @Test
    void leavesNamesThatNoProgramCouldBeToldInOtherEncodings() {
        for (String encoding : List.of("LATIN1", "SQL_ASCII")) {
            String name = server.newName("encoded");
            server.psql(
                    "postgres",
                    "CREATE DATABASE " + name + " TEMPLATE template0 ENCODING '" + encoding
                            + "' LC_COLLATE 'C' LC_CTYPE 'C';");
            server.psql(
                    name,
                    "CREATE TABLE plain (a int); CREATE TABLE \"caf\u00e9\" (a int); CREATE TABLE c (\"\u00fc\" int);");
            try (Session session = open(name)) {
                assertThat(new Catalog(session).tables())
                        .extracting(SourceTable::name)
                        .containsExactly("plain");
                assertThat(new Catalog(session).encoding()).isEqualTo(encoding);
            }
        }
    }

    @Test
    void survivesNamesThatAreNoTextInAnyEncoding() {
        String name = server.newName("bytes");
        server.psql(
                "postgres",
                "CREATE DATABASE " + name + " TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C';");
        server.psql(
                name,
                "DO $$ BEGIN EXECUTE format('CREATE TABLE %I (a int)', 'x' || chr(255)); END $$; CREATE TABLE plain (a int);");
        try (Session session = open(name)) {
            assertThat(new Catalog(session).tables())
                    .extracting(SourceTable::name)
                    .containsExactly("plain");
        }
    }

    @Test
    void describesTheDatabaseItself() {
        String name = server.newName("described");
        String owner = role("owner");
        String reader = role("reader");
        String q = PostgresServer.quoted(name);
        server.psql(
                "postgres",
                "CREATE DATABASE " + q
                        + " TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8' OWNER " + owner
                        + " CONNECTION LIMIT 17; COMMENT ON DATABASE " + q + " IS 'it''s the site';"
                        + "ALTER DATABASE " + q + " SET search_path = \"$user\", app, \"a, b\";"
                        + "ALTER DATABASE " + q + " SET app.motto = 'a=b=c';"
                        + "ALTER ROLE " + reader + " IN DATABASE " + q + " SET work_mem = '64MB';"
                        + "REVOKE ALL ON DATABASE " + q + " FROM PUBLIC; GRANT CONNECT ON DATABASE " + q + " TO "
                        + reader
                        + " WITH GRANT OPTION;");
        server.psql(name, "CREATE SCHEMA app; CREATE EXTENSION hstore SCHEMA app VERSION '1.8';");
        try (Session session = open(name)) {
            DatabaseProperties properties = new Catalog(session).properties();
            assertThat(properties.encoding()).isEqualTo("UTF8");
            assertThat(properties.collate()).isEqualTo("C.UTF-8");
            assertThat(properties.ctype()).isEqualTo("C.UTF-8");
            assertThat(properties.provider()).isEqualTo("libc");
            assertThat(properties.icuLocale()).isNull();
            assertThat(properties.owner()).isEqualTo(owner);
            assertThat(properties.connectionLimit()).isEqualTo(17);
            assertThat(properties.comment()).isEqualTo("it's the site");
            assertThat(properties.settings())
                    .containsExactly(
                            new Setting(null, "search_path", "\"$user\", app, \"a, b\""),
                            new Setting(null, "app.motto", "a=b=c"),
                            new Setting(reader, "work_mem", "64MB"));
            assertThat(properties.grants())
                    .containsExactlyInAnyOrder(
                            new Grant(owner, owner, "CREATE", false),
                            new Grant(owner, owner, "TEMPORARY", false),
                            new Grant(owner, owner, "CONNECT", false),
                            new Grant(owner, reader, "CONNECT", true));
            assertThat(properties.extensions()).contains(new Extension("hstore", "1.8", "app"));
            assertThat(properties.roles()).contains(owner, reader);
        }
    }

    @Test
    void tellsBuiltInPrivilegesFromNone() {
        String name = server.createDatabase("granted");
        try (Session session = open(name)) {
            assertThat(new Catalog(session).properties().grants()).isNull();
            session.execute(
                    "REVOKE ALL ON DATABASE " + Sql.identifier(name) + " FROM PUBLIC, " + PostgresServer.SUPERUSER);
            assertThat(new Catalog(session).properties().grants()).isEmpty();
        }
    }

    @Test
    void knowsTheProviderOfCollation() {
        String name = server.newName("icu");
        server.psql(
                "postgres",
                "CREATE DATABASE " + name
                        + " TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'de-AT' LOCALE 'C.UTF-8';");
        try (Session session = open(name)) {
            DatabaseProperties properties = new Catalog(session).properties();
            assertThat(properties.provider()).isEqualTo("icu");
            assertThat(properties.icuLocale()).isEqualTo("de-AT");
            assertThat(properties.collationVersion()).isNotBlank();
        }
    }

    /** Servers before 16 have no such rules. */
    @Test
    void knowsTheRulesOfCollation() {
        String name = server.newName("ruled");
        try (Session session = open("postgres")) {
            assumeThat(session.serverVersion()).isGreaterThanOrEqualTo(160000);
        }
        server.psql(
                "postgres",
                "CREATE DATABASE " + name
                        + " TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'de-AT' ICU_RULES '&a < g' LOCALE 'C.UTF-8';");
        try (Session session = open(name)) {
            assertThat(new Catalog(session).properties().icuRules()).isEqualTo("&a < g");
        }
    }

    @Test
    void findsEveryRoleThatARestoreNames() {
        String name = server.createDatabase("roles");
        List<String> roles = List.of(
                role("of_table"),
                role("granted"),
                role("in_policy"),
                role("default_acl"),
                role("default_for"),
                role("mapped"),
                role("of_function"),
                role("of_schema"));
        server.psql(name, """
                CREATE TABLE t (a int); ALTER TABLE t OWNER TO %1$s; GRANT SELECT (a) ON t TO %2$s;
                CREATE POLICY p ON t TO %3$s USING (true);
                ALTER DEFAULT PRIVILEGES FOR ROLE %5$s GRANT SELECT ON TABLES TO %4$s;
                CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
                CREATE USER MAPPING FOR %6$s SERVER s;
                CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION f() OWNER TO %7$s;
                CREATE SCHEMA x AUTHORIZATION %8$s;
                GRANT SELECT ON t TO pg_monitor;
                """.formatted(roles.toArray()));
        role("uninvolved");
        try (Session session = open(name)) {
            assertThat(new Catalog(session).properties().roles())
                    .containsExactlyElementsOf(Stream.concat(roles.stream(), Stream.of("postgres"))
                            .sorted()
                            .toList());
        }
    }

    @Test
    void countsTheFirstSuperuserOnlyWhereItOwnsSomething() {
        String name = server.newName("modest");
        String owner = role("modest_owner");
        server.psql("postgres", "CREATE DATABASE " + name + " TEMPLATE template0 OWNER " + owner + ";");
        server.psql(name, "CREATE EXTENSION hstore; CREATE TABLE t (a serial); ALTER TABLE t OWNER TO " + owner + ";");
        try (Session session = open(name)) {
            assertThat(new Catalog(session).properties().roles()).containsExactly(owner);
            server.psql(name, "SELECT lo_create(4711);");
            assertThat(new Catalog(session).properties().roles()).containsExactly(owner, "postgres");
        }
    }

    @Test
    void identifiesADatabaseWhateverItsName() {
        String name = server.createDatabase("named");
        String role = role("plain");
        Database database = new Database(server.settings(name, role, "x", Ownership.PRESERVE));
        DatabaseIdentity identity;
        try (Session session = database.open()) {
            identity = new Catalog(session).identity();
        }
        String renamed = server.newName("renamed");
        server.psql("postgres", "ALTER DATABASE " + PostgresServer.quoted(name) + " RENAME TO " + renamed + ";");
        try (Session session = open(renamed)) {
            assertThat(new Catalog(session).identity()).isEqualTo(identity);
        }
        try (Session session = open("postgres")) {
            assertThat(new Catalog(session).identity().cluster()).isEqualTo(identity.cluster());
            assertThat(new Catalog(session).identity()).isNotEqualTo(identity);
        }
    }

    private String role(String prefix) {
        String role = server.newName(prefix);
        server.createRole(role, "LOGIN PASSWORD 'x'");
        return role;
    }

    private Session open(String name) {
        return new Database(server.settings(name)).open();
    }
}
