package io.understudy.repository;

import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Copy;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The filestores that are to hold a snapshot, each as a repository by itself. */
final class Places {
    private static final Logger LOG = LoggerFactory.getLogger(Places.class);

    private Places() {}

    /**
     * Of several all but those that lack it as planned: one that is outside its window gets it later; and where they
     * differ in retention, any may have dropped one that is not the newest. All where none has it.
     */
    static List<Repository> of(Repository repository, SnapshotId snapshot) {
        if (repository.copies().isEmpty()) {
            return List.of(repository);
        }
        boolean dropped = repository.copies().stream().anyMatch(Copy::ownRetention)
                && !repository.newest().equals(Optional.of(snapshot));
        List<Repository> due = repository.copies().stream()
                .filter(copy -> !dropped && copy.closed().isEmpty() || mayHold(repository.in(copy.store()), snapshot))
                .map(copy -> repository.in(copy.store()))
                .toList();
        return due.isEmpty() ? repository.each() : due;
    }

    /** One that does not answer may: that it failed is then said by who reads the snapshot there. */
    private static boolean mayHold(Repository place, SnapshotId snapshot) {
        try {
            return place.holds(snapshot);
        } catch (UnderstudyException e) {
            if (e.code().kind() != ErrorKind.FILESTORE) {
                throw e;
            }
            LOG.debug("whether {} holds snapshot {} is not known", place.name(), snapshot, e);
            return true;
        }
    }
}
