package io.understudy.words;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.events.CommonEvent;
import io.understudy.events.Event;
import io.understudy.events.EventText;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.replica.events.ReplicaEvent;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each event of the catalogues has a text that fits its values, and a code of its own. */
class EventsTest {
    private static final Pattern VALUE = Pattern.compile("\\{([\\w.]+)}");

    /** All kinds, those of both agents first, each catalogue in its order. */
    static List<Class<?>> kinds() {
        return Stream.of(CommonEvent.class, PrimaryEvent.class, ReplicaEvent.class)
                .<Class<?>>flatMap(catalogue -> Arrays.stream(catalogue.getPermittedSubclasses()))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aTextNamesValuesOfItsEvent(Class<?> kind) throws ReflectiveOperationException {
        EventText text = kind.getAnnotation(EventText.class);
        assertThat(text).as("the text of %s", kind).isNotNull();
        for (String path : values(text.value() + text.hint())) {
            Class<?> type = kind;
            for (String name : path.split("\\.")) {
                type = type.getMethod(name).getReturnType();
            }
            assertThat(type).isNotEqualTo(void.class);
        }
        assertThat(VALUE.matcher(text.value()).replaceAll("")).doesNotContain("{", "}");
        assertThat(text.value().replaceAll("\\[[^\\[\\]]*\\{[^\\[\\]]*]", "")).doesNotContain("[", "]");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aTextIsASentenceWithoutACapitalOrAFullStop(Class<?> kind) {
        EventText text = kind.getAnnotation(EventText.class);
        assertThat(text.value()).isNotBlank().doesNotEndWith(".").doesNotMatch("^[A-Z].*");
        assertThat(text.hint()).doesNotEndWith(".").doesNotMatch("^[A-Z].*");
    }

    @Test
    void aCodeNamesOneEvent() {
        assertThat(kinds()).hasSizeGreaterThan(50);
        assertThat(kinds().stream().map(Event::codeOf)).doesNotHaveDuplicates();
    }

    private static List<String> values(String text) {
        return VALUE.matcher(text)
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
    }
}
