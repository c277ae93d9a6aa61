package io.understudy.process;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Blots out what was given to a program as a secret, should it print it. */
final class Redaction {
    private static final Pattern SECRET = Pattern.compile("PASS|SECRET|TOKEN|KEY", Pattern.CASE_INSENSITIVE);

    private final List<String> secrets;

    /** @param environment variables whose name says so hold secrets */
    Redaction(Map<String, String> environment) {
        secrets = environment.entrySet().stream()
                .filter(e -> SECRET.matcher(e.getKey()).find() && !e.getValue().isBlank())
                .map(Map.Entry::getValue)
                .sorted(Comparator.comparing(String::length).reversed())
                .toList();
    }

    String apply(String text) {
        String result = text;
        for (String secret : secrets) {
            result = result.replace(secret, "••••");
        }
        return result;
    }
}
