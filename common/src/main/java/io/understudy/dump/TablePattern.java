package io.understudy.dump;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Names of tables as {@code pg_dump --table} takes them: {@code name} or {@code schema.name}, with {@code *} for any
 * characters and {@code ?} for one. Letters outside double quotes are taken as small ones; inside, every character
 * stands for itself, and a quote is doubled. Without a schema it means a table of this name in any schema.
 */
final class TablePattern {
    private final String text;
    private final Optional<Pattern> schema;
    private final Pattern name;

    private TablePattern(String text, Optional<Pattern> schema, Pattern name) {
        this.text = text;
        this.schema = schema;
        this.name = name;
    }

    /** @throws UnderstudyException {@code USAGE} */
    static TablePattern parse(String text) {
        List<String> parts = new ArrayList<>();
        StringBuilder regex = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                boolean doubled = quoted && i + 1 < text.length() && text.charAt(i + 1) == '"';
                if (doubled) {
                    regex.append('"');
                    i++;
                } else {
                    quoted = !quoted;
                }
            } else if (c == '.' && !quoted) {
                parts.add(regex.toString());
                regex.setLength(0);
            } else {
                regex.append(quoted ? literal(c) : special(c));
            }
        }
        parts.add(regex.toString());
        if (quoted) {
            throw wrong(text, "a quote is open");
        }
        if (parts.size() > 2 || parts.contains("")) {
            throw wrong(text, "it is neither a name nor a schema and a name");
        }
        Optional<Pattern> schema = parts.size() == 2 ? Optional.of(compiled(parts.get(0))) : Optional.empty();
        return new TablePattern(text, schema, compiled(parts.get(parts.size() - 1)));
    }

    private static String special(char c) {
        return switch (c) {
            case '*' -> ".*";
            case '?' -> ".";
            default -> literal(Character.toLowerCase(c));
        };
    }

    private static String literal(char c) {
        return Character.isLetterOrDigit(c) || Character.isSurrogate(c) ? Character.toString(c) : "\\" + c;
    }

    private static Pattern compiled(String regex) {
        return Pattern.compile(regex, Pattern.DOTALL);
    }

    private static UnderstudyException wrong(String text, String why) {
        return new UnderstudyException(
                ErrorCode.USAGE,
                "cannot look for table " + text + ": " + why,
                "write schema.name, with * and ? where needed, and names with other characters in double quotes");
    }

    boolean matches(ArchiveItem item) {
        return schema.map(each -> each.matcher(item.schema()).matches()).orElse(true)
                && name.matcher(item.name()).matches();
    }

    /** What a name that is nearly this one is compared with. */
    String plain() {
        return text.replace("\"", "").toLowerCase(Locale.ROOT);
    }

    boolean hasSchema() {
        return schema.isPresent();
    }

    @Override
    public String toString() {
        return text;
    }
}
