package io.understudy.primary.fence;

import java.time.Instant;
import java.util.Optional;

/**
 * That {@code on_fenced} runs, so that whatever starts the site sees it; then that it has ended well, so that it runs
 * once for each time that this server is fenced, also across restarts of the agent. A boot of the host starts the site
 * again, and ends that.
 *
 * <pre>{"format":1,"epoch":1,"reason":"OVERTAKEN","when":"2026-11-20T10:00:00Z","boot":"0f343b09-…","check":"…"}</pre>
 *
 * @param epoch that this server held
 * @param when it was begun
 * @param boot of the host in which it was; empty where that was not known, or an earlier version wrote it
 * @param underWay true: it has not ended well yet; absent otherwise
 */
public record FencedNote(int epoch, Reason reason, Instant when, Optional<String> boot, Optional<Boolean> underWay) {
    /** Why the site is stopped. */
    public enum Reason {
        /** Another server has a higher epoch. */
        OVERTAKEN,
        /** No filestore answered for as long as {@code fence.lease}, so that another may have one. */
        LEASE
    }

    /** Of a command that has ended well. */
    public FencedNote(int epoch, Reason reason, Instant when, Optional<String> boot) {
        this(epoch, reason, when, boot, Optional.empty());
    }

    FencedNote begun() {
        return new FencedNote(epoch, reason, when, boot, Optional.of(true));
    }

    /** Whether the site stays stopped, as far as this says: a boot in between may have started it. */
    boolean hasEndedIn(Optional<String> thisBoot) {
        return !underWay.orElse(false) && boot.equals(thisBoot);
    }

    boolean isOf(int otherEpoch, Reason other) {
        return epoch == otherEpoch && reason == other;
    }
}
