package io.understudy.replica.rewrite;

import io.understudy.config.RewriteRule;
import io.understudy.config.RewriteRule.Replacement;
import io.understudy.files.Excludes;
import io.understudy.files.SafePath;
import java.util.ArrayList;
import java.util.List;

/** The replacements of one rule in the files of a walk, and which of them found nothing. Not thread-safe. */
final class Replacing {
    private final RewriteRule rule;
    private final Excludes files;
    private final boolean[] found;
    private long matched;

    /** @param rule one that has a path */
    Replacing(RewriteRule rule) {
        this.rule = rule;
        this.files = Excludes.of(List.of(rule.path().orElseThrow()));
        this.found = new boolean[rule.replacements().size()];
    }

    RewriteRule rule() {
        return rule;
    }

    /** Whether it is for this file. */
    boolean isFor(SafePath path) {
        boolean matches = files.match(path);
        matched += matches ? 1 : 0;
        return matches;
    }

    String replace(String text) {
        String now = text;
        for (int i = 0; i < found.length; i++) {
            Replacement each = rule.replacements().get(i);
            found[i] |= now.contains(each.from());
            now = now.replace(each.from(), each.to());
        }
        return now;
    }

    /** @param secret whether the texts are not to be named */
    List<String> unmatched(boolean secret) {
        if (matched == 0) {
            return List.of(rule.text() + " matches no file");
        }
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < found.length; i++) {
            if (!found[i]) {
                String text = secret
                        ? "text " + (i + 1)
                        : "\"" + rule.replacements().get(i).from() + "\"";
                texts.add(rule.text() + ": " + text + " is in none of its files (" + matched + ")");
            }
        }
        return texts;
    }
}
