package io.understudy.audit;

/**
 * Where the audit file ended last, kept apart from it: a file that ends before that has lost lines.
 *
 * @param entry of the last line
 * @param hash of the last line
 */
record AuditHead(long entry, String hash) {}
