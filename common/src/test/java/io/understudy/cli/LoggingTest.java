package io.understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoggingTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "debug, -, list, DEBUG",
                "Error, -, run, ERROR",
                "' info ', -, list, INFO",
                "warn, ERROR, run, WARN",
                "-, -, list, WARN",
                "-, -, run, INFO",
                "-, ERROR, run, ERROR",
                "'', -, list, WARN",
                "'', -, run, INFO",
                "' ', -, list, WARN",
                "'', ERROR, run, ERROR",
                "verbose, -, list, WARN"
            })
    void theEnvironmentCountsWhenItNamesALevel(String wanted, String given, String command, String level) {
        assertThat(Logging.level(Optional.ofNullable(wanted), Optional.ofNullable(given), List.of(command)))
                .isEqualTo(level);
    }
}
