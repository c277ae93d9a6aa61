package io.understudy.files;

import io.understudy.failure.UnderstudyException;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** One glob, in the signs that {@link Excludes} explains. Immutable. */
public final class PathGlob {
    private final Fault fault;
    private final Pattern pattern;

    /** What is thrown for a glob that is of no use. */
    @FunctionalInterface
    public interface Fault {
        /** @param cause null where there is none */
        UnderstudyException of(String why, Exception cause);
    }

    private PathGlob(Fault fault, Pattern pattern) {
        this.fault = fault;
        this.pattern = pattern;
    }

    /** @param fault thrown here when the glob can't be read, and later where it takes too long to compare */
    public static PathGlob of(String glob, Fault fault) {
        try {
            return new PathGlob(fault, Pattern.compile(Glob.toRegex(glob), Pattern.DOTALL));
        } catch (PatternSyntaxException e) {
            throw fault.of(e.getDescription(), e);
        }
    }

    /** Whether it matches exactly this path. */
    public boolean matches(SafePath path) {
        return matches(text(path));
    }

    /** Whether it matches exactly this path behind the name of its tree; the tree's root has that name alone. */
    public boolean matches(String tree, SafePath path) {
        return matches(path.isRoot() ? tree : tree + "/" + text(path));
    }

    /** Whether it matches exactly the last name of the path; that of the root is the tree's. */
    public boolean matchesName(String tree, SafePath path) {
        String text = path.isRoot() ? tree : text(path);
        return matches(text.substring(text.lastIndexOf('/') + 1));
    }

    private boolean matches(String text) {
        return pattern.matcher(new Looked(text, fault)).matches();
    }

    private static String text(SafePath path) {
        return Surrogates.decode(path.raw());
    }

    /** A path that is looked at a bounded number of times: a glob with many stars would try each way to share it. */
    private static final class Looked implements CharSequence {
        private static final int MOST = 20_000_000;

        private final String text;
        private final Fault fault;
        private int looks;

        Looked(String text, Fault fault) {
            this.text = text;
            this.fault = fault;
        }

        @Override
        public char charAt(int at) {
            looks++;
            if (looks > MOST) {
                throw fault.of("it has too many stars for the path " + text, null);
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
