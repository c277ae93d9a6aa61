package io.understudy.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DailyWindowTest {
    @ParameterizedTest
    @CsvSource({
        "22:00-06:00, 21:59:59, false",
        "22:00-06:00, 22:00,    true",
        "22:00-06:00, 23:59:59, true",
        "22:00-06:00, 00:00,    true",
        "22:00-06:00, 05:59:59, true",
        "22:00-06:00, 06:00,    false",
        "22:00-06:00, 12:00,    false",
        "12:00-13:30, 11:59:59, false",
        "12:00-13:30, 12:00,    true",
        "12:00-13:30, 13:29:59, true",
        "12:00-13:30, 13:30,    false",
        "18:00-00:00, 23:59:59, true",
        "18:00-00:00, 00:00,    false",
        "00:00-04:00, 00:00,    true",
    })
    void holdsFromItsFirstMinuteToTheOneBeforeItsEnd(String window, String time, boolean contained) {
        assertThat(DailyWindow.parse(window).contains(LocalTime.parse(time))).isEqualTo(contained);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "22:00", "22:00-22:00", "22:00-24:00", "22-6", "22:00 - 06:00", "22:60-06:00", "9:00-10:00"})
    void whatIsNoneIsRefused(String text) {
        assertThatThrownBy(() -> DailyWindow.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void isShownAsItIsWritten() {
        assertThat(DailyWindow.parse("22:00-06:30")).hasToString("22:00-06:30");
    }
}
