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

    private final List<Rule> rules;

    /** A glob and what it means. */
    private record Rule(String glob, Pattern pattern) {
        boolean matches(String text) {
            return pattern.matcher(new Looked(text, glob)).matches();
        }
    }

    private Excludes(List<Rule> rules) {
        this.rules = rules;
    }

    public static Excludes none() {
        return NONE;
    }

    /** @throws UnderstudyException {@code CONFIG_INVALID} when a glob can't be read */
    public static Excludes of(List<String> globs) {
        return new Excludes(globs.stream().map(Excludes::compile).toList());
    }

    private static Rule compile(String glob) {
        try {
            return new Rule(glob, Pattern.compile(Glob.toRegex(glob), Pattern.DOTALL));
        } catch (PatternSyntaxException e) {
            throw unusable(glob, e.getDescription(), e);
        }
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
        String text = Surrogates.decode(path.raw());
        return rules.stream().anyMatch(rule -> rule.matches(text));
    }

    /** A path that is looked at a bounded number of times: a glob with many stars would try each way to share it. */
    private static final class Looked implements CharSequence {
        private static final int MOST = 20_000_000;

        private final String text;
        private final String glob;
        private int looks;

        Looked(String text, String glob) {
            this.text = text;
            this.glob = glob;
        }

        @Override
        public char charAt(int at) {
            looks++;
            if (looks > MOST) {
                throw unusable(glob, "it has too many stars for the path " + text, null);
            }
            return text.charAt(at);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int from, int to) {
            return text.subSequence(from, to);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
