package io.understudy.page;

/** How good a thing on the page is. A sign and a word say it as well as a colour. */
public enum Level {
    GOOD("good", "\u2713", "in order"),
    CAUTION("caution", "!", "look at it"),
    BAD("bad", "\u2717", "act now"),
    /** Neither good nor bad, as what an idle agent says. */
    PLAIN("plain", "\u2013", "for information");

    private final String style;
    private final String sign;
    private final String word;

    Level(String style, String sign, String word) {
        this.style = style;
        this.sign = sign;
        this.word = word;
    }

    /** The class in the style sheet. */
    String style() {
        return style;
    }

    String sign() {
        return sign;
    }

    /** For those who do not see the sign. */
    String word() {
        return word;
    }
}
