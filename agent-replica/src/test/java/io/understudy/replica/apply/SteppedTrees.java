package io.understudy.replica.apply;

import java.nio.file.Path;
import java.util.function.BiConsumer;

/** The trees on disk, for a simulation that wants to be in between any two operations on live files. */
public final class SteppedTrees {
    private SteppedTrees() {}

    /** @param before receives the operation and what it changes; what it throws happens in its place */
    public static LiveTrees in(Path state, BiConsumer<String, Path> before) {
        return new TreeSwap(state, before::accept);
    }
}
