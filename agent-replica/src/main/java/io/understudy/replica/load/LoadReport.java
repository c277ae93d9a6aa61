package io.understudy.replica.load;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How a load brought up the database.
 *
 * @param full why all of it was loaded; empty when it was brought up by differences
 * @param again whether the next load will be one in full, too, as far as is known: this one had a database to begin
 *     with and could not use it
 * @param tables each table's part in the latter, the changed ones first; empty after a full load
 * @param own what this standby's own rules changed behind the load; null in JSON where it has none
 */
public record LoadReport(
        Optional<String> full, @JsonIgnore boolean again, List<TableLoad> tables, Optional<OwnChanges> own) {
    private static final int MOST_NAMED = 20;

    public LoadReport {
        tables = List.copyOf(tables);
    }

    public LoadReport(List<TableLoad> tables) {
        this(Optional.empty(), false, tables, Optional.empty());
    }

    LoadReport with(OwnChanges changes) {
        return new LoadReport(full, again, tables, Optional.of(changes).filter(each -> !each.isEmpty()));
    }

    /** All was loaded though there was a database to begin with. */
    public static LoadReport full(String why) {
        return new LoadReport(Optional.of(why), true, List.of(), Optional.empty());
    }

    /** All was loaded, or had been, for a reason that is over with it. */
    public static LoadReport fullOnce(String why) {
        return new LoadReport(Optional.of(why), false, List.of(), Optional.empty());
    }

    /** How one table was brought up. */
    public enum By {
        UNCHANGED,
        /** Rows that differ were deleted and inserted. */
        DELTA,
        /** All of its rows were replaced. */
        FULL;

        @JsonValue
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * @param table qualified, for people
     * @param why all of its rows were replaced
     * @param gone rows that were deleted, of a delta
     * @param came rows that were inserted
     * @param drift whether the table was not what the last import had left: something wrote into it on this server
     * @param mismatch whether it differed from the snapshot's digest after it had been brought up
     */
    public record TableLoad(
            String table, By by, Optional<String> why, long gone, long came, boolean drift, boolean mismatch) {
        TableLoad(String table, By by, Optional<String> why, long gone, long came, boolean drift) {
            this(table, by, why, gone, came, drift, false);
        }

        TableLoad asMismatch() {
            return new TableLoad(table, by, why, gone, came, drift, true);
        }

        String text() {
            return switch (by) {
                case UNCHANGED -> table + ": unchanged";
                case DELTA -> table + ": delta, " + gone + " rows went, " + came + " came";
                case FULL -> table + ": full, " + why.orElseThrow();
            };
        }
    }

    /** The tables that something wrote into on this server since they were imported. */
    public List<String> drifted() {
        return tables.stream().filter(TableLoad::drift).map(TableLoad::table).toList();
    }

    /** Each table that differed from the snapshot's digest and was stored again, with how it differed. */
    public List<String> mismatches() {
        return tables.stream()
                .filter(TableLoad::mismatch)
                .map(table -> table.table() + ": " + table.why().orElse(""))
                .toList();
    }

    /** On one line. */
    public String text() {
        return full.map(why -> "in full: " + why).orElseGet(this::differences)
                + own.map(each -> "; " + each.text()).orElse("");
    }

    private String differences() {
        List<TableLoad> changed =
                tables.stream().filter(table -> table.by() != By.UNCHANGED).toList();
        String named = changed.stream().limit(MOST_NAMED).map(TableLoad::text).collect(Collectors.joining("; "));
        int more = Math.max(0, changed.size() - MOST_NAMED);
        int unchanged = tables.size() - changed.size();
        return "by differences: " + named + (more > 0 ? "; " + more + " more tables" : "")
                + (changed.isEmpty() ? "" : "; ") + unchanged + " tables unchanged";
    }
}
