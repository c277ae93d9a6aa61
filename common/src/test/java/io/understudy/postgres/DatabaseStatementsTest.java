package io.understudy.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.repository.DatabaseProperties;
import io.understudy.repository.DatabaseProperties.Grant;
import io.understudy.repository.DatabaseProperties.Setting;
import java.util.List;
import org.junit.jupiter.api.Test;

class DatabaseStatementsTest {
    @Test
    void createWithTheSourcesProvider() {
        assertThat(DatabaseStatements.create("n", properties("libc", null, null), "o", 150000))
                .isEqualTo(
                        "CREATE DATABASE \"n\" TEMPLATE template0 OWNER \"o\" ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
                                + " LOCALE_PROVIDER libc");
        assertThat(DatabaseStatements.create("n", properties("libc", null, null), "o", 140000))
                .doesNotContain("PROVIDER");
        assertThat(DatabaseStatements.create("n", properties("icu", "de-AT", null), "o", 160000))
                .endsWith(" LOCALE_PROVIDER icu ICU_LOCALE 'de-AT'");
        assertThat(DatabaseStatements.create("n", properties("builtin", "C.UTF-8", null), "o", 170000))
                .endsWith(" LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'");
    }

    @Test
    void setListsAsLists() {
        DatabaseStatements statements = new DatabaseStatements("a b", properties("libc", null, null));
        assertThat(statements.setting(new Setting(null, "search_path", "\"a b\", public")))
                .isEqualTo("ALTER DATABASE \"a b\" SET \"search_path\" TO 'a b', 'public'");
        assertThat(statements.setting(new Setting("r", "my.own", "it's, 1")))
                .isEqualTo("ALTER ROLE \"r\" IN DATABASE \"a b\" SET \"my.own\" TO 'it''s, 1'");
    }

    @Test
    void leaveBuiltInPrivilegesAlone() {
        assertThat(new DatabaseStatements("d", properties("libc", null, null)).grants())
                .isEmpty();
    }

    @Test
    void grantAsWhoGrantedAndAfterWhatTheyGotIt() {
        List<Grant> grants = List.of(
                new Grant("b", "c", "CONNECT", false),
                new Grant("a", "b", "CONNECT", true),
                new Grant("o", "a", "CONNECT", true),
                new Grant("o", null, "TEMPORARY", false));
        assertThat(new DatabaseStatements("d", properties("libc", null, grants)).grants())
                .containsExactly(
                        "REVOKE ALL ON DATABASE \"d\" FROM PUBLIC",
                        "REVOKE ALL ON DATABASE \"d\" FROM \"o\"",
                        "GRANT CONNECT ON DATABASE \"d\" TO \"a\" WITH GRANT OPTION",
                        "GRANT TEMPORARY ON DATABASE \"d\" TO PUBLIC",
                        "SET LOCAL ROLE \"a\"",
                        "GRANT CONNECT ON DATABASE \"d\" TO \"b\" WITH GRANT OPTION",
                        "RESET ROLE",
                        "SET LOCAL ROLE \"b\"",
                        "GRANT CONNECT ON DATABASE \"d\" TO \"c\"",
                        "RESET ROLE");
    }

    private static DatabaseProperties properties(String provider, String locale, List<Grant> grants) {
        return new DatabaseProperties(
                "UTF8", "C", "C.UTF-8", provider, locale, null, null, "o", -1, null, List.of(), grants, List.of(),
                List.of());
    }
}
