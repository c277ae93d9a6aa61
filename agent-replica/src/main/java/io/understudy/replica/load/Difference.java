package io.understudy.replica.load;

import io.understudy.repository.digest.Lines;

/**
 * What leads from the rows of a table in one snapshot to those in another: some go, then some come.
 *
 * @param gone the rows, or their keys in the order of the key's columns; of these there may be more than rows
 * @param byKey whether it is keys
 * @param deletions how many rows go
 */
record Difference(Lines gone, boolean byKey, long deletions, Lines came) {
    static Difference ofRows(Lines gone, Lines came) {
        return new Difference(gone, false, gone.rows(), came);
    }

    /** Plain bytes of both. */
    long bytes() {
        return gone.bytes() + came.bytes();
    }
}
