package io.understudy.repository;

import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Copy;
import java.util.ArrayList;
import java.util.List;

/**
 * Deletes an orphan in each of several filestores, or in none of them: one that is away would bring it back to the
 * others. Killed in between, or where one goes away in the middle, the same again deletes the rest.
 */
public final class OrphanDrop {
    private OrphanDrop() {}

    /**
     * Durable on return. Its content goes with the next pruning.
     *
     * @param repository which has the orphan
     * @throws UnderstudyException where a filestore does not answer: what its kind of store throws, naming it, and
     *     where the orphan is deleted already
     */
    public static void drop(Repository repository, SnapshotId orphan) {
        List<Repository> places = repository.each();
        List<String> names = repository.copies().stream().map(Copy::name).toList();
        for (int i = 0; i < places.size(); i++) {
            try {
                places.get(i).orphans().holds(orphan);
            } catch (UnderstudyException e) {
                throw names.isEmpty() ? e : refused(names.get(i), orphan, e, List.of());
            }
        }
        List<String> done = new ArrayList<>();
        for (int i = 0; i < places.size(); i++) {
            try {
                places.get(i).orphans().delete(orphan);
            } catch (UnderstudyException e) {
                throw names.isEmpty() ? e : refused(names.get(i), orphan, e, done);
            }
            done.addAll(names.isEmpty() ? List.of() : List.of(names.get(i)));
        }
    }

    private static UnderstudyException refused(
            String name, SnapshotId orphan, UnderstudyException why, List<String> done) {
        if (why.code().kind() != ErrorKind.FILESTORE) {
            return why;
        }
        String state = done.isEmpty() ? "nothing is deleted" : "it is deleted in " + String.join(", ", done);
        return new UnderstudyException(
                why.code(),
                "cannot delete orphan " + orphan + ": filestore \"" + name + "\" has to answer too, or it brings the"
                        + " orphan back to the others; " + state + ": " + why.getMessage(),
                "run orphans drop " + orphan + " again when that filestore answers; if it never will, take it out of"
                        + " filestores first",
                why);
    }
}
