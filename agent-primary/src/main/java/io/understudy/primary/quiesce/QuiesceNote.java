package io.understudy.primary.quiesce;

import java.time.Instant;

/**
 * Written before the site is stopped, with each {@link SitePhase} from then on, and deleted when it runs again and what
 * was frozen is gone: an agent that finds it starts the site.
 *
 * <pre>{"format":2,"stopped":"2026-11-20T11:00:00Z","phase":"QUIET","check":"…"}</pre>
 *
 * @param stopped when the agent was about to stop it
 */
public record QuiesceNote(Instant stopped, SitePhase phase) {}
