package io.understudy.history;

import io.understudy.failure.UnderstudyException;
import io.understudy.history.LiveRows.Typed;
import io.understudy.postgres.DatabaseErrors;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Which values of snapshots are the same as some that are looked for, as the foreign key between them compares: the
 * database is asked, once for each value. Where it cannot say, only what is written alike is the same. Not thread-safe.
 */
final class AlikeValues {
    private static final int AT_ONCE = 1000;
    /** Of values that are remembered as others. */
    private static final int MOST_OTHERS = 200_000;

    private final LiveRows rows;
    private final Link link;
    private final boolean wantsParents;
    private final List<List<String>> wanted;
    private final Consumer<String> remarks;
    private final Map<List<String>, Set<List<String>>> same = new HashMap<>();
    private final Set<List<String>> others = new HashSet<>();
    private boolean asks = true;

    /**
     * @param wantsParents whether rows are looked for that these values refer to; else those that refer to them
     * @param wanted in COPY's text format, without nulls
     */
    AlikeValues(
            LiveRows rows, Link link, boolean wantsParents, Collection<List<String>> wanted, Consumer<String> remarks) {
        this.rows = rows;
        this.link = link;
        this.wantsParents = wantsParents;
        this.wanted = List.copyOf(wanted);
        this.remarks = remarks;
        this.wanted.forEach(each -> put(each, each));
    }

    private void put(List<String> value, List<String> of) {
        same.computeIfAbsent(value, none -> new LinkedHashSet<>()).add(of);
    }

    /** Those of the wanted values that this one is the same as, after {@link #among} was asked of it. */
    Set<List<String>> of(List<String> value) {
        return same.getOrDefault(value, Set.of());
    }

    /** Those of these values that are the same as a wanted one. */
    Set<List<String>> among(Collection<List<String>> values) {
        List<List<String>> open = new ArrayList<>();
        for (List<String> each : new LinkedHashSet<>(values)) {
            if (!each.contains(StoredRow.NULL) && !others.contains(each)) {
                open.add(each);
            }
            if (open.size() == AT_ONCE) {
                ask(open);
                open.clear();
            }
        }
        ask(open);
        Set<List<String>> found = new LinkedHashSet<>(values);
        found.retainAll(same.keySet());
        return found;
    }

    private void ask(List<List<String>> values) {
        if (!asks || values.isEmpty()) {
            return;
        }
        Typed to = new Typed(link.to().get(0), link.toColumns(), wantsParents ? values : wanted);
        Typed from = new Typed(link.from(), link.fromColumns(), wantsParents ? wanted : values);
        try {
            rows.alike(to, from, link.comparison()).forEach(pair -> {
                List<String> referred = to.values().get(pair.get(0));
                List<String> referring = from.values().get(pair.get(1));
                put(wantsParents ? referred : referring, wantsParents ? referring : referred);
            });
        } catch (UnderstudyException e) {
            if (!DatabaseErrors.refuses(e) || LockPatience.givesWay(e)) {
                throw e;
            }
            asks = false;
            remarks.accept("rows of snapshots are compared as text with what " + link.from() + " refers to by "
                    + link.name() + ", for the database does not take their values: " + e.getMessage());
        }
        if (others.size() > MOST_OTHERS) {
            others.clear();
        }
        values.stream().filter(each -> !same.containsKey(each)).forEach(others::add);
    }
}
