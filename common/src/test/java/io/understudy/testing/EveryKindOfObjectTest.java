package io.understudy.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class EveryKindOfObjectTest {
    /**
     * What pg_dump writes for objects of the database itself; a kind that is missing here is missing from the round
     * trip's proof.
     */
    private static final List<String> KINDS = List.of(
            "ACCESS METHOD",
            "ACL",
            "AGGREGATE",
            "BLOB",
            "BLOBS",
            "CAST",
            "CHECK CONSTRAINT",
            "COLLATION",
            "COMMENT",
            "CONSTRAINT",
            "CONVERSION",
            "DEFAULT",
            "DEFAULT ACL",
            "DOMAIN",
            "EVENT TRIGGER",
            "EXTENSION",
            "FK CONSTRAINT",
            "FOREIGN DATA WRAPPER",
            "FOREIGN TABLE",
            "FUNCTION",
            "INDEX",
            "INDEX ATTACH",
            "MATERIALIZED VIEW",
            "MATERIALIZED VIEW DATA",
            "OPERATOR",
            "OPERATOR CLASS",
            "OPERATOR FAMILY",
            "POLICY",
            "PROCEDURAL LANGUAGE",
            "PROCEDURE",
            "PUBLICATION",
            "PUBLICATION TABLE",
            "PUBLICATION TABLES IN SCHEMA",
            "ROW SECURITY",
            "RULE",
            "SCHEMA",
            "SEQUENCE",
            "SEQUENCE OWNED BY",
            "SEQUENCE SET",
            "SERVER",
            "SHELL TYPE",
            "STATISTICS",
            "SUBSCRIPTION",
            "TABLE",
            "TABLE ATTACH",
            "TABLE DATA",
            "TEXT SEARCH CONFIGURATION",
            "TEXT SEARCH DICTIONARY",
            "TEXT SEARCH PARSER",
            "TEXT SEARCH TEMPLATE",
            "TRANSFORM",
            "TRIGGER",
            "TYPE",
            "USER MAPPING",
            "VIEW");

    @Test
    void holdsEveryKindThatIsDumped() {
        PostgresServer server = PostgresServer.shared();
        String database = EveryKindOfObject.create(server);
        String contents = Programs.run(
                List.of("sh", "-c", server.tools() + "/pg_dump -Fc --create | " + server.tools() + "/pg_restore -l"),
                server.environment(database, PostgresServer.SUPERUSER, server.password()),
                "");
        assertThat(KINDS).allSatisfy(kind -> assertThat(contents).containsPattern("\\d+ " + kind + " "));
    }
}
