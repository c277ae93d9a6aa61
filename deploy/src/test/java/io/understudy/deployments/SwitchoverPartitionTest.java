package io.understudy.deployments;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.deployments.SwitchoverPartition.Moment;
import io.understudy.deployments.SwitchoverPartition.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SwitchoverPartitionTest {
    @Test
    void allAreEachPairAtEachMoment() {
        assertThat(SwitchoverPartition.all().map(SwitchoverPartition::toString))
                .hasSize(10 * 6)
                .doesNotHaveDuplicates()
                .contains("primary-store before-stop", "names-operator named");
    }

    /** As docs/deployments.md says. */
    @ParameterizedTest
    @CsvSource({
        "PRIMARY, STORE, STOPPED, GOES_BACK",
        "PRIMARY, STORE, COMMITTED, MOVES",
        "STANDBY, STORE, APPLIED, GOES_BACK",
        "STANDBY, STORE, CLAIMED, MOVES",
        "STANDBY, NAMES, CLAIMED, MOVES_WITHOUT_NAMES",
        "STANDBY, NAMES, NAMED, MOVES",
        "PRIMARY, STANDBY, BEFORE_STOP, MOVES"
    })
    void aPairAndAMomentSayWhatComesOfIt(Place one, Place other, Moment moment, Outcome outcome) {
        assertThat(new SwitchoverPartition(new Cut(one, other), moment).outcome())
                .isEqualTo(outcome);
    }
}
