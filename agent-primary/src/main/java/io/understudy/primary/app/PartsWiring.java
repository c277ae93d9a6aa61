package io.understudy.primary.app;

import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.parts.LiveParts;
import io.understudy.parts.LiveSite;
import io.understudy.parts.PartsDisk;
import io.understudy.parts.TreeTaking;
import io.understudy.site.Marker;
import io.understudy.state.StateEntry;
import io.understudy.tasks.Services.Service;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Restores of parts to the files that a primary's site uses. */
public final class PartsWiring {
    private static final Logger LOG = LoggerFactory.getLogger(PartsWiring.class);

    private PartsWiring() {}

    /** @throws UnderstudyException {@code BACKUP_MODE}, as imports would change the same files */
    public static LiveSite site(PrimaryWiring agent) {
        Settings settings = agent.settings();
        requirePrimary(settings);
        return new LiveSite(
                parts(settings),
                () -> lock(settings.state()),
                Optional::empty,
                agent.access().audit());
    }

    /** Finishes at the start of the agent what a killed command left half. */
    static Service finishing(Settings settings) {
        return () -> {
            finish(settings);
            return () -> {};
        };
    }

    /** What fails is logged: the agent runs all the same. */
    private static void finish(Settings settings) {
        if (!StateEntry.RESTORED_PARTS.in(settings.state()).toFile().exists()
                || new Marker(settings.marker()).present()) {
            return;
        }
        Optional<ProcessLock> lock = ProcessLock.tryAcquire(StateEntry.PARTS_LOCK.in(settings.state()));
        if (lock.isEmpty()) {
            return;
        }
        try {
            parts(settings).finish().ifPresent(LOG::info);
        } catch (UnderstudyException e) {
            LOG.warn("{} ({})", e.getMessage(), e.hint());
        } finally {
            lock.get().close();
        }
    }

    private static LiveParts parts(Settings settings) {
        return new LiveParts(
                settings.state(), settings.trees(), TreeTaking.plain(), PartsDisk.ofThisMachine(), Ticker.system());
    }

    private static void requirePrimary(Settings settings) {
        if (new Marker(settings.marker()).present()) {
            throw new UnderstudyException(
                    ErrorCode.BACKUP_MODE,
                    "cannot restore to what is live: this server is in backup mode",
                    "use agent-replica restore");
        }
    }

    private static ProcessLock lock(Path state) {
        Path file = StateEntry.PARTS_LOCK.in(state);
        return ProcessLock.tryAcquire(file)
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.LOCKED,
                        "cannot restore to what is live: " + ProcessLock.holder(file) + " does so",
                        "wait for its end"));
    }
}
