package io.understudy.page;

import java.util.Locale;

/**
 * HTML as it is written. Markup is constant text of this program; everything else goes through {@link #text} or {@link
 * #attribute}, which escape.
 */
final class Html {
    private final StringBuilder out = new StringBuilder(16 << 10);

    /** @param constant of this program, with nothing in it that came from elsewhere */
    Html markup(String constant) {
        out.append(constant);
        return this;
    }

    Html text(String any) {
        out.append(escaped(any));
        return this;
    }

    Html line(String element, String any) {
        return markup("<" + element + ">").text(any).markup("</" + element + ">\n");
    }

    /** The tag of an element that stays open until {@code close}, with one attribute. */
    Html open(String element, String attribute, String value) {
        return markup("<" + element).attribute(attribute, value).markup(">");
    }

    Html attribute(String name, String value) {
        out.append(' ').append(name).append("=\"").append(escaped(value)).append('"');
        return this;
    }

    Html attribute(String name, double value) {
        return attribute(name, String.format(Locale.ROOT, "%.1f", value));
    }

    Html close(String element) {
        return markup("</" + element + ">\n");
    }

    @Override
    public String toString() {
        return out.toString();
    }

    /** What HTML and XML allow: other control characters become the replacement character. */
    static String escaped(String any) {
        StringBuilder safe = new StringBuilder(any.length() + 16);
        any.codePoints().forEach(point -> {
            switch (point) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.appendCodePoint(isText(point) ? point : 0xFFFD);
            }
        });
        return safe.toString();
    }

    /** Marks of direction would let a text pretend to be another. */
    private static boolean isText(int point) {
        boolean control = Character.isISOControl(point) && point != '\n' && point != '\t';
        boolean direction = (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
        boolean surrogate = point >= 0xD800 && point <= 0xDFFF;
        return !control && !direction && !surrogate && point != 0xFFFE && point != 0xFFFF;
    }
}
