package io.understudy.replica.prepare;

import io.understudy.failure.UnderstudyException;
import io.understudy.replica.prepare.Rejoin.Result;
import io.understudy.replica.prepare.Rejoin.Saved;
import io.understudy.repository.SnapshotId;
import io.understudy.site.SiteService;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The site of a standby that follows, while its orphan is saved: it is stopped for that and started again, for no
 * import does so until there is something to import. The site of any other server stays stopped.
 */
final class PausedSite {
    private static final Logger LOG = LoggerFactory.getLogger(PausedSite.class);

    private final SiteService site;
    private boolean paused;

    PausedSite(SiteService site) {
        this.site = site;
    }

    /** @param serving whether it is to be started again */
    void stop(boolean serving) {
        paused = serving;
        site.stop();
    }

    /**
     * Also for an operator who interrupts it, once. A site that does not start keeps nothing else from its end.
     *
     * @return why it does not start
     */
    Optional<UnderstudyException> resume() {
        if (!paused) {
            return Optional.empty();
        }
        paused = false;
        boolean interrupted = Thread.interrupted();
        try {
            site.restart();
            return Optional.empty();
        } catch (UnderstudyException e) {
            LOG.error(
                    "the site of this standby, which was stopped to save its orphan, does not start: {}",
                    e.getMessage());
            return Optional.of(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Why it did not start, with what was saved. */
    static UnderstudyException down(UnderstudyException why, Result saved) {
        return new UnderstudyException(
                why.code(),
                "cannot start the site again, which was stopped while "
                        + saved.saved()
                                .flatMap(Saved::orphan)
                                .map(SnapshotId::toString)
                                .map(orphan -> "orphan " + orphan + " was saved")
                                .orElse("this server was compared with the last snapshot, and nothing differed")
                        + ": " + why.getMessage(),
                why.hint(),
                why);
    }
}
