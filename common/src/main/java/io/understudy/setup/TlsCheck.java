package io.understudy.setup;

import io.understudy.config.HostPort;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.time.Moments;
import io.understudy.transport.Transport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
     * Adds one result for each server that this one follows or would follow: a handshake with it, unless {@link #add}
     * found that there can be none. None without {@code tls}. One that does not answer is a warning, for it may be off.
     */
    public static void addPeers(CheckReport.Run checks, Transport transport, List<HostPort> peers) {
        if (!transport.isSecure()) {
            return;
        }
        for (HostPort peer : peers) {
            String name = "peer " + peer;
            checks.given(List.of(NAME), name, () -> {
                try {
                    transport.requireAcceptedBy(peer);
                    return CheckResult.ok(name, "both servers accept each other's certificate");
                } catch (UnderstudyException e) {
                    if (e.code() == ErrorCode.AGENT_UNREACHABLE) {
                        return CheckResult.warning(name, e.getMessage(), e.hint());
                    }
                    throw e;
                }
            });
        }
    }

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
            String until = "the authority of tls.ca accepts the certificate for " + String.join(", ", transport.names())
                    + " until " + Moments.text(expiry.get());
            return expiry.get().isBefore(now.plus(EXPIRES_SOON))
                    ? CheckResult.warning(NAME, until, "renew it before: a running agent reads the new files by itself")
                    : CheckResult.ok(NAME, until);
        });
    }
}
