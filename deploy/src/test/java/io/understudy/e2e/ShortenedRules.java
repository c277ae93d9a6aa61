package io.understudy.e2e;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The alert rules with seconds where they have minutes, hours and days: what an alert waits for, what it looks back on,
 * and the ages that it compares with. Nothing else of them changes.
 */
final class ShortenedRules {
    /** Ages that alerts compare with, and what stands in their place. */
    private static final Map<String, Map.Entry<String, String>> AGES = Map.of(
            "UnderstudySnapshotLate", Map.entry("2 * understudy_snapshot", "12 / 3600 * understudy_snapshot"),
            "UnderstudySnapshotMissing", Map.entry("4 * understudy_snapshot", "18 / 3600 * understudy_snapshot"),
            "UnderstudyAgentStuck", Map.entry("> 900", "> 5"),
            "UnderstudyDrillOld", Map.entry("> 8 * 86400", "> 30"),
            "UnderstudyRecoveryKeyUntried", Map.entry("> 180 * 86400", "> 30"),
            "UnderstudyStandbyBehind", Map.entry("> 300", "> 5"),
            "UnderstudyStandbyStale", Map.entry(" 7200", " 30"),
            "UnderstudyVerifyStale", Map.entry("> 14 * 86400", "> 30"));

    /** Its certificate has the lifetime that the rule names. */
    private static final String AS_IT_IS = "UnderstudyCertificateExpires";

    private static final Pattern ALERT = Pattern.compile("(?m)^      - alert: (\\w+)\n((?:        .*\n)+)");
    private static final Pattern EXPRESSION = Pattern.compile("(?s)expr:(.*?)\n        (?:for|labels):");
    private static final Pattern LONG = Pattern.compile("\\b\\d{3,}\\b(?! \\*)|\\d[mhd]\\b");

    private final String shipped;

    ShortenedRules(String shipped) {
        this.shipped = shipped;
    }

    List<String> alerts() {
        return ALERT.matcher(shipped).results().map(each -> each.group(1)).toList();
    }

    /** @throws AssertionError for a rule that would take longer than a test: {@link #AGES} does not know it */
    String text() {
        return ALERT.matcher(shipped).replaceAll(each -> Matcher.quoteReplacement(shortened(each)));
    }

    private static String shortened(MatchResult rule) {
        String alert = rule.group(1);
        String text = rule.group()
                .replaceFirst("\n        for: \\w+", "\n        for: 1s")
                .replaceAll("\\[\\d+[mhd]]", "[12s]");
        Map.Entry<String, String> age = AGES.get(alert);
        if (age != null) {
            if (!text.contains(age.getKey())) {
                throw new AssertionError(alert + " compares no more with " + age.getKey() + ": " + text);
            }
            text = text.replace(age.getKey(), age.getValue());
        }
        String expression = EXPRESSION
                .matcher(text)
                .results()
                .map(found -> found.group(1))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no expression: " + rule.group()));
        if (!alert.equals(AS_IT_IS)
                && LONG.matcher(expression.replace("/ 3600", "")).find()) {
            throw new AssertionError(alert + " takes longer than a test, say how to shorten it: " + expression);
        }
        return text;
    }

    /** Names of metrics that the rules ask for. */
    List<String> metrics() {
        return Arrays.stream(shipped.split("\\W+"))
                .filter(word -> word.startsWith("understudy_"))
                .distinct()
                .sorted()
                .collect(Collectors.toList());
    }
}
