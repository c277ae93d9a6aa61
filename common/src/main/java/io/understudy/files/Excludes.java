package io.understudy.files;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What is left out of a tree: globs relative to its root. {@code *} and {@code ?} stand for characters of one name,
 * {@code **} for any characters, <code>**&#47;</code> for any folders or none, {@code [a-z]} and {@code [!a-z]} for one
 * character, <code>{a,b}</code> for either; a backslash takes away a sign's meaning. What a glob matches is left out
 * with all that it holds: {@code cache} leaves out the folder, {@code cache/**} only what is in it. Understudy's own
 * folder is always left out. Immutable.
 */
public final class Excludes {
    private static final Excludes NONE = new Excludes(List.of());

    private final List<Pattern> patterns;

    private Excludes(List<Pattern> patterns) {
        this.patterns = patterns;
    }

    public static Excludes none() {
        return NONE;
    }

    /** @throws UnderstudyException {@code CONFIG_INVALID} when a glob can't be read */
    public static Excludes of(List<String> globs) {
        return new Excludes(globs.stream().map(Excludes::compile).toList());
    }

    private static Pattern compile(String glob) {
        try {
            return Pattern.compile(Glob.toRegex(glob), Pattern.DOTALL);
        } catch (PatternSyntaxException e) {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot exclude \"" + glob + "\": " + e.getDescription(),
                    "globs are relative to the tree's path: cache/**, **/*.tmp, {a,b}, [0-9]",
                    e);
        }
    }

    /** Whether a glob matches exactly this path; what lies beneath a matched path is not asked for. */
    public boolean match(SafePath path) {
        if (path.equals(TreeRoot.OWN)) {
            return true;
        }
        if (patterns.isEmpty() || path.isRoot()) {
            return false;
        }
        String text = Surrogates.decode(path.raw());
        return patterns.stream().anyMatch(pattern -> pattern.matcher(text).matches());
    }
}
