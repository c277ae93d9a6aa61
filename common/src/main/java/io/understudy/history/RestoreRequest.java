package io.understudy.history;

/**
 * What {@code restore-row} is asked for.
 *
 * @param at the last moment, as it was written; null for now
 * @param dependents whether also the rows that refer to it
 * @param replace whether rows that are there are overwritten
 * @param apply whether it is stored
 * @param applies whether this command can store it
 * @param live whether the database is the site's
 */
record RestoreRequest(
        TableRef table,
        String key,
        String at,
        boolean dependents,
        boolean replace,
        boolean apply,
        boolean applies,
        boolean live) {
    String upTo() {
        return at == null ? "" : " up to " + at;
    }
}
