package io.understudy.config;

import io.understudy.config.Settings.TreeSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * {@code ${bucket.assets.name}}, {@code prefix} and {@code url} in the texts of rewrite rules: where a standby has the
 * objects of a tree. An import decides that, so they are known only then.
 */
public final class BucketVariables {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{bucket\\.([^}]*)}");

    private BucketVariables() {}

    /** The name of a variable. @param part {@code name}, {@code prefix} or {@code url} */
    public static String name(String tree, String part) {
        return tree + "." + part;
    }

    /** @param values by {@link #name}; a variable that is not there stays as it is written */
    public static String expand(String text, Map<String, String> values) {
        return VARIABLE.matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(values.getOrDefault(found.group(1), found.group())));
    }

    /** One of the text that no tree has. */
    static Optional<String> unknown(String text, List<TreeSettings> trees) {
        return VARIABLE.matcher(text)
                .results()
                .filter(found -> trees.stream()
                        .filter(tree -> tree.bucket().isPresent())
                        .flatMap(tree -> Stream.of("name", "prefix", "url").map(part -> name(tree.name(), part)))
                        .noneMatch(found.group(1)::equals))
                .map(MatchResult::group)
                .findFirst();
    }
}
