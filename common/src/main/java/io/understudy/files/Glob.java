package io.understudy.files;

import java.util.regex.PatternSyntaxException;

/** Translates one glob, as {@link Excludes} explains it, into a regular expression. */
final class Glob {
    /** Each is one more way to share a path. */
    private static final int MOST_STARS = 16;

    private final String glob;
    private final StringBuilder regex = new StringBuilder();
    private int at;
    private boolean inGroup;
    private int stars;

    private Glob(String glob) {
        this.glob = glob;
    }

    /** @throws PatternSyntaxException when the glob can't be read */
    static String toRegex(String glob) {
        String trimmed = glob.endsWith("/") ? glob.substring(0, glob.length() - 1) : glob;
        if (trimmed.isEmpty() || trimmed.startsWith("/")) {
            throw new PatternSyntaxException("a glob is relative to the tree's path", glob, 0);
        }
        return new Glob(trimmed).translate();
    }

    private String translate() {
        while (at < glob.length()) {
            char c = glob.charAt(at++);
            switch (c) {
                case '*' -> stars();
                case '?' -> regex.append("[^/]");
                case '[' -> brackets();
                case '{' -> open();
                case '}' -> close();
                case ',' -> regex.append(inGroup ? "|" : ",");
                case '\\' -> literal(escaped());
                default -> literal(c);
            }
        }
        if (inGroup) {
            throw fault("{ without }");
        }
        return regex.toString();
    }

    private void stars() {
        stars++;
        if (stars > MOST_STARS) {
            throw fault("more than " + MOST_STARS + " times *");
        }
        if (at >= glob.length() || glob.charAt(at) != '*') {
            regex.append("[^/]*");
            return;
        }
        at++;
        boolean wholeName = at == 2 || glob.charAt(at - 3) == '/';
        if (wholeName && at < glob.length() && glob.charAt(at) == '/') {
            at++;
            regex.append("(?:.*/)?");
        } else {
            regex.append(".*");
        }
    }

    private void brackets() {
        int end = glob.indexOf(']', at + (glob.startsWith("!]", at) ? 2 : 1));
        if (end < 0) {
            throw fault("[ without ]");
        }
        String inside = glob.substring(at, end);
        boolean not = inside.startsWith("!");
        String set = (not ? inside.substring(1) : inside)
                .replace("\\", "\\\\")
                .replace("[", "\\[")
                .replace("]", "\\]")
                .replace("^", "\\^")
                .replace("&&", "&\\&");
        regex.append(not ? "(?!/)[^" : "(?!/)[").append(set).append(']');
        at = end + 1;
    }

    private void open() {
        if (inGroup) {
            throw fault("{ inside of {");
        }
        inGroup = true;
        regex.append("(?:");
    }

    private void close() {
        regex.append(inGroup ? ")" : "\\}");
        inGroup = false;
    }

    private char escaped() {
        if (at >= glob.length()) {
            throw fault("a backslash at the end");
        }
        return glob.charAt(at++);
    }

    private void literal(char c) {
        if ("\\.^$|()[]{}*+?".indexOf(c) >= 0) {
            regex.append('\\');
        }
        regex.append(c);
    }

    private PatternSyntaxException fault(String why) {
        return new PatternSyntaxException(why, glob, at);
    }
}
