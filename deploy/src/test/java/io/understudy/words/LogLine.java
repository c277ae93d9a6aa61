package io.understudy.words;

/**
 * A line of the log that is no event, as it stands in the source; its values are {@code …}.
 *
 * @param level {@code info}, {@code warn} or {@code error}
 * @param source the class, as the log shows it
 */
record LogLine(String source, String level, String text) {}
