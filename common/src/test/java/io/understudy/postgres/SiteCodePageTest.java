package io.understudy.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Restore by hand loads in the order of an import, which the same query finds. */
class SiteCodePageTest {
    @Test
    void thePageFindsTheSameTables() throws IOException {
        String columns = "SELECT n.nspname AS schema, c.relname AS name FROM";
        String query = inOneLine(SiteCode.tablesQuery());
        assertThat(query).containsOnlyOnce(columns);

        assertThat(inOneLine(Files.readString(Path.of("../deploy/docs/restore-by-hand.md"))))
                .contains(query.replace(columns, "SELECT json_build_array(n.nspname, c.relname) FROM"));
    }

    private static String inOneLine(String text) {
        return text.replaceAll("\\s+", " ").replace("( ", "(").strip();
    }
}
