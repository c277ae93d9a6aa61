package io.understudy.primary.schedule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.commons.text.similarity.LevenshteinDistance;

/**
 * Distinguishes a mistyped period from a label that someone chose. Any word is a label, and one that retention does not
 * count is kept permanently, so a period that is mistyped must not become one. Labels such as {@code annual} are not
 * far from a period either: only one letter, or two that changed places, is a typing error.
 */
public final class PeriodName {
    private PeriodName() {}

    /**
     * @param known names of periods, besides those of the calendar
     * @return the one that was meant; empty where the label is one of them, or near to none
     */
    public static Optional<String> meant(String label, Collection<String> known) {
        List<String> names = new ArrayList<>(known);
        Arrays.stream(Period.values()).map(Period::label).forEach(names::add);
        names.add(Period.ALL);
        if (names.contains(label)) {
            return Optional.empty();
        }
        Optional<String> ofStretch = Arrays.stream(Period.values())
                .filter(period -> label.equals(period.stretch()))
                .map(Period::label)
                .findFirst();
        return ofStretch.or(
                () -> names.stream().filter(name -> isMistyped(label, name)).findFirst());
    }

    private static boolean isMistyped(String label, String name) {
        // Of a short word, and with a number, another letter is another name.
        if (name.length() < 5 || label.chars().anyMatch(Character::isDigit)) {
            return false;
        }
        return LevenshteinDistance.getDefaultInstance().apply(label, name) == 1 || isSwapped(label, name);
    }

    private static boolean isSwapped(String label, String name) {
        if (label.length() != name.length()) {
            return false;
        }
        int at = 0;
        while (at < label.length() && label.charAt(at) == name.charAt(at)) {
            at++;
        }
        return at + 1 < label.length()
                && label.charAt(at) == name.charAt(at + 1)
                && label.charAt(at + 1) == name.charAt(at)
                && label.substring(at + 2).equals(name.substring(at + 2));
    }
}
