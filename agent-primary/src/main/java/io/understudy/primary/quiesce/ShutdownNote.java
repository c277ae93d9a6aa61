package io.understudy.primary.quiesce;

import java.time.Instant;
import java.util.Optional;

/**
 * That {@code agent-primary shutdown} was about to stop the site.
 *
 * <pre>{"format":1,"when":"2026-11-20T11:00:00Z","epoch":1,"boot":"0f343b09-…","check":"…"}</pre>
 *
 * @param epoch that this server held; empty where that was not known
 * @param boot of the host; empty where that was not known
 */
public record ShutdownNote(Instant when, Optional<Integer> epoch, Optional<String> boot) {}
