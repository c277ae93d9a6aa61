package io.understudy.deployments;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.deployments.PromotionPartition.Moment;
import io.understudy.deployments.PromotionPartition.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromotionPartitionTest {
    @Test
    void allAreEachPairAtEachMoment() {
        assertThat(PromotionPartition.all().map(PromotionPartition::toString))
                .hasSize(10 * 5)
                .doesNotHaveDuplicates()
                .contains("promotion primary-store asked", "promotion names-operator named");
    }

    /** As docs/deployments.md says. */
    @ParameterizedTest
    @CsvSource({
        "STANDBY, STORE, ASKED, REFUSED",
        "STANDBY, STORE, PROVEN, REFUSED",
        "STANDBY, STORE, CLAIMED, MOVES",
        "STANDBY, NAMES, CLAIMED, MOVES_WITHOUT_NAMES",
        "STANDBY, NAMES, NAMED, MOVES",
        "STANDBY, OPERATOR, ASKED, NOT_ASKED",
        "STANDBY, OPERATOR, APPLYING, MOVES",
        "PRIMARY, STORE, ASKED, MOVES"
    })
    void aPairAndAMomentSayWhatComesOfIt(Place one, Place other, Moment moment, Outcome outcome) {
        assertThat(new PromotionPartition(new Cut(one, other), moment).outcome())
                .isEqualTo(outcome);
    }
}
