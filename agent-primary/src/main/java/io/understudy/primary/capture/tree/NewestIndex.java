package io.understudy.primary.capture.tree;

import io.understudy.repository.tree.IndexEntry;
import io.understudy.state.StateEntry;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The index of a tree as this server captured it last, from its own disk: where it has no key it can read no other. */
public final class NewestIndex {
    private NewestIndex() {}

    /**
     * The entries one after the other. Close it.
     *
     * @param state the agents' state folder
     * @throws io.understudy.failure.UnderstudyException {@code FILE_*} where the tree was never captured
     */
    public static Stream<IndexEntry> entries(Path state, String tree) {
        return new LocalIndex(StateEntry.CAPTURE.in(state), tree).entries();
    }
}
