package io.understudy.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.ServerErrorMessage;

/** Messages as PostgreSQL 15 and 17 write them; {@code SECRET} stands for what rows hold. */
class ServerTextTest {
    private static ServerErrorMessage error(String fields) {
        return new ServerErrorMessage(fields.replace('|', '\0') + "\0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "23505; duplicate key value violates unique constraint \"person_email_key\"; Key (email)=(SECRET) already exists.;"
                        + " duplicate key value violates unique constraint \"person_email_key\"",
                "23502; null value in column \"name\" of relation \"person\" violates not-null constraint; Failing row contains (1, SECRET).;"
                        + " null value in column \"name\" of relation \"person\" violates not-null constraint",
                "23514; new row for relation \"person\" violates check constraint \"adult\"; Failing row contains (1, SECRET).;"
                        + " new row for relation \"person\" violates check constraint \"adult\"",
                "44000; new row violates check option for view \"adults\"; Failing row contains (1, SECRET).;"
                        + " new row violates check option for view \"adults\"",
                "22P02; invalid input syntax for type integer: \"SECRET\"; none; invalid input syntax for type integer: …",
                "22P02; invalid input value for enum mood: \"SE\"CRET\"; none; invalid input value for enum mood: …",
                "22003; value \"SECRET\" is out of range for type integer; none; value … is out of range for type integer",
                "22P04; missing data for column \"x\"; none; missing data for column \"x\"",
                "22021; invalid byte sequence for encoding \"UTF8\": 0xe9 0x53 0x45; none; invalid byte sequence for encoding \"UTF8\": …",
                "22007; invalid value \"SECRET\" for \"YYYY\"; Value must be an integer.; invalid value …",
                "42P01; relation \"look\" does not exist; none; relation \"look\" does not exist",
                "2BP01; cannot drop table a because other objects depend on it; view \"b\" depends on table a;"
                        + " cannot drop table a because other objects depend on it (view \"b\" depends on table a)",
                "42601; syntax error at or near \"FROM\"; none; syntax error at or near \"FROM\"",
            })
    void namesStayAndValuesGo(String state, String message, String detail, String expected) {
        ServerErrorMessage error =
                error("SERROR|C" + state + "|M" + message + (detail.equals("none") ? "" : "|D" + detail));
        assertThat(ServerText.of(error, state)).isEqualTo(expected).doesNotContain("SECRET");
    }

    /** Also where it takes the state of something else for it. */
    @ParameterizedTest
    @CsvSource({"P0001, exec_stmt_raise", "23505, exec_stmt_raise", "XX000, PLy_elog_impl", "P0004, exec_stmt_assert"})
    void whatAFunctionOfTheSiteRaisesIsLeftOutAndTheFunctionIsNamed(String state, String routine) {
        ServerErrorMessage error = error("SERROR|C" + state + "|Mrow SECRET|Dmore SECRET|HSECRET"
                + "|WPL/pgSQL function public.check_person(integer) line 3 at RAISE\nCOPY person, line 3: \"SECRET\"|R"
                + routine);
        assertThat(ServerText.of(error, state))
                .isEqualTo("a function of the site raised an error"
                        + " (PL/pgSQL function public.check_person(integer) line 3 at RAISE)");
    }

    @Test
    void aContextKeepsFunctionsAndLinesOfACopy() {
        String where = "PL/pgSQL function public.f(text) line 3 at RETURN\n"
                + "SQL statement \"INSERT INTO t VALUES ('SECRET')\"\n"
                + "COPY person, line 3, column email: \"SECRET: x\"\nunnamed portal parameter $1 = 'SECRET'";
        assertThat(ServerText.context(where))
                .isEqualTo("PL/pgSQL function public.f(text) line 3 at RETURN\nCOPY person, line 3, column email");
        assertThat(ServerText.context(null)).isEmpty();
    }

    /** Once a stack overflow in place of the error. */
    @Test
    void aMessageMayBeLong() {
        String text = "x".repeat(50_000);
        assertThat(ServerText.withoutValues("relation \"" + text + "\" does not exist"))
                .contains(text);
        assertThat(ServerText.withoutValues("invalid byte sequence: " + "0xe9 ".repeat(50_000)))
                .isEqualTo("invalid byte sequence: …");
        assertThat(ServerText.ofProgram("pg_restore: error: could not execute query: ERROR:  no\nCommand was: SELECT '"
                        + "SECRET".repeat(20_000) + "';\n"))
                .contains("SELECT '…'")
                .doesNotContain("SECRET");
    }

