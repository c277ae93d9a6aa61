/**
 * What differs between two snapshots: rows of tables, values of sequences, settings of the database, and paths of
 * trees.
 */
package io.understudy.diff;
