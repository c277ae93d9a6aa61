package io.understudy.repository;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * What the rows of a snapshot's database name and one of its trees lacks.
 *
 * @param query that named the files
 * @param named how many names the query gave
 * @param missing how many different ones the tree lacks
 * @param paths some of them, at most {@link #MOST}, as the rows have them; each cut at {@link #LONGEST} characters
 * @param unknown why that is not known, and the numbers are 0; null where it is known
 */
public record ClosureData(
        String tree,
        String query,
        long named,
        long missing,
        List<String> paths,
        @JsonInclude(JsonInclude.Include.NON_NULL) String unknown) {
    /** So many paths are listed, so that a manifest stays small. */
    public static final int MOST = 50;

    /** So many characters of each are. */
    public static final int LONGEST = 250;

    public ClosureData {
        paths = paths == null ? List.of() : List.copyOf(paths);
    }

    /** Of a query that gave no answer. */
    public static ClosureData unknown(String tree, String query, String why) {
        return new ClosureData(tree, query, 0, 0, List.of(), why);
    }

    /** The first of those that are missing, for people. */
    public String named(int count) {
        String some = String.join(", ", paths.stream().limit(count).toList());
        return missing > Math.min(count, paths.size()) ? some + ", …" : some;
    }

    /** For people. */
    public String text() {
        if (unknown != null) {
            return "tree " + tree + ": what rows name could not be compared: " + unknown;
        }
        return missing == 0
                ? "tree " + tree + ": has all " + named + " files that rows name"
                : "tree " + tree + ": lacks " + missing + " of " + named + " files that rows name";
    }
}
