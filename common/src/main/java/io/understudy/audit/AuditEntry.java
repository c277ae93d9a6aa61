package io.understudy.audit;

import io.understudy.cli.Json;
import io.understudy.files.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;

/**
 * One line of the audit file:
 *
 * <pre>{@code
 * {"entry":17,"at":"2026-11-20T10:00:00Z","agent":"agent-replica","who":"root (uid 0)",
 *  "from":"/var/lib/understudy/replica.sock","what":"promote","request":"{\"force\":true,…}","outcome":"asked",
 *  "previous":"9f86d081884c7d65…"}
 * }</pre>
 *
 * @param entry counts from 1, over both agents
 * @param request as JSON, shortened; empty where there is none
 * @param outcome {@code asked}, {@code done}, {@code accepted}, {@code failed: } and a code, or {@code refused: } or
 *     {@code nothing: } and a reason
 * @param previous the hash of the line before, {@link #NONE} at the first
 */
record AuditEntry(
        long entry,
        Instant at,
        String agent,
        String who,
        String from,
        String what,
        String request,
        String outcome,
        String previous) {
    /** What the first line names as the hash of the line before. */
    static final String NONE = "";

    /** Empty where a crash or a full disk cut the line. */
    static Optional<AuditEntry> read(byte[] line) {
        try {
            return Optional.of(Json.read(new String(line, StandardCharsets.UTF_8), AuditEntry.class))
                    .filter(entry -> entry.previous() != null && entry.entry() > 0);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The SHA-256 of a line without its end, in hex. */
    static String hash(byte[] line) {
        return HexFormat.of().formatHex(Sha256.of(line, 0, line.length));
    }
}
