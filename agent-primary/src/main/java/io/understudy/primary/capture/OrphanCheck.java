package io.understudy.primary.capture;

import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.RepeatedLook;
import io.understudy.progress.Progress;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.Verification;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks whether an orphan has all of its content, in each filestore that has it. Retention may have deleted content of
 * what it adds to while it was saved, or a filestore may have lost some of it before; and a process that was killed in
 * between leaves an orphan of which that is not known.
 */
final class OrphanCheck {
    private static final Logger LOG = LoggerFactory.getLogger(OrphanCheck.class);

    private final Repository repository;
    private final int looks;
    private final Progress progress;

    /** @param looks blobs that are looked for at the same time, 1 to 64 */
    OrphanCheck(Repository repository, int looks, Progress progress) {
        this.repository = repository;
        this.looks = looks;
        this.progress = progress;
    }

    /**
     * Where it lacks content it is deleted. One of several filestores that does not answer is left out, as long as
     * another one has it whole: that one's content is what the first is read with.
     *
     * @param hasBase whether what it adds to is still in a filestore: its content stays from now on then
     * @return whether a filestore has it whole
     * @throws UnderstudyException what a filestore throws that may have it whole
     */
    boolean isWhole(SnapshotId orphan, Predicate<Repository> hasBase) {
        boolean whole = false;
        Optional<UnderstudyException> away = Optional.empty();
        for (Repository place : repository.each()) {
            try {
                whole |= isWholeIn(place, orphan, hasBase);
            } catch (UnderstudyException e) {
                if (e.code().kind() != ErrorKind.FILESTORE
                        || repository.copies().isEmpty()) {
                    throw e;
                }
                LOG.info("whether {} has all of orphan {} is not known: {}", place.name(), orphan, e.getMessage());
                away = Optional.of(e);
            }
        }
        if (!whole && away.isPresent()) {
            throw away.get();
        }
        return whole;
    }

    private boolean isWholeIn(Repository place, SnapshotId orphan, Predicate<Repository> hasBase) {
        Repository orphans = place.orphans();
        if (!orphans.holds(orphan)) {
            return false;
        }
        if (!hasBase.test(place)) {
            LOG.info("what orphan {} adds to was deleted in {} while it was saved", orphan, place.name());
            orphans.delete(orphan);
            return false;
        }
        List<UnderstudyException> lacks = new ArrayList<>();
        // What an orphan names is nowhere else.
        boolean whole = RepeatedLook.finds(
                () -> lacking(orphans, orphan).map(lacks::add).isEmpty());
        if (!whole) {
            LOG.warn(
                    "orphan {} lacks content in {}, and is deleted there: {}",
                    orphan,
                    place.name(),
                    lacks.get(0).getMessage());
            orphans.delete(orphan);
        }
        return whole;
    }

    private Optional<UnderstudyException> lacking(Repository orphans, SnapshotId orphan) {
        try {
            new Verification(looks).present(orphans, orphan, progress);
            return Optional.empty();
        } catch (UnderstudyException e) {
            if (!e.code().judgesContent()) {
                throw e;
            }
            return Optional.of(e);
        }
    }
}
