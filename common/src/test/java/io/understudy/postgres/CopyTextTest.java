package io.understudy.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CopyTextTest {
    @Test
    void everyCharacterComesBack() {
        StringBuilder all = new StringBuilder();
        for (char c = 1; c < 0x180; c++) {
            all.append(c);
        }
        StringBuilder field = new StringBuilder();
        CopyText.escape(all.toString(), field);

        assertThat(field.toString()).doesNotContain("\n", "\t").contains("\\n", "\\t", "\\\\");
        assertThat(CopyText.unescape(field.toString())).isEqualTo(all.toString());
    }

    /** A backslash before any other character stands for that character, at the end for itself. */
    @ParameterizedTest
    @CsvSource({"plain,plain", "a\\qb,aqb", "\\\\n,\\n", "end\\,end\\"})
    void readsWhatPostgresqlReads(String field, String value) {
        assertThat(CopyText.unescape(field)).isEqualTo(value);
    }
}
