package io.understudy.replica.rewrite;

import java.util.Optional;

/**
 * One file of a standby against the snapshot's.
 *
 * @param rewritten which file, and by which rules
 * @param fresh whether the snapshot has none at its path
 * @param diff as {@code diff -u} writes it; empty where the content is secret or no text
 */
public record FileDiff(RewrittenFile rewritten, boolean fresh, Optional<String> diff) {
    /** With the two lines that name the files. */
    public String text() {
        String name = rewritten.tree() + "/" + rewritten.path();
        String from = fresh ? "/dev/null" : "a/" + name;
        return diff.map(lines -> "--- " + from + "\n+++ b/" + name + "\n" + lines)
                .orElseGet(() -> "--- " + from + "\n+++ b/" + name + "\nthe content is not shown\n")
                .stripTrailing();
    }
}
