package io.understudy.primary.capture;

import io.understudy.repository.DatabaseData;
import io.understudy.repository.Manifest;
import io.understudy.repository.TreeData;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Whether what was read is what a snapshot holds. */
final class SameContent {
    private SameContent() {}

    private static boolean holdAs(List<DatabaseData> others, List<DatabaseData> then) {
        return others.size() == then.size()
                && IntStream.range(0, then.size()).allMatch(i -> others.get(i).holdsAs(then.get(i)));
    }

    /**
     * Whether both hold the same content. What a database takes on its server's disk is no content: it changes with
     * vacuuming.
     */
    static boolean holds(Manifest base, Optional<DatabaseData> now, List<DatabaseData> others, List<TreeData> trees) {
        Optional<DatabaseData> then = base.postgresql();
        return trees.equals(base.trees())
                && holdAs(others, base.others())
                && then.isPresent() == now.isPresent()
                && then.filter(each -> !isSame(each, now.orElseThrow())).isEmpty();
    }

    private static boolean isSame(DatabaseData then, DatabaseData now) {
        return then.name().equals(now.name())
                && then.properties().equals(now.properties())
                && then.schemaHash().equals(now.schemaHash())
                && then.archive().equals(now.archive())
                && then.tables().equals(now.tables())
                && then.sequences().equals(now.sequences());
    }
}
