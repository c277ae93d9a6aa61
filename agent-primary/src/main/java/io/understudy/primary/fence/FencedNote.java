package io.understudy.primary.fence;

import java.time.Instant;

/**
 * That {@code on_fenced} has ended well, so that it runs once for each time that this server is fenced, also across
 * restarts.
 *
 * <pre>{"format":1,"epoch":1,"reason":"OVERTAKEN","when":"2026-11-20T10:00:00Z","check":"…"}</pre>
 *
 * @param epoch that this server held
 */
public record FencedNote(int epoch, Reason reason, Instant when) {
    /** Why the site is stopped. */
    public enum Reason {
        /** Another server has a higher epoch. */
        OVERTAKEN,
        /** No filestore answered for as long as {@code fence.lease}, so that another may have one. */
        LEASE
    }

    boolean isOf(int otherEpoch, Reason other) {
        return epoch == otherEpoch && reason == other;
    }
}
