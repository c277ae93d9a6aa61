package io.understudy.cli;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The log goes to standard error, at the level of the environment variable {@code UNDERSTUDY_LOG} ({@code error},
 * {@code warn}, {@code info}, {@code debug}); a daemon says more by itself than a command, whose results are what
 * counts. Any other word, or an empty one, is as if the variable was not set: a library that is left to read it takes
 * every word that it doesn't know for {@code debug}.
 */
final class Logging {
    private static final String VARIABLE = "UNDERSTUDY_LOG";
    private static final String LEVEL = "understudy.log.level";

    private static final Set<String> LEVELS = Set.of("ERROR", "WARN", "INFO", "DEBUG");

    private Logging() {}

    /** To be called before the first logger is made. */
    static void start(List<String> arguments) {
        System.setProperty(
                LEVEL,
                level(
                        Optional.ofNullable(System.getenv(VARIABLE)),
                        Optional.ofNullable(System.getProperty(LEVEL)),
                        arguments));
    }

    /** What {@link #start} found, or was given to the Java machine. */
    static String level() {
        return System.getProperty(LEVEL, "WARN");
    }

    /**
     * @param wanted by the environment
     * @param given to the Java machine
     */
    static String level(Optional<String> wanted, Optional<String> given, List<String> arguments) {
        return wanted.map(word -> word.strip().toUpperCase(Locale.ROOT))
                .filter(LEVELS::contains)
                .or(() -> given)
                .orElse(arguments.contains("run") ? "INFO" : "WARN");
    }
}
