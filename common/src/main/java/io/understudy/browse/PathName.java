package io.understudy.browse;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.SafePath;
import java.nio.file.Path;
import java.util.List;

/**
 * A path in a snapshot as a person writes it: the name of a tree, and a path in it as {@code ls} prints it.
 *
 * @param path empty for the tree itself
 */
record PathName(String tree, String path) {
    /**
     * @param trees of this server, for a hint where it is a path of this server's file system
     * @throws UnderstudyException {@code USAGE}
     */
    static PathName parse(String text, List<TreeSettings> trees) {
        if (text.startsWith("/")) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot find \"" + text + "\" in a snapshot: a path there begins with the name of a tree",
                    trees.stream()
                            .filter(tree -> Path.of(text).startsWith(tree.path()))
                            .map(tree -> "did you mean " + tree.name() + "/"
                                    + tree.path().relativize(Path.of(text)) + "?")
                            .findFirst()
                            .orElse("write it as TREE/path/in/tree; ls ID shows the trees"));
        }
        String plain = text.replaceAll("/+", "/").replaceFirst("/$", "");
        int slash = plain.indexOf('/');
        return slash < 0
                ? new PathName(plain, "")
                : new PathName(plain.substring(0, slash), plain.substring(slash + 1));
    }

    /** As {@code ls} prints a path in a tree. */
    static String text(String tree, SafePath path) {
        return path.isRoot() ? tree : tree + "/" + path;
    }

    /** Whether two paths may be shown like this: {@code \xff} is a byte, or four characters of a name. */
    boolean mayBeOfTwo() {
        return path.contains("\\");
    }

    /** More than one path may be, where {@link #mayBeOfTwo}. */
    boolean is(SafePath other) {
        return path.isEmpty() ? other.isRoot() : path.equals(other.toString());
    }

    /** Whether it lies in that folder, at any depth. */
    boolean isBeneath(SafePath folder) {
        return folder.isRoot() ? !path.isEmpty() : path.startsWith(folder + "/");
    }

    @Override
    public String toString() {
        return path.isEmpty() ? tree : tree + "/" + path;
    }
}
