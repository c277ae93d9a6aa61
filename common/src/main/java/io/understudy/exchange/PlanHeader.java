package io.understudy.exchange;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.understudy.files.RawPaths;
import io.understudy.files.TreeKind;
import io.understudy.files.TreeRoot;
import java.nio.file.Path;
import java.util.Base64;

/**
 * The first line of a plan: which tree it changes, and where.
 *
 * @param root,root64 the tree's path as configured, in base64 where it is not UTF-8
 * @param apply the name under which its files are staged and undone
 * @param owners whether owners are set: the agent may do so
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PlanHeader(
        int format, String apply, String tree, TreeKind kind, String root, String root64, boolean owners) {
    static final int FORMAT = 2;

    public static PlanHeader of(String apply, String tree, TreeKind kind, Path root, boolean owners) {
        byte[] raw = RawPaths.bytes(root.toAbsolutePath());
        String text = RawPaths.utf8(raw).orElse(null);
        String coded = text == null ? Base64.getEncoder().encodeToString(raw) : null;
        return new PlanHeader(FORMAT, apply, tree, kind, text, coded, owners);
    }

    /** Whether it says all that a plan needs; another format may say other things. */
    boolean isWhole() {
        if (apply == null || tree == null || kind == null || root == null && root64 == null) {
            return false;
        }
        try {
            return folder().isAbsolute();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The tree's folder as configured. */
    public Path folder() {
        return root != null
                ? RawPaths.path(root)
                : RawPaths.absolute(Base64.getDecoder().decode(root64));
    }

    /** Where the files to come lie. */
    public Path staged(TreeRoot tree) {
        return WorkFolder.staged(tree).resolve(apply);
    }

    /** Where the files that went lie. */
    public Path undone(TreeRoot tree) {
        return WorkFolder.undo(tree).resolve(apply);
    }
}
