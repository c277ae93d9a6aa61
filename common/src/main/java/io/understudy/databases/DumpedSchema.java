package io.understudy.databases;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Leaves out the schema's name where a dump of a server's own program has it: the dump is restored next to the live
 * schema, and with its name these statements would change the live one. Around routines, triggers and events of another
 * collation stands <code>ALTER DATABASE `shop` CHARACTER SET … COLLATE … ;</code>, which without a name means the
 * schema that is in use. A line in a routine's body differs in its end: that is the delimiter of the moment in a dump's
 * own. A trigger stands there as its author wrote it: <code>TRIGGER shop.noted AFTER INSERT ON shop.orders</code>.
 */
final class DumpedSchema extends LineFilter {
    /** A schema's name has 64 characters at the most. */
    private static final int LONGEST = 1024;

    /** Four names, and comments between them. */
    private static final int LONGEST_HEADER = 16 << 10;

    private static final String DELIMITER = "DELIMITER ";
    private static final Pattern ALTER = Pattern.compile(
            "ALTER DATABASE `(?:[^`]|``)+` (CHARACTER SET \\w+ COLLATE \\w+ )(\\S+)", Pattern.CASE_INSENSITIVE);

    private static final String CREATE = "/*!50003 CREATE";
    /** Between two words: blanks and comments. */
    static final String GAP = "(?:\\s|/\\*(?:[^*]|\\*(?!/))*+\\*/|(?:--\\s|#)[^\\n]*+\\n)*+";

    private static final String NAME =
            "(?:`[^`]*+(?:``[^`]*+)*+`|\"[^\"]*+(?:\"\"[^\"]*+)*+\"|[0-9A-Za-z$_\\x{80}-\\x{ff}]++)";
    private static final String SCHEMA = "(?:" + NAME + GAP + "\\." + GAP + ")?";
    private static final Pattern TRIGGER = Pattern.compile(
            "(.*?\\bTRIGGER\\b" + GAP + "(?:IF\\b" + GAP + "NOT\\b" + GAP + "EXISTS\\b" + GAP + ")?)" + SCHEMA + "("
                    + NAME + GAP + "(?:BEFORE|AFTER)\\b[^`\"]*?\\bON\\b" + GAP + ")" + SCHEMA + "(" + NAME + GAP
                    + "FOR\\b.*)",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private String delimiter = ";";
    private final CommentedEnds ends;

    DumpedSchema(OutputStream out) {
        this(new CommentedEnds(out));
    }

    private DumpedSchema(CommentedEnds ends) {
        super(ends);
        this.ends = ends;
    }

    static String without(String script) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try (DumpedSchema filter = new DumpedSchema(text)) {
            filter.write(script.getBytes(StandardCharsets.UTF_8));
            filter.finish();
        } catch (IOException e) {
            throw new IllegalStateException("a buffer in memory does not fail", e);
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    @Override
    boolean isEnough(boolean ended) {
        return isTrigger(held()) ? isHeaderWhole() : ended || size() > LONGEST || !mayMatter();
    }

    private boolean mayMatter() {
        String text = held();
        char first = text.charAt(0);
        return first == 'A' || first == 'a' || first == 'D' || first == 'd' || CREATE.startsWith(text);
    }

    /** The word is in the statement's first line; without it that is a routine, as old servers have them. */
    private static boolean isTrigger(String text) {
        int end = text.indexOf('\n');
        return text.startsWith(CREATE) && (end < 0 || text.substring(0, end).contains("TRIGGER"));
    }

    private boolean isHeaderWhole() {
        return size() > LONGEST_HEADER || TRIGGER.matcher(held()).matches();
    }

    @Override
    String written(String text) {
        return isTrigger(text) ? trigger(text) : usual(text);
    }

    @Override
    void finish() throws IOException {
        super.finish();
        ends.finish();
    }

    private static String trigger(String text) {
        Matcher header = TRIGGER.matcher(text);
        return header.matches() ? header.group(1) + header.group(2) + header.group(3) : text;
    }

    private String usual(String text) {
        if (text.length() > LONGEST) {
            return text;
        }
        String stripped = text.stripTrailing();
        Matcher alter = ALTER.matcher(stripped);
        if (alter.matches() && alter.group(2).equals(delimiter)) {
            return "ALTER DATABASE " + alter.group(1) + delimiter + text.substring(stripped.length());
        }
        if (stripped.regionMatches(true, 0, DELIMITER, 0, DELIMITER.length())) {
            delimiter = stripped.substring(DELIMITER.length()).strip();
        }
        return text;
    }
}
