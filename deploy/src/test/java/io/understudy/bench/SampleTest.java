package io.understudy.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class SampleTest {
    @Test
    void theMedianIsTheMiddleWhateverTheOrder() {
        assertThat(new Sample(List.of(9.0, 1.0, 2.0, 100.0, 3.0)).median()).isEqualTo(3.0);
    }

    @Test
    void ofAnEvenNumberItIsTheMeanOfTheTwoInTheMiddle() {
        assertThat(new Sample(List.of(4.0, 1.0, 2.0, 100.0)).median()).isEqualTo(3.0);
    }

    @Test
    void knowsItsEnds() {
        Sample sample = new Sample(List.of(4.0, 1.0, 2.0));
        assertThat(sample.least()).isEqualTo(1.0);
        assertThat(sample.most()).isEqualTo(4.0);
    }

    @Test
    void nothingMeasuredIsNoSample() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Sample(List.of()));
    }
}
