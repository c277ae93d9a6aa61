package io.understudy.primary.capture.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaHashTest {
    private static final String SCHEMA = """
            --
            -- PostgreSQL database dump
            --

            \\restrict AbC123

            -- Dumped from database version 15.18
            -- Dumped by pg_dump version 15.18

            SET statement_timeout = 0;

            --
            -- Name: t; Type: TABLE; Schema: public; Owner: postgres
            --

            CREATE TABLE public.t (
                a integer
            );

            \\unrestrict AbC123
            """;

    @Test
    void ignoresVersionsHeadingsAndRandomKeys() throws IOException {
        String later = SCHEMA.replace("15.18", "15.19 (Debian)")
                .replace("AbC123", "xyz")
                .replace("Owner: postgres", "Owner: postgres; Tablespace: -");
        assertThat(hash(later)).isEqualTo(hash(SCHEMA)).matches("[0-9a-f]{64}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a bigint", "a integer --", "b integer", "a integer\n-- kept: no heading"})
    void seesEveryOtherChange(String column) throws IOException {
        assertThat(hash(SCHEMA.replace("a integer", column))).isNotEqualTo(hash(SCHEMA));
    }

    @Test
    void doesNotDependOnHowTheTextArrives() throws IOException {
        byte[] bytes = SCHEMA.getBytes(StandardCharsets.UTF_8);
        ByteArrayInputStream first = new ByteArrayInputStream(bytes, 0, 120);
        ByteArrayInputStream rest = new ByteArrayInputStream(bytes, 120, bytes.length);
        assertThat(SchemaHash.of(new SequenceInputStream(first, rest))).isEqualTo(hash(SCHEMA));
    }

    private static String hash(String sql) throws IOException {
        return SchemaHash.of(new ByteArrayInputStream(sql.getBytes(StandardCharsets.UTF_8)));
    }
}
