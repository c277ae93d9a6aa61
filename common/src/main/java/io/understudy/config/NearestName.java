package io.understudy.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** The name that was meant where one is mistyped: a key of the configuration, a command, an option. */
public final class NearestName {
    private NearestName() {}

    /**
     * @return the name with the least Levenshtein distance, empty where that is more than two and more than a third of
     *     the word
     */
    public static Optional<String> of(String word, Collection<String> names) {
        LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
        int tolerance = Math.max(2, word.length() / 3);
        return names.stream()
                .filter(name -> distance.apply(word, name) <= tolerance)
                .min(Comparator.comparingInt(name -> distance.apply(word, name)));
    }
}
