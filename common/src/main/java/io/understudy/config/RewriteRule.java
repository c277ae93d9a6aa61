package io.understudy.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a standby makes otherwise in its copy of a tree. Nothing of it reaches the mirror or the repository.
 *
 * @param number of the rule in the file, from 1
 * @param tree the name of the tree
 * @param path glob of the files whose texts are replaced, relative to the tree; empty where none are
 * @param replacements in order; the next one reads what the one before has made
 * @param overlay a folder of this server whose files win over those of the snapshot
 */
public record RewriteRule(
        int number, String tree, Optional<String> path, List<Replacement> replacements, Optional<Path> overlay) {
    public RewriteRule {
        replacements = List.copyOf(replacements);
    }

    /** @param from literal text, not empty
     * @param to what takes its place, with this server's values for variables */
    public record Replacement(String from, String to) {}

    /** For people: {@code rewrite rule 2 (config, *.conf)}. */
    public String text() {
        return "rewrite rule " + number + " (" + tree
                + path.or(() -> overlay.map(Path::toString))
                        .map(what -> ", " + what)
                        .orElse("") + ")";
    }
}
