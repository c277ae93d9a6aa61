package io.understudy.replica.rewrite;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What of the files of a standby is otherwise than in the snapshot that it imported.
 *
 * @param files in the order of trees and paths
 * @param unmatched each rule, or text of one, that changed nothing, for people
 * @param left names of the trees that no import changes
 * @param maintenance the file that was left out because the snapshot was taken in maintenance mode
 * @param recorded of each tree whose objects are only recorded, what this server lacks, for people
 * @param definers of each database what runs with the rights of accounts that are not on this server, for people
 */
public record RewriteReport(
        List<RewrittenFile> files,
        List<String> unmatched,
        List<String> left,
        Optional<String> maintenance,
        List<String> recorded,
        List<String> definers) {
    public static final RewriteReport NONE = new RewriteReport(List.of(), List.of(), List.of());

    /** Of a site that was not in maintenance mode. */
    public RewriteReport(List<RewrittenFile> files, List<String> unmatched, List<String> left) {
        this(files, unmatched, left, Optional.empty(), List.of(), List.of());
    }

    private static final int MOST_NAMED = 10;

    public RewriteReport {
        files = List.copyOf(files);
        unmatched = List.copyOf(unmatched);
        left = List.copyOf(left);
        recorded = List.copyOf(recorded);
        definers = List.copyOf(definers);
    }

    public RewriteReport withDefiners(List<String> missing) {
        return new RewriteReport(files, unmatched, left, maintenance, recorded, missing);
    }

    /** {@code config/site.conf (rules 1, 3), config/extra.conf (rule 2)}; at most ten by name. */
    public String named() {
        String named =
                files.stream().limit(MOST_NAMED).map(RewriteReport::named).collect(Collectors.joining(", "));
        int more = Math.max(0, files.size() - MOST_NAMED);
        return named + (more > 0 ? " and " + more + " more" : "");
    }

    private static String named(RewrittenFile file) {
        String rules = file.rules().stream().map(String::valueOf).collect(Collectors.joining(", "));
        return file.tree() + "/" + file.path() + " (rule" + (file.rules().size() == 1 ? " " : "s ") + rules + ")";
    }
}
