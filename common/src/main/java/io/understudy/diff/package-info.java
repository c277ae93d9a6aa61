/** What differs between two snapshots: rows of tables, values of sequences, settings of the database. */
package io.understudy.diff;
