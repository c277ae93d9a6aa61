package io.understudy.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.dump.ArchiveItem.Section;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TablePatternTest {
    private static ArchiveItem table(String schema, String name) {
        return new ArchiveItem(
                1, "TABLE", Section.PRE_DATA, schema, name, "", Set.of(), false, java.util.Optional.empty());
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "note, public, note, true",
                "note, other, note, true",
                "note, public, notes, false",
                "public.note, public, note, true",
                "public.note, other, note, false",
                "NOTE, public, note, true",
                "note, public, NOTE, false",
                "'\"NOTE\"', public, NOTE, true",
                "'\"a.b\"', public, a.b, true",
                "'a.b', public, a.b, false",
                "'\"a\"\"b\"', public, 'a\"b', true",
                "n?te, public, note, true",
                "n?te, public, nte, false",
                "*.n*, any, note, true",
                "'\"n*\"', public, note, false",
                "'\"n*\"', public, n*, true",
                "a+b, public, a+b, true",
                "größe, public, größe, true",
                "\\d, public, 1, false"
            })
    void matchesAsPgDumpDoes(String pattern, String schema, String name, boolean matches) {
        assertThat(TablePattern.parse(pattern).matches(table(schema, name))).isEqualTo(matches);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.b.c", "", ".", "a.", ".b", "\"a"})
    void refusesWhatIsNoName(String pattern) {
        assertThatThrownBy(() -> TablePattern.parse(pattern))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.USAGE));
    }
}
