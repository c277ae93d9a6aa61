package io.understudy.transport;

/** What another side sends, fit for a log and a terminal: no control characters, and not long. */
public final class PlainText {
    private static final int LONGEST = 300;

    private PlainText() {}

    public static String of(String text) {
        return of(text, LONGEST);
    }

    /** @param longest in characters, at least 1 */
    public static String of(String text, int longest) {
        String plain = text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cn}\\u2028\\u2029]+", " ");
        if (plain.length() <= longest) {
            return plain;
        }
        // Half of a pair is no character: what is sent or stored then is another text.
        int end = Character.isHighSurrogate(plain.charAt(longest - 1)) ? longest - 1 : longest;
        return plain.substring(0, end) + "…";
    }
}
