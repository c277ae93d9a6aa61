package io.understudy.history;

import java.util.List;
import java.util.Set;

/**
 * A table of the database that rows go back into.
 *
 * @param columns that can be written, in their order
 * @param always those of them that the database counts by itself ({@code GENERATED ALWAYS AS IDENTITY})
 * @param required those of them that take no null
 * @param needed those that must be given: they take no null and the database gives them no value
 * @param given what the database gives a value: generated columns too, and those with a default
 * @param unique what only one row may have
 * @param triggers and rules of the site that run for each row that is stored, but not for a replica
 * @param stubborn those that run for a replica too
 */
record LiveTable(
        TableRef ref,
        List<String> columns,
        Set<String> always,
        Set<String> required,
        Set<String> needed,
        Set<String> given,
        UniqueRules unique,
        List<String> triggers,
        List<String> stubborn) {
    LiveTable {
        columns = List.copyOf(columns);
        always = Set.copyOf(always);
        required = Set.copyOf(required);
        needed = Set.copyOf(needed);
        given = Set.copyOf(given);
        triggers = List.copyOf(triggers);
        stubborn = List.copyOf(stubborn);
    }
}
