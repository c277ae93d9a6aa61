package io.understudy.cli;

import java.util.List;

/**
 * The log goes to standard error, at the level of the environment variable {@code UNDERSTUDY_LOG} ({@code error}, {@code warn}, {@code info}, {@code debug}); a daemon says
 * more by itself than a command, whose results are what counts.
 */
final class Logging {
    /** Read by {@code logback.xml}. */
    private static final String LEVEL = "understudy.log.level";

    private Logging() {}

    /** To be called before the first logger is made. */
    static void start(List<String> arguments) {
        if (System.getProperty(LEVEL) == null) {
            System.setProperty(LEVEL, arguments.contains("run") ? "INFO" : "WARN");
        }
    }
}
