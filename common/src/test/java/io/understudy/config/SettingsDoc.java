package io.understudy.config;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The operators' reference of every key, as Markdown. */
final class SettingsDoc {
    private static final Properties DOCS = docs();

    private SettingsDoc() {}

    private static Properties docs() {
        Properties docs = new Properties();
        try (Reader in = new InputStreamReader(
                SettingsDoc.class.getResourceAsStream("settings.properties"), StandardCharsets.UTF_8)) {
            docs.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return docs;
    }

    /** What the key does; the file of these texts holds each key and no other. */
    static String doc(Setting setting) {
        return DOCS.getProperty(setting.path(), "");
    }

    static Set<String> documented() {
        return DOCS.stringPropertyNames();
    }

    /** One table row a key, in the order of the catalogue. */
    static String table() {
        return Stream.of(Setting.values())
                .map(SettingsDoc::row)
                .collect(Collectors.joining(
                        "\n",
                        "| key | value | default | what it does | what it interacts with |\n| --- | --- | --- | --- | --- |\n",
                        "\n"));
    }

    private static String row(Setting setting) {
        Kind kind = setting.kind();
        String value = kind.range().isEmpty() ? kind.name() : kind.name() + ": " + kind.range();
        String fallback =
                setting.required() ? "**required**" : setting.fallback().orElse("none");
        String interactions =
                Interaction.of(setting).stream().map(Interaction::text).collect(Collectors.joining(" "));
        return Stream.of(
                        "`" + setting.path() + "`",
                        value,
                        fallback,
                        doc(setting),
                        interactions.isEmpty() ? "none" : interactions)
                .collect(Collectors.joining(" | ", "| ", " |"));
    }
}