    @Test
    void whatPgRestorePrintsHasNoRows() {
        String errors = """
                pg_restore: while PROCESSING TOC:
                pg_restore: from TOC entry 3338; 2606 16391 CONSTRAINT person person_email_key site
                pg_restore: error: could not execute query: ERROR:  could not create unique index "person_email_key"
                DETAIL:  Key (email)=(SECRET
                SECRET in a second line) is duplicated.
                CONTEXT:  parallel worker
                Command was: ALTER TABLE ONLY public.person
                    ADD CONSTRAINT person_email_key UNIQUE (email);


                pg_restore: error: COPY failed for table "x": ERROR:  invalid input syntax for type integer: "SECRET"
                CONTEXT:  COPY x, line 1, column id: "SECRET"
                pg_restore: error: could not execute query: ERROR:  subscription failed
                Command was: CREATE SUBSCRIPTION s CONNECTION 'host=a password=SECRET' PUBLICATION p;
                """;
        assertThat(ServerText.ofProgram(errors))
                .doesNotContain("SECRET")
                .contains(
                        "ERROR:  could not create unique index \"person_email_key\"\n",
                        "Command was: ALTER TABLE ONLY public.person\n",
                        "COPY failed for table \"x\": ERROR:  invalid input syntax for type integer: …\n",
                        "CONTEXT:  COPY x, line 1, column id\n",
                        "CONNECTION '…' PUBLICATION p;");
    }

    @Test
    void whereAFunctionRaisesNoMessageOfTheServerIsShown() {
        String errors = """
                pg_restore: error: could not execute query: ERROR:  person SECRET
                is under age
                HINT:  SECRET
                CONTEXT:  PL/pgSQL function public.check_person(integer) line 3 at RAISE
                Command was: REFRESH MATERIALIZED VIEW public.m;
                """;
        assertThat(ServerText.ofProgram(errors)).isEqualTo("""
                pg_restore: error: could not execute query: ERROR:  a function of the site raised an error
                HINT:  a function of the site raised an error
                CONTEXT:  PL/pgSQL function public.check_person(integer) line 3 at RAISE
                Command was: REFRESH MATERIALIZED VIEW public.m;
                """);
    }

    /** As servers in German, French, Russian and Japanese write it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "doppelter Schlüsselwert verletzt Unique-Constraint »person_email_key«; doppelter Schlüsselwert verletzt Unique-Constraint …",
                "ungültige Eingabesyntax für Typ integer: »SECRET«; ungültige Eingabesyntax für Typ integer: …",
                "syntaxe en entrée invalide pour le type integer : « SECRET »; syntaxe en entrée invalide pour le type integer : …",
                "неверный синтаксис для типа integer: \"SECRET\"; неверный синтаксис для типа integer: …",
                "列挙型moodの不正な入力値: \"SECRET\"; 列挙型moodの不正な入力値: …",
                "valor “SECRET” o ‘SECRET’; valor …",
            })
    void inAnotherLanguageNothingQuotedStays(String message, String expected) {
        assertThat(ServerText.of(error("SERROR|C22P02|M" + message + "|DSECRET"), "22P02"))
                .isEqualTo(expected);
    }

    @Test
    void inAnotherLanguageNamesComeFromTheProtocol() {
        ServerErrorMessage error = error(
                "SFEHLER|C23505|Mdoppelter Schlüsselwert verletzt Unique-Constraint »k«|DSchlüssel »(e)=(SECRET)« existiert.|tperson|nk");
        assertThat(ServerText.of(error, "23505"))
                .isEqualTo("doppelter Schlüsselwert verletzt Unique-Constraint … (constraint \"k\", table \"person\")");
    }

    @Test
    void whatPgRestorePrintsOfAServerInAnotherLanguageHasNoRows() {
        String errors = """
                pg_restore: error: could not execute query: FEHLER:  konnte Unique-Index »k« nicht erstellen
                SECRET in einer zweiten Zeile
                DETAIL:  Schlüssel »(e)=(SECRET)« ist doppelt.
                Command was: ALTER TABLE ONLY public.person
                pg_restore: error: COPY failed for table "x": FEHLER:  ungültige Eingabesyntax für Typ integer: »SECRET«
                CONTEXT:  COPY x, Zeile 2, Spalte i: »SECRET«
                """;
        assertThat(ServerText.ofProgram(errors)).isEqualTo("""
                pg_restore: error: could not execute query: FEHLER:  konnte Unique-Index … nicht erstellen
                Command was: ALTER TABLE ONLY public.person
                pg_restore: error: COPY failed for table "x": FEHLER:  ungültige Eingabesyntax für Typ integer: …
                """);
        assertThat(ServerText.ofProgram("pg_restore: error: could not execute query: FEHLER:  SECRET\n"
                        + "CONTEXT:  PL/pgSQL-Funktion public.f(integer) Zeile 3 bei RAISE\n"))
                .isEqualTo(
                        "pg_restore: error: could not execute query: FEHLER:  a function of the site raised an error\n");
    }

    @Test
    void otherWordsOfAProgramStay() {
        String errors =
                "pg_dump: error: connection to server at \"h\", port 1 failed: FATAL:  too many connections for role \"u\"\n";
        assertThat(ServerText.ofProgram(errors)).contains("FATAL:  too many connections for role \"u\"");
        assertThat(ServerText.ofProgram("pg_restore: error: could not open file \"/x\": Permission denied\n"))
                .isEqualTo("pg_restore: error: could not open file \"/x\": Permission denied\n");
        assertThat(ServerText.ofProgram("x\n\ny")).isEqualTo("x\n\ny\n");
    }
}
