package io.understudy.primary.announce;

import com.google.protobuf.Timestamp;
import io.understudy.transport.PlainText;
import io.understudy.v1.Failure;
import io.understudy.v1.ReplicaReport;
import java.time.Instant;

/**
 * Reports as they are shown on a terminal and in the log: another server writes them. Moments that no calendar has are
 * left out.
 */
final class ReportText {
    private static final int NAME = 100;
    private static final int WORD = 40;
    private static final int MESSAGE = 2100;
    /** The first and the last of a {@code google.protobuf.Timestamp}. */
    private static final long FIRST_SECOND =
            Instant.parse("0001-01-01T00:00:00Z").getEpochSecond();

    private static final long LAST_SECOND =
            Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

    private ReportText() {}

    /** Without control characters, and with no text that is longer than what a replica sends. */
    static ReplicaReport plain(ReplicaReport report) {
        ReplicaReport.Builder plain = report.toBuilder()
                .setName(PlainText.of(report.getName(), NAME))
                .setAgentVersion(PlainText.of(report.getAgentVersion(), WORD))
                .setState(PlainText.of(report.getState(), WORD))
                .setApplied(PlainText.of(report.getApplied(), WORD))
                .setProven(PlainText.of(report.getProven(), WORD))
                .setStep(PlainText.of(report.getStep(), WORD))
                .setAhead(PlainText.of(report.getAhead(), WORD))
                .setHeldSnapshot(PlainText.of(report.getHeldSnapshot(), WORD))
                .setClaim(PlainText.of(report.getClaim(), WORD));
        if (report.hasProgress()) {
            plain.getProgressBuilder().setStep(PlainText.of(report.getProgress().getStep(), WORD));
        }
        if (!isMoment(report.getMoment())) {
            plain.clearMoment();
        }
        if (!isMoment(report.getAheadMoment())) {
            plain.clearAheadMoment();
        }
        if (report.hasLastError()) {
            Failure error = report.getLastError();
            plain.setLastError(Failure.newBuilder()
                    .setCode(PlainText.of(error.getCode(), WORD))
                    .setMessage(PlainText.of(error.getMessage(), MESSAGE))
                    .setHint(PlainText.of(error.getHint(), MESSAGE)));
        }
        return plain.build();
    }

    /** Whether it is in the years 1 to 9999, as the message's definition wants: any other number can be sent too. */
    private static boolean isMoment(Timestamp moment) {
        return moment.getSeconds() >= FIRST_SECOND
                && moment.getSeconds() <= LAST_SECOND
                && moment.getNanos() >= 0
                && moment.getNanos() < 1_000_000_000;
    }
}
