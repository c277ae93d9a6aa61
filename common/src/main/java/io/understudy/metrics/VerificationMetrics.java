package io.understudy.metrics;

import io.understudy.repository.LastVerified;

/** How verifications ended on this server. They are commands of their own, so a daemon reports what those left. */
public final class VerificationMetrics {
    private VerificationMetrics() {}

    public static void record(Metrics metrics, LastVerified.Verdict verdict) {
        verdict.success().ifPresent(when -> metrics.set(Metric.VERIFY_LAST_SUCCESS_TIMESTAMP_SECONDS, when));
        verdict.last().ifPresent(when -> {
            metrics.set(Metric.VERIFY_LAST_TIMESTAMP_SECONDS, when);
            metrics.set(Metric.VERIFY_LAST_PASSED, verdict.failure().isEmpty());
        });
    }
}
