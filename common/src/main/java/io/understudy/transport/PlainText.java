package io.understudy.transport;

/** What another side sends, fit for a log and a terminal: no control characters, and not long. */
public final class PlainText {
    private static final int LONGEST = 300;

    private PlainText() {}

    public static String of(String text) {
        return of(text, LONGEST);
    }

    /** @param longest in characters */
    public static String of(String text, int longest) {
        String plain = text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cn}\\u2028\\u2029]+", " ");
        return plain.length() <= longest ? plain : plain.substring(0, longest) + "…";
    }
}
