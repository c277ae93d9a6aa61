package io.understudy.primary.announce;

import io.understudy.transport.PlainText;
import io.understudy.v1.Failure;
import io.understudy.v1.ReplicaReport;

/** Reports as they are shown on a terminal and in the log: another server writes them. */
final class ReportText {
    private static final int NAME = 100;
    private static final int WORD = 40;
    private static final int MESSAGE = 2100;

    private ReportText() {}

    /** Without control characters, and with no text that is longer than what a replica sends. */
    static ReplicaReport plain(ReplicaReport report) {
        ReplicaReport.Builder plain = report.toBuilder()
                .setName(PlainText.of(report.getName(), NAME))
                .setAgentVersion(PlainText.of(report.getAgentVersion(), WORD))
                .setState(PlainText.of(report.getState(), WORD))
                .setApplied(PlainText.of(report.getApplied(), WORD))
                .setProven(PlainText.of(report.getProven(), WORD))
                .setStep(PlainText.of(report.getStep(), WORD));
        if (report.hasLastError()) {
            Failure error = report.getLastError();
            plain.setLastError(Failure.newBuilder()
                    .setCode(PlainText.of(error.getCode(), WORD))
                    .setMessage(PlainText.of(error.getMessage(), MESSAGE))
                    .setHint(PlainText.of(error.getHint(), MESSAGE)));
        }
        return plain.build();
    }
}
