package io.understudy.config;

import java.time.Duration;

/**
 * Which files of a tree the rows of the database name.
 *
 * @param query gives one path a row, relative to the tree; NULL names none
 * @param limit of the query, 1 s to 10 min; default 30 s
 */
public record ClosureRule(String tree, String query, Duration limit) {}
