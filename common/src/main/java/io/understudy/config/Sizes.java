package io.understudy.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as operators write them: a whole number and one of {@code KiB MiB GiB kB MB GB}. */
final class Sizes {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9})\\s*(KiB|MiB|GiB|kB|KB|MB|GB)");

    private Sizes() {}

    /**
     * @return bytes
     * @throws IllegalArgumentException when the text is not a size
     */
    static long parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("is not a size such as 500KiB, 20MiB or 1GB");
        }
        long count = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "KiB" -> count << 10;
            case "MiB" -> count << 20;
            case "GiB" -> count << 30;
            case "MB" -> count * 1_000_000;
            case "GB" -> count * 1_000_000_000;
            default -> count * 1000;
        };
    }
}
