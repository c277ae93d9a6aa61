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
                        "\n", "| key | value | default | what it does |\n| --- | --- | --- | --- |\n", "\n"));
    }

    private static String row(Setting setting) {
        Kind kind = setting.kind();
        String value = kind.range().isEmpty() ? kind.name() : kind.name() + ": " + kind.range();
        String fallback =
                setting.required() ? "**required**" : setting.fallback().orElse("none");
        return "| `" + setting.path() + "` | " + value + " | " + fallback + " | " + setting.doc() + " |";
    }
}
