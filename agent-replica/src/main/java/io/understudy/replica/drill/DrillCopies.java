package io.understudy.replica.drill;

import io.understudy.failure.UnderstudyException;
import io.understudy.repository.SnapshotId;
import java.nio.file.Path;
import java.util.List;

/** The copies that a drill runs on: a database of its own name, and a folder of trees. For one drill at a time. */
public interface DrillCopies {
    /**
     * Looks before anything is made.
     *
     * @throws UnderstudyException {@code DATABASE_FOREIGN} where a database that no drill made has the name,
     *     {@code DISK_FULL} with what is needed
     */
    void require(Newest newest);

    /**
     * Makes the database, or fails and leaves what {@link #clear} removes.
     *
     * @return how: as {@link DrillContent#database}
     */
    String copyDatabase(Newest newest);

    /**
     * @param bytes of the files
     * @param leftOut for people
     */
    record CopiedTrees(long bytes, List<String> leftOut) {
        public CopiedTrees {
            leftOut = List.copyOf(leftOut);
        }
    }

    /** @param folder that is made */
    CopiedTrees copyTrees(SnapshotId snapshot, Path folder);

    /** Removes database and folder, as far as they are there. Idempotent. */
    void clear(Path folder);
}
