package io.understudy.primary.quiesce;

import java.time.Instant;
import java.util.Optional;

/**
 * Written before the site is stopped, with each {@link SitePhase} from then on, and deleted when it runs again and what
 * was frozen is gone: an agent that finds it starts the site.
 *
 * <pre>{"format":2,"stopped":"2026-11-20T11:00:00Z","phase":"QUIET","fenced":null,"check":"…"}</pre>
 *
 * @param stopped when the agent was about to stop it
 * @param fenced the time in the note of {@code on_fenced} that was there when the snapshot began; empty where none was
 */
public record QuiesceNote(Instant stopped, SitePhase phase, Optional<Instant> fenced) {}
