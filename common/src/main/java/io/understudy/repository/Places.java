package io.understudy.repository;

import io.understudy.filestore.Copy;
import java.util.List;

/** The filestores that are to hold a snapshot, each as a repository by itself. */
final class Places {
    private Places() {}

    /** Of several all but those that lack it as planned: one that is outside its window gets it later. */
    static List<Repository> of(Repository repository, SnapshotId snapshot) {
        return repository.copies().isEmpty()
                ? List.of(repository)
                : repository.copies().stream()
                        .filter(copy -> isDue(repository, copy, snapshot))
                        .map(copy -> repository.in(copy.store()))
                        .toList();
    }

    private static boolean isDue(Repository repository, Copy copy, SnapshotId snapshot) {
        return copy.closed().isEmpty() || repository.in(copy.store()).holds(snapshot);
    }
}
