package io.understudy.replica.rewrite;

import java.util.List;

/**
 * A file that a standby has otherwise than the snapshot.
 *
 * @param path in the tree, for people
 * @param rules numbers of the rules that changed it, as the configuration lists them
 */
public record RewrittenFile(String tree, String path, List<Integer> rules) {
    public RewrittenFile {
        rules = List.copyOf(rules);
    }
}
