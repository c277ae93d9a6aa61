package io.understudy.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.fuzz.FuzzTarget;
import io.understudy.fuzz.FuzzTarget.Form;
import io.understudy.fuzz.FuzzTarget.Named;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Fields of COPY's text format, and values of settings. */
public final class PostgresFuzz {
    private PostgresFuzz() {}

    public static List<Named> targets() {
        return List.of(new Named("copy-field", PostgresFuzz::copyField), new Named("setting", PostgresFuzz::setting));
    }

    private static FuzzTarget copyField() {
        return FuzzTarget.of(Form.TEXT, List.of("a\\tb\\\\c\\Nä".getBytes(StandardCharsets.UTF_8)), input -> {
                    String text = new String(input, StandardCharsets.ISO_8859_1);
                    StringBuilder field = new StringBuilder();
                    CopyText.escape(text, field);
                    assertThat(field.toString()).doesNotContain("\t", "\n", "\r");
                    assertThat(CopyText.unescape(field.toString())).isEqualTo(text);
                    assertThat(CopyText.unescape(text).length()).isLessThanOrEqualTo(text.length());
                })
                .knowing("\\", "\\\\", "\\N", "\\.", "\\n", "\\x41", "\\101");
    }

    /** As a catalog keeps them: whatever they are, each becomes strings that end where they should. */
    private static FuzzTarget setting() {
        return FuzzTarget.text(List.of("\"$user\", public", "a, \"b\"\"c\", ''"), input -> {
                    String text = new String(input, StandardCharsets.UTF_8);
                    assertThat(outsideOfStrings(ConfigurationValue.sql("search_path", text)))
                            .matches("[, E]*");
                    assertThat(outsideOfStrings(ConfigurationValue.sql("work_mem", text)))
                            .matches("[ E]*");
                })
                .knowing("\"", "'", "\\", "\\'", ",", "''", "$$");
    }

    private static String outsideOfStrings(String sql) {
        StringBuilder outside = new StringBuilder();
        boolean inside = false;
        boolean escapes = false;
        for (int i = 0; i < sql.length(); i++) {
            char c = sql.charAt(i);
            if (!inside) {
                inside = c == '\'';
                escapes = inside && i > 0 && sql.charAt(i - 1) == 'E';
                outside.append(inside ? "" : c);
            } else if (escapes && c == '\\') {
                i++;
            } else if (c == '\'' && i + 1 < sql.length() && sql.charAt(i + 1) == '\'') {
                i++;
            } else if (c == '\'') {
                inside = false;
            }
        }
        assertThat(inside).isFalse();
        return outside.toString();
    }
}
