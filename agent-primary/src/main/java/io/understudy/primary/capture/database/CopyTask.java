package io.understudy.primary.capture.database;

import io.understudy.postgres.SourceTable;

/**
 * What one worker reads at a time: a table, or one range of its blocks.
 *
 * @param part of the table, from 0; the parts in order are the whole table
 * @param copy the COPY statement
 * @param weight about how many bytes it is on the server's disk
 */
record CopyTask(SourceTable table, int part, String copy, long weight) {}
