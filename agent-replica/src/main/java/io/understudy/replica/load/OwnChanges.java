package io.understudy.replica.load;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a standby has otherwise in a database that was loaded, by its own rules.
 *
 * @param tables that were changed, qualified, for people
 * @param kept rows that were protected
 * @param unkept tables of which this standby has no rows to protect yet
 * @param erased rows that were left out
 * @param maintenance rows by which the site was in maintenance mode when the snapshot was taken
 */
public record OwnChanges(
        List<String> tables, List<Kept> kept, List<String> unkept, long maintenance, List<Erased> erased) {
    static final OwnChanges NONE = new OwnChanges(List.of(), List.of(), List.of(), 0, List.of());

    public OwnChanges {
        tables = List.copyOf(tables);
        kept = List.copyOf(kept);
        unkept = List.copyOf(unkept);
        erased = List.copyOf(erased);
    }

    /**
     * @param table qualified, for people
     * @param rows of this standby that are in the database that was loaded
     * @param gone rows of the snapshot that are not
     */
    public record Kept(String table, long rows, long gone) {}

    /** How many rows of a table were left out, because they were erased since the snapshot. */
    public record Erased(String table, long rows) {}

    static OwnChanges of(
            Set<String> tables, List<Kept> kept, List<String> unkept, long maintenance, List<Erased> erased) {
        return new OwnChanges(List.copyOf(new TreeSet<>(tables)), kept, unkept, maintenance, erased);
    }

    boolean isEmpty() {
        return tables.isEmpty() && kept.isEmpty() && unkept.isEmpty();
    }

    /** {@code changed by this server's own rules: public.queue; rows of public.users kept: 1}. */
    String text() {
        StringBuilder text = new StringBuilder(
                "changed by this server's own rules: " + (tables.isEmpty() ? "no table" : String.join(", ", tables)));
        kept.forEach(each ->
                text.append("; rows of ").append(each.table()).append(" kept: ").append(each.rows()));
        erased.forEach(each -> text.append("; rows of ")
                .append(each.table())
                .append(" left out because they were erased: ")
                .append(each.rows()));
        return text.toString();
    }
}
