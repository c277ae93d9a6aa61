package io.understudy.primary.capture.database;

import io.understudy.postgres.SourceTable;

/**
 * What one worker reads at a time: a table, one range of its blocks, or the rows of some keys.
 *
 * @param part of the table, from 0; the parts in order are the whole table; {@link #KEYS} of some keys
 * @param copies the COPY statements, one after the other
 * @param weight about how many bytes it is on the server's disk
 */
record CopyTask(SourceTable table, int part, Iterable<String> copies, long weight) {
    private static final int KEYS = -1;

    static CopyTask ofKeys(SourceTable table, Iterable<String> copies, long weight) {
        return new CopyTask(table, KEYS, copies, weight);
    }

    /** Whether it is the first of those that make the table. */
    boolean isFirst() {
        return part == 0;
    }
}
