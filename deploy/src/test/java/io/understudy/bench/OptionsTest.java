package io.understudy.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {
    private static final Path README = Path.of("README.md");

    @Test
    void measuresAllButTheLargestAndWritesNothing() {
        Options options = Options.parse(README);
        assertThat(options.runs()).isEqualTo(5);
        assertThat(options.megabytes()).isEqualTo(500);
        assertThat(options.contests())
                .doesNotContain(Benchmark.LARGE, Benchmark.MANY, Benchmark.SCALE)
                .hasSize(Benchmark.values().length - 3);
        assertThat(options.readme()).isEmpty();
    }

    @Test
    void takesContestsByName() {
        assertThat(Options.parse(README, "--only", "import,follow").contests())
                .isEqualTo(EnumSet.of(Benchmark.IMPORT, Benchmark.FOLLOW));
        assertThat(Options.parse(README, "--large").contests()).isEqualTo(EnumSet.of(Benchmark.LARGE));
        assertThat(Options.parse(README, "--many").contests()).isEqualTo(EnumSet.of(Benchmark.MANY));
    }

    @Test
    void takesSizesOfWhatIsLarge() {
        Options options = Options.parse(README, "--gb", "10", "--files", "20000");
        assertThat(options.gigabytes()).isEqualTo(10);
        assertThat(options.files()).isEqualTo(20_000);
    }

    @Test
    void writesAWholeMeasurement() {
        assertThat(Options.parse(README, "--write").readme()).contains(README);
        assertThat(Options.parse(README, "--write").place()).isEqualTo(Table.WHOLE);
    }

    @Test
    void writesTheFiguresOfMovesByThemselves() {
        Options options = Options.parse(README, "--only", "failover", "--runs", "3", "--write");
        assertThat(options.readme()).contains(README);
        assertThat(options.place()).isEqualTo(Table.MOVES);
    }

    @ParameterizedTest
    @CsvSource({
        "--fast, unknown argument --fast",
        "--runs, --runs needs a value",
        "--runs 0, --runs takes a number",
        "--mb many, --mb takes a number",
        "--minutes 0, --minutes takes a number",
        "--only luck, unknown contest luck",
        "--write --runs 1, --write is only for a whole measurement",
        "--write --minutes 1, --write is only for a whole measurement",
        "--write --mb 5, --write is only for a whole measurement",
        "--write --only failover --runs 2, --write is only for a whole measurement",
        "--write --only follow, --write is only for a whole measurement"
    })
    void refusesWhatItCannotDo(String arguments, String reason) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Options.parse(README, arguments.split(" ")))
                .withMessageStartingWith(reason);
    }
}
