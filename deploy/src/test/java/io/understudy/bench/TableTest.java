package io.understudy.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableTest {
    private static final Finding HOLDS = Finding.ratio("fast", Unit.SECONDS, sample(1, 2, 9), sample(4, 5), 0.5);
    private static final Finding FAILS = Finding.value("large", Unit.MEBIBYTES, sample(3 << 20), 2 << 20);

    private static Sample sample(double... values) {
        return new Sample(java.util.Arrays.stream(values).boxed().toList());
    }

    @Test
    void tellsBothContendersTheRatioAndTheBar() {
        assertThat(HOLDS.row()).isEqualTo("| fast | 2.00 s (1.00–9.00) | 4.50 s (4.00–5.00) | **0.44** | 0.5 | yes |");
    }

    @Test
    void tellsAValueByItself() {
        assertThat(FAILS.row()).isEqualTo("| large | 3.0 MiB |  | **3.0 MiB** | 2.0 MiB | no |");
    }

    @Test
    void aBarThatIsJustReachedHolds() {
        assertThat(Finding.ratio("", Unit.SECONDS, sample(1), sample(2), 0.5).holds())
                .isTrue();
    }

    @Test
    void holdsWhenAllFindingsHold() {
        assertThat(new Table(List.of(), List.of(HOLDS)).holds()).isTrue();
        assertThat(new Table(List.of(), List.of(HOLDS, FAILS)).holds()).isFalse();
    }

    /** Of two tables in one document each keeps its own place. */
    @ParameterizedTest
    @ValueSource(strings = {Table.WHOLE, Table.MOVES})
    void replacesWhatStandsBetweenItsMarksAndNothingElse(String place) {
        String other = place.equals(Table.WHOLE) ? Table.MOVES : Table.WHOLE;
        String others = Table.begin(other) + "\nof the other\n" + Table.end(other);
        String document = others + Table.begin(place) + "\nprevious\n" + Table.end(place) + "\nafter\n" + others;
        Table table = new Table(List.of("A machine."), List.of(HOLDS));

        String placed = table.placedIn(document, place);

        assertThat(placed)
                .startsWith(others + Table.begin(place) + "| what |")
                .endsWith(HOLDS.row() + "\n\nA machine.\n" + Table.end(place) + "\nafter\n" + others)
                .doesNotContain("previous");
        assertThat(table.placedIn(placed, place)).isEqualTo(placed);
    }

    @Test
    void refusesADocumentWithoutItsPlace() {
        Table table = new Table(List.of(), List.of(HOLDS));
        assertThatIllegalStateException()
                .isThrownBy(() -> table.placedIn("a text\n" + Table.begin(Table.WHOLE), Table.WHOLE))
                .withMessageContaining(Table.end(Table.WHOLE).strip());
    }
}
