package io.understudy.history;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ContentHash;
import io.understudy.files.SafePath;
import io.understudy.files.TreeRoot;
import io.understudy.history.RowNote.NotedFile;
import io.understudy.restore.MissingFiles;
import io.understudy.restore.TreePolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The files that came with rows: each is removed where it has the content still that it came with. */
final class NotedFiles {
    private final List<TreeSettings> trees;
    private final Map<NotedFile, String> stay;

    /**
     * @param trees of this server
     * @param stay those that stay whatever they hold, and why
     */
    NotedFiles(List<TreeSettings> trees, Map<NotedFile, String> stay) {
        this.trees = trees;
        this.stay = stay;
    }

    private interface Look {
        Optional<String> why(MissingFiles files, SafePath path, ContentHash content);
    }

    /** What would be done with each. */
    List<String> preview(List<NotedFile> files) {
        return each(files, MissingFiles::keeps, "is removed");
    }

    /**
     * Idempotent.
     *
     * @return what was done with each
     * @throws UnderstudyException {@code FILE_*}
     */
    List<String> remove(List<NotedFile> files) {
        return each(files, MissingFiles::remove, "is gone");
    }

    private List<String> each(List<NotedFile> files, Look look, String gone) {
        List<String> texts = new ArrayList<>();
        for (NotedFile file : files) {
            Optional<String> why = stay.containsKey(file)
                    ? Optional.of(stay.get(file))
                    : trees.stream()
                            .filter(tree -> tree.name().equals(file.tree()))
                            .findFirst()
                            .map(tree -> why(tree, file, look))
                            .orElse(Optional.of("this server has no such tree any more"));
            texts.add("file " + file + why.map(text -> " stays: " + text).orElse(" " + gone));
        }
        return texts;
    }

    private static Optional<String> why(TreeSettings tree, NotedFile file, Look look) {
        MissingFiles files = new MissingFiles(TreeRoot.of(tree.path()), new TreePolicy(tree.kind(), false, false));
        return look.why(files, SafePath.of(file.path()), ContentHash.parse(file.sha256()));
    }
}
