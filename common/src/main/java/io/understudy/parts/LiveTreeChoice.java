package io.understudy.parts;

import io.understudy.browse.SnapshotFiles;
import io.understudy.browse.SnapshotGlob;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.TreeKind;
import io.understudy.files.TreeRoot;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import io.understudy.restore.Selection;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** Which live tree a tree of a snapshot goes to, and why one cannot. */
final class LiveTreeChoice {
    private static final String ELSEWHERE = "restore it to a folder with --to FOLDER, and copy from there";

    private LiveTreeChoice() {}

    /**
     * The trees that are chosen. Where none is named, those that cannot be restored to what is live are passed over.
     *
     * @throws UnderstudyException {@code USAGE}, {@code CONFIG_INVALID}
     */
    static List<TreeData> of(Selection selection, SnapshotFiles files, Collection<TreeSettings> trees) {
        List<TreeData> chosen = selection.in(files);
        List<TreeData> fit = chosen.stream()
                .filter(tree -> !selection.trees().isEmpty() || isFit(tree, trees, files.snapshot()))
                .toList();
        // Says why of the first where all are passed over.
        List<TreeData> found = fit.isEmpty() ? chosen : fit;
        found.forEach(tree -> settings(tree, trees, files.snapshot()));
        return found;
    }

    private static boolean isFit(TreeData tree, Collection<TreeSettings> trees, SnapshotId snapshot) {
        try {
            settings(tree, trees, snapshot);
            return true;
        } catch (UnderstudyException e) {
            return false;
        }
    }

    /** @throws UnderstudyException {@code USAGE} or {@code CONFIG_INVALID} where it goes to none of this server */
    static TreeSettings settings(TreeData tree, Collection<TreeSettings> trees, SnapshotId snapshot) {
        TreeSettings here = trees.stream()
                .filter(each -> each.name().equals(tree.name()))
                .findFirst()
                .orElseThrow(() -> unfit(
                        ErrorCode.CONFIG_INVALID, tree, snapshot, "it is not configured on this server", ELSEWHERE));
        if (here.kind() != tree.kind()) {
            throw unfit(
                    ErrorCode.CONFIG_INVALID,
                    tree,
                    snapshot,
                    "here its kind is " + here.kind().label(),
                    ELSEWHERE);
        }
        if (here.kind() != TreeKind.FILES && here.kind() != TreeKind.CONFIG && here.kind() != TreeKind.SECRETS) {
            throw unfit(
                    ErrorCode.USAGE,
                    tree,
                    snapshot,
                    "a tree of kind " + here.kind().label() + " is only imported as a whole",
                    ELSEWHERE + "; name other trees with --tree");
        }
        if (!here.applied()) {
            throw unfit(
                    ErrorCode.USAGE,
                    tree,
                    snapshot,
                    "its configuration says apply: never",
                    ELSEWHERE + "; name other trees with --tree");
        }
        return here;
    }

    /** @throws UnderstudyException {@code USAGE} for the first path that is neither in the snapshot nor live */
    static void requireMatched(
            Selection selection,
            List<SnapshotGlob> globs,
            Set<SnapshotGlob> matched,
            SnapshotFiles files,
            List<TreeData> chosen) {
        for (int i = 0; i < globs.size(); i++) {
            if (!matched.contains(globs.get(i))) {
                throw selection.unmatched(selection.paths().get(i), files, chosen);
            }
        }
    }

    /** A root that is not there is made: nothing can be staged next to it otherwise. */
    static TreeRoot root(TreeSettings settings) {
        if (!Files.isDirectory(settings.path())) {
            AtomicFiles.createFolders(
                    settings.path(),
                    settings.kind() == TreeKind.SECRETS
                            ? AtomicFiles.PRIVATE_FOLDER
                            : PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return TreeRoot.of(settings.path());
    }

    private static UnderstudyException unfit(
            ErrorCode code, TreeData tree, SnapshotId snapshot, String why, String hint) {
        return new UnderstudyException(
                code, "cannot restore tree \"" + tree.name() + "\" of " + snapshot + " to what is live: " + why, hint);
    }
}
