package io.understudy.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationValueTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "work_mem; 64MB; '64MB'",
                "DateStyle; ISO, DMY; 'ISO, DMY'",
                "app.motto; it's; 'it''s'",
                "search_path; public; 'public'",
                "search_path; \"$user\", public; '$user', 'public'",
                "Search_Path; \"a, \"\"b\"\"\", c; 'a, \"b\"', 'c'",
                "search_path; \"\"; ''",
                "session_preload_libraries; auto_explain, \"o'k\"; 'auto_explain', 'o''k'",
            })
    void writesListsEntryByEntryAndEverythingElseAsOneString(String name, String kept, String sql) {
        assertThat(ConfigurationValue.sql(name, kept)).isEqualTo(sql);
    }
}
