package io.understudy.primary.quiesce;

import java.time.Instant;

/**
 * Written before the site is stopped, and deleted when it runs again and what was frozen is gone: an agent
 * that finds it starts the site.
 *
 * <pre>{"format":1,"stopped":"2026-11-20T11:00:00Z","running":false,"check":"…"}</pre>
 *
 * @param stopped when the agent was about to stop it
 * @param running whether the site was started again, or is to stay stopped: only what was frozen is left
 */
public record QuiesceNote(Instant stopped, boolean running) {
    public QuiesceNote settled() {
        return new QuiesceNote(stopped, true);
    }
}
