package io.understudy.primary.announce;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import io.understudy.v1.ReplicaReport;
import io.understudy.v1.StepProgress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReportTextTest {
    @Test
    void noTextOfAReportChangesATerminal() {
        ReplicaReport report = ReportText.plain(ReplicaReport.newBuilder()
                .setAhead("00000001-00000001\u001b[2J")
                .setProgress(StepProgress.newBuilder().setStep("load\u0007").setDoneBytes(7))
                .build());
        assertThat(report.getAhead()).isEqualTo("00000001-00000001 [2J");
        assertThat(report.getProgress().getStep()).isEqualTo("load ");
        assertThat(report.getProgress().getDoneBytes()).isEqualTo(7);
    }

    /** One of these made each {@code status} of the primary fail, for as long as the report was kept. */
    @ParameterizedTest
    @CsvSource({"9223372036854775807, 0", "-9223372036854775808, 0", "253402300800, 0", "0, 1000000000", "0, -1"})
    void aMomentThatNoCalendarHasIsLeftOut(long seconds, int nanos) {
        Timestamp moment =
                Timestamp.newBuilder().setSeconds(seconds).setNanos(nanos).build();
        ReplicaReport report = ReportText.plain(ReplicaReport.newBuilder()
                .setMoment(moment)
                .setAheadMoment(moment)
                .build());
        assertThat(report.hasMoment()).isFalse();
        assertThat(report.hasAheadMoment()).isFalse();
    }

    @Test
    void soundMomentsStay() {
        ReplicaReport report = ReplicaReport.newBuilder()
                .setMoment(Timestamp.newBuilder().setSeconds(1_790_000_000).setNanos(999_999_999))
                .build();
        assertThat(ReportText.plain(report)).isEqualTo(report);
    }

    @Test
    void aLongTextIsCutBetweenCharacters() throws Exception {
        ReplicaReport report = ReportText.plain(ReplicaReport.newBuilder()
                .setState("x".repeat(39) + "\ud83d\ude00")
                .build());
        assertThat(report.getState()).isEqualTo("x".repeat(39) + "…");
        assertThat(ReplicaReport.parseFrom(report.toByteArray())).isEqualTo(report);
    }
}
