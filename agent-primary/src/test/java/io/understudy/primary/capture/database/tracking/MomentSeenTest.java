package io.understudy.primary.capture.database.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MomentSeenTest {
    /** xmin:xmax:in progress. A moment that sees 10 to 19, without 12 and 15, and whose own transaction was 21. */
    @ParameterizedTest
    @CsvSource({
        "'12:20:12,15', true, nothing happened",
        "'12:22:12,15,20', true, another began and runs; the own one ended",
        "'12:22:12,15', false, another began and ended",
        "'15:20:15', false, one that ran ended",
        "'15:20:', false, both that ran ended",
        "'12:19:12,15', false, the server was restored to an earlier state",
        "'12:5000:12,15', false, too many began to look at each",
    })
    void comparesALaterLook(String later, boolean same, String why) {
        MomentSeen moment = MomentSeen.of("started", "12:20:12,15").except(21);
        assertThat(moment.isAllThat(MomentSeen.of("started", later))).as(why).isEqualTo(same);
    }

    @Test
    void anotherServerOrARestartedOneIsComparedWithNothing() {
        assertThat(MomentSeen.of("started", "10:10:").isAllThat(MomentSeen.of("again", "10:10:")))
                .isFalse();
    }
}
