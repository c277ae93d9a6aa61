package io.understudy.audit;

/**
 * Where the chain ended last, kept apart from it: files that end before that have lost lines.
 *
 * @param entry of the last line
 * @param hash of the last line
 * @param removed the last entry that was deleted with the oldest file; 0 when none was: what else is missing at the
 *     beginning was taken away by someone
 */
record AuditHead(long entry, String hash, long removed) {}
