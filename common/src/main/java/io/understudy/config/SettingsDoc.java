package io.understudy.config;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The operators' reference of every key, as Markdown. */
public final class SettingsDoc {
    private SettingsDoc() {}

    /** One table row a key, in the order of the catalogue. */
    public static String table() {
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
                        setting.doc(),
                        interactions.isEmpty() ? "none" : interactions)
                .collect(Collectors.joining(" | ", "| ", " |"));
    }
}
