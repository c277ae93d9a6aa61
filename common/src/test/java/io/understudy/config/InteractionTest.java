package io.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class InteractionTest {
    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
    private static final Map<String, Setting> BY_PATH =
            Arrays.stream(Setting.values()).collect(Collectors.toMap(Setting::path, Function.identity()));

    static Stream<Interaction> all() {
        return Interaction.all().stream();
    }

    @ParameterizedTest
    @MethodSource("all")
    void namesJustTheSettingsThatTakePart(Interaction interaction) {
        assertThat(interaction.text()).endsWith(".").doesNotContain("%", "|", "\n");
        assertThat(named(interaction.text())).isEqualTo(interaction.settings()).hasSizeGreaterThan(1);
    }

    @ParameterizedTest
    @EnumSource(Setting.class)
    void aSettingWhoseMeaningNamesAnotherInteractsWithIt(Setting setting) {
        Set<Setting> others = Interaction.of(setting).stream()
                .flatMap(interaction -> interaction.settings().stream())
                .collect(Collectors.toSet());
        assertThat(others).containsAll(named(SettingsDoc.doc(setting)));
    }

    static Stream<Arguments> pairs() {
        return Stream.of(
                arguments(Setting.MARKER, Setting.PRIMARY_SCHEDULE),
                arguments(Setting.RETENTION_KEEP, Setting.PRIMARY_SCHEDULE),
                arguments(Setting.REPLICA_POLL, Setting.REPLICA_PRIMARIES),
                arguments(Setting.PRIMARY_LISTEN, Setting.TLS_CERTIFICATE));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void standsInTheReferenceBesideBoth(Setting one, Setting other) {
        for (Setting setting : Set.of(one, other)) {
            assertThat(row(setting)).contains("`" + one.path() + "`", "`" + other.path() + "`");
        }
    }

    @Test
    void everyRowOfTheReferenceHasAllColumns() {
        assertThat(SettingsDoc.table()
                        .lines()
                        .map(line -> line.chars().filter(each -> each == '|').count()))
                .hasSize(Setting.values().length + 2)
                .containsOnly(6L);
    }

    private static String row(Setting setting) {
        return SettingsDoc.table()
                .lines()
                .filter(line -> line.startsWith("| `" + setting.path() + "` |"))
                .findFirst()
                .orElseThrow();
    }

    /** Whatever is quoted and is the path of a setting; what only looks like one is a fault. */
    private static Set<Setting> named(String text) {
        Set<String> words = QUOTED.matcher(text)
                .results()
                .map(found -> found.group(1))
                .filter(word -> BY_PATH.containsKey(word) || word.matches("[a-z_]+(\\.[a-z_]+)+"))
                .collect(Collectors.toSet());
        assertThat(BY_PATH.keySet()).containsAll(words);
        return words.stream().map(BY_PATH::get).collect(Collectors.toSet());
    }
}
