package io.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The reference in {@code deploy/docs/configure.md} is the catalogue's own table; {@code -Dunderstudy.rewrite=true}
 * writes it again.
 */
class SettingsDocTest {
    private static final String BEGIN = "<!-- generated from the code: begin -->\n";
    private static final String END = "<!-- generated from the code: end -->";

    @Test
    void operatorsReferenceIsTheCatalogue() throws IOException {
        Path page = Path.of("../deploy/docs/configure.md");
        String text = Files.readString(page);
        int begin = text.indexOf(BEGIN) + BEGIN.length();
        int end = text.indexOf(END);
        if (Boolean.getBoolean("understudy.rewrite")) {
            text = text.substring(0, begin) + SettingsDoc.table() + text.substring(end);
            Files.writeString(page, text);
            end = text.indexOf(END);
        }
        assertThat(text.substring(begin, end)).isEqualTo(SettingsDoc.table());
    }

    @Test
    void everyKeyHasADefaultOrIsRequiredAndSaysWhatItDoes() {
        assertThat(Arrays.stream(Setting.values()).map(SettingsDoc::doc))
                .allMatch(doc -> doc.endsWith(".") && doc.length() > 12);
        assertThat(SettingsDoc.documented())
                .isEqualTo(Arrays.stream(Setting.values()).map(Setting::path).collect(Collectors.toSet()));
    }
}
