package io.understudy.files;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.List;

/**
 * What is left out of a tree: globs relative to its root. {@code *} and {@code ?} stand for characters of one name,
 * {@code **} for any characters, <code>**&#47;</code> for any folders or none, {@code [a-z]} and {@code [!a-z]} for one
 * character, <code>{a,b}</code> for either; a backslash takes away a sign's meaning. What a glob matches is left out
 * with all that it holds: {@code cache} leaves out the folder, {@code cache/**} only what is in it. Understudy's own
 * folder is always left out. Immutable.
 */
public final class Excludes {
    private static final Excludes NONE = new Excludes(List.of());

    private final List<PathGlob> rules;

    private Excludes(List<PathGlob> rules) {
        this.rules = rules;
    }

    public static Excludes none() {
        return NONE;
    }

    /** @throws UnderstudyException {@code CONFIG_INVALID} when a glob can't be read */
    public static Excludes of(List<String> globs) {
        return new Excludes(globs.stream().map(Excludes::compile).toList());
    }

    private static PathGlob compile(String glob) {
        return PathGlob.of(glob, (why, cause) -> unusable(glob, why, cause));
    }

    private static UnderstudyException unusable(String glob, String why, Exception cause) {
        return new UnderstudyException(
                ErrorCode.CONFIG_INVALID,
                "cannot exclude \"" + glob + "\": " + why,
                "globs are relative to the tree's path: cache/**, **/*.tmp, {a,b}, [0-9]",
                cause);
    }

    /**
     * Whether a glob matches exactly this path; what lies beneath a matched path is not asked for.
     *
     * @throws UnderstudyException {@code CONFIG_INVALID} when that takes too long to find out
     */
    public boolean match(SafePath path) {
        if (path.equals(TreeRoot.OWN)) {
            return true;
        }
        if (rules.isEmpty() || path.isRoot()) {
            return false;
        }
        return rules.stream().anyMatch(rule -> rule.matches(path));
    }
}
