package io.understudy.config;

import io.understudy.config.Settings.DatabaseSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code ${replica.name}} and the like stand for in the texts of rewrite rules. A second dollar sign keeps a
 * variable as it is written.
 */
final class HostVariables {
    private static final Pattern VARIABLE =
            Pattern.compile("\\$(\\$?)\\{((?:replica|database|site)\\.[A-Za-z_.]*|env:[^}]*)}");

    private final Map<String, String> known = new LinkedHashMap<>();

    HostVariables(String site, String replica, DatabaseSettings database) {
        known.put("replica.name", replica);
        known.put("replica.host", host(replica));
        known.put("site.name", site);
        known.put("database.host", database.host());
        known.put("database.port", Integer.toString(database.port()));
        known.put("database.name", database.name());
        known.put("database.user", database.user());
    }

    private static String host(String otherwise) {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return otherwise;
        }
    }

    /** @throws IllegalArgumentException for a variable that is not known, with what to write */
    String expand(String text) {
        return VARIABLE.matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(value(found.group(1), found.group(2))));
    }

    private String value(String escape, String variable) {
        if (!escape.isEmpty()) {
            return "${" + variable + "}";
        }
        if (variable.startsWith("env:")) {
            throw new IllegalArgumentException("${" + variable + "}, which is no variable: write ${"
                    + variable.substring("env:".length()) + "}, and a secret as to_file");
        }
        String value = known.get(variable);
        if (value == null) {
            throw new IllegalArgumentException(
                    "${" + variable + "}, which is no variable; there are " + String.join(", ", known.keySet()));
        }
        return value;
    }
}
