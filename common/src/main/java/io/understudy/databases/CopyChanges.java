package io.understudy.databases;

import io.understudy.config.OtherDatabase;
import io.understudy.config.OtherRows;
import io.understudy.databases.KeptRows.Column;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Changes a restored copy by the rules of this standby: by a file of SQL, and by rows of what is live. The copy is
 * restored again where one fails.
 *
 * @param <C> what names a copy
 */
abstract class CopyChanges<C> {
    static final String HINT = "correct the file; what is live was not touched";

    static final String KEPT = "understudy_kept";

    private final OtherDatabase settings;
    private final OtherRows rows;

    CopyChanges(OtherDatabase settings) {
        this.settings = settings;
        this.rows = settings.rows();
    }

    final String database() {
        return settings.name();
    }

    /** @return what the rules are; empty: none */
    final String identity() {
        String script = script().map(AfterLoad::hash).orElse("");
        return rows.protect().isEmpty() ? script : script + rows.protect();
    }

    /** @return which live rows are kept, by their keys; empty: there is no rule */
    final String keys() {
        return hash(CopyChanges::ofKey);
    }

    /** @return what is in them; empty: there is no rule */
    final String kept() {
        return hash(columns -> columns);
    }

    private static List<Column> ofKey(List<Column> columns) {
        List<Column> key = columns.stream().filter(Column::key).toList();
        return key.isEmpty() ? columns : key;
    }

    private String hash(UnaryOperator<List<Column>> which) {
        return rules().stream()
                .map(kept -> kept.hash(
                        which.apply(live(kept.rule().table())), this::exact, this::quoted, sql -> hash(kept, sql)))
                .collect(Collectors.joining());
    }

    private List<KeptRows> rules() {
        return rows.protect().stream()
                .map(rule -> new KeptRows(settings.name(), rule))
                .toList();
    }

    final Optional<AfterLoad> script() {
        return rows.afterLoad().map(AfterLoad::read).map(this::fit);
    }

    /** Brings the rows of what is live. */
    final void keep(C copy) {
        rules().forEach(each -> keep(each, copy));
    }

    /**
     * Brings them once more, where the copy has those of an earlier moment with the same {@link #keys}: then that is
     * what {@link #keep} would have made of the dump, for it neither lets a row go nor brings one.
     *
     * @return false where the copy has another key than what is live: nothing was done
     */
    final boolean keepAgain(C copy) {
        boolean alike = rules().stream()
                .allMatch(each -> key(columns(copy, each.rule().table()))
                        .equals(key(live(each.rule().table()))));
        if (alike) {
            keep(copy);
        }
        return alike;
    }

    private static Set<String> key(List<Column> columns) {
        return ofKey(columns).stream()
                .map(each -> each.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
    }

    /** @throws io.understudy.failure.UnderstudyException {@code CONFIG_INVALID} where it can be none of this kind */
    abstract AfterLoad fit(AfterLoad script);

    /** Of a table; none: there is no such table. */
    abstract List<Column> columns(C copy, String table);

    /** Of a table of what is live. */
    abstract List<Column> live(String table);

    /** A column's value as SQL, with no other value alike. */
    abstract String exact(String column);

    abstract String quoted(String name);

    /** Of the live rows that this SQL finds. */
    abstract String hash(KeptRows kept, String sql);

    abstract void keep(KeptRows kept, C copy);
}
