package io.understudy.setup;

import io.understudy.time.Moments;
import io.understudy.transport.Transport;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The check {@code tls} of both agents: whether the other server would accept this one's certificate, and for how long.
 */
public final class TlsCheck {
    /** How long before a certificate expires it is a warning. */
    static final Duration EXPIRES_SOON = Duration.ofDays(14);

    private static final String NAME = "tls";

    private TlsCheck() {}

    /**
     * Adds exactly one result.
     *
     * @param plain what it means here that {@code tls} is not set; a warning
     */
    public static void add(CheckReport.Run checks, Transport transport, Instant now, String plain) {
        checks.look(NAME, () -> {
            Optional<Instant> expiry = transport.requireAccepted(now);
            if (expiry.isEmpty()) {
                return CheckResult.warning(
                        NAME, plain, "set tls to a certificate, its key and the authority of both servers");
            }
            String until = "the other server accepts the certificate until " + Moments.text(expiry.get());
            return expiry.get().isBefore(now.plus(EXPIRES_SOON))
                    ? CheckResult.warning(NAME, until, "renew it before: a running agent reads the new files by itself")
                    : CheckResult.ok(NAME, until);
        });
    }
}
