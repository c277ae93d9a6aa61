package io.understudy.history;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.history.LiveRows.Typed;
import io.understudy.history.Member.Role;
import io.understudy.history.SnapshotRows.Found;
import io.understudy.repository.SnapshotId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Finds what comes back with a row. Missing parents: the rows that it refers to and that the database lacks, each in
 * its newest version, and theirs. Dependents: the rows of the same snapshot that refer to it, and to those; a row that
 * the database has is not followed. Of a missing parent only rows come along that are part of it: those whose reference
 * to it is their own primary key.
 *
 * <p>More than 300 lines, for each row that is found leads to others in both directions.
 */
final class RowClosure {
    /** Of rows. */
    static final int MOST = 100_000;
    /** Of characters of all rows. */
    private static final long LONGEST = 64L << 20;

    private final SnapshotRows snapshots;
    private final LiveTables tables;
    private final LiveRows rows;
    private final List<Link> links;
    private final boolean dependents;
    private final boolean replace;
    private final Consumer<String> remarks;
    private final Map<RowId, Member> members = new LinkedHashMap<>();
    private long characters;
    private final Set<Need> presentParents = new LinkedHashSet<>();

    /** A row of the database that one which comes back refers to. */
    record Need(TableRef table, List<String> columns, List<String> fields) {}

    /**
     * @param links foreign keys and those of the configuration
     * @param dependents whether they are wanted
     * @param replace whether rows with other values are written
     */
    RowClosure(
            SnapshotRows snapshots,
            LiveTables tables,
            LiveRows rows,
            List<Link> links,
            boolean dependents,
            boolean replace,
            Consumer<String> remarks) {
        this.snapshots = snapshots;
        this.tables = tables;
        this.rows = rows;
        this.links = links;
        this.dependents = dependents;
        this.replace = replace;
        this.remarks = remarks;
    }

    /** All of them, this one first. */
    Collection<Member> of(Found found) {
        List<Member> batch = new ArrayList<>();
        add(new Member(found.row(), found.snapshot(), Role.ROW, found.row().key()), batch);
        while (!batch.isEmpty()) {
            compare(batch);
            List<Member> next = new ArrayList<>();
            parents(batch, next);
            if (dependents) {
                dependents(batch, next);
            }
            batch = next;
        }
        return members.values();
    }

    /** Rows of the database that must stay there until those come back. */
    Set<Need> presentParents() {
        return presentParents;
    }

    private Member add(Member member, List<Member> next) {
        Member known = members.putIfAbsent(member.id(), member);
        if (known == null) {
            if (members.size() > MOST) {
                throw new UnderstudyException(
                        ErrorCode.USAGE,
                        "cannot restore the row: more than " + MOST + " rows belong to it",
                        "restore tables: restore ID --to database:NAME --table TABLE");
            }
            member.row().fields().forEach(field -> characters += field.length());
            if (characters > LONGEST) {
                throw new UnderstudyException(
                        ErrorCode.USAGE,
                        "cannot restore the row: the rows that belong to it are longer than " + (LONGEST >> 20)
                                + " MiB",
                        "leave out --with-dependents, or restore tables: restore ID --to database:NAME --table TABLE");
            }
            next.add(member);
            return member;
        }
        if (known.role() == Role.PARENT && member.role() == Role.DEPENDENT) {
            known.becomes(Role.DEPENDENT);
            next.add(known);
        }
        return known;
    }

    private void compare(List<Member> batch) {
        Map<List<Object>, List<Member>> groups = batch.stream()
                .collect(Collectors.groupingBy(
                        each -> List.of(each.row().table(), each.row().columns(), where(each)),
                        LinkedHashMap::new,
                        Collectors.toList()));
        groups.values().forEach(this::compareAlike);
    }

    private static List<String> where(Member member) {
        return member.row().key().isEmpty() ? member.foundBy() : member.row().key();
    }

    private void compareAlike(List<Member> alike) {
        StoredRow first = alike.get(0).row();
        List<String> where = where(alike.get(0));
        Optional<LiveTable> table = tables.find(first.table());
        if (table.isEmpty() || !table.get().columns().containsAll(where)) {
            alike.forEach(each -> each.blockedBy(
                    table.isEmpty() ? "its table is not in the database" : "its table has other columns there"));
            return;
        }
        List<String> common = common(first, table.get());
        Set<List<String>> wanted =
                alike.stream().map(each -> each.row().fields(where)).collect(Collectors.toSet());
        List<StoredRow> found = rows.find(table.get(), common, where, wanted);
        List<String> identifying = first.key().isEmpty() ? common : where;
        Map<List<String>, StoredRow> byId = new LinkedHashMap<>();
        Set<List<String>> several = new HashSet<>();
        for (StoredRow each : found) {
            if (byId.put(each.fields(identifying), each) != null && !first.key().isEmpty()) {
                several.add(each.fields(identifying));
            }
        }
        alike.forEach(each -> {
            if (several.contains(each.row().fields(identifying))) {
                each.blockedBy("the database has several rows with its " + String.join(", ", where)
                        + ": the key of the table is another one there");
            }
            StoredRow same = byId.get(each.row().fields(identifying));
            if (same != null) {
                each.isLive(same);
            }
        });
    }

    /** Columns that both have. */
    static List<String> common(StoredRow row, LiveTable table) {
        return row.columns().stream().filter(table.columns()::contains).toList();
    }

    private void parents(List<Member> batch, List<Member> next) {
        for (Link link : links) {
            Map<List<String>, List<Member>> asked = new LinkedHashMap<>();
            for (Member member : batch) {
                List<String> values = member.row().fields(link.fromColumns());
                if (member.row().table().equals(link.from())
                        && isWritten(member)
                        && !values.contains(StoredRow.NULL)
                        && !isItself(member, link, values)) {
                    asked.computeIfAbsent(values, none -> new ArrayList<>()).add(member);
                }
            }
            if (!asked.isEmpty()) {
                parents(link, asked, next);
            }
        }
    }

    private static boolean isItself(Member member, Link link, List<String> values) {
        return link.to().contains(member.row().table())
                && member.row().fields(link.toColumns()).equals(values);
    }

    private void parents(Link link, Map<List<String>, List<Member>> asked, List<Member> next) {
        Set<List<String>> missing = new HashSet<>(asked.keySet());
        for (TableRef to : link.to()) {
            tables.find(to).ifPresent(table -> {
                present(link, table, List.copyOf(asked.keySet())).forEach((values, row) -> {
                    missing.remove(values);
                    presentParents.add(new Need(to, link.toColumns(), row.fields()));
                });
            });
        }
        // Those that come back anyway are not looked for again.
        members.values().forEach(member -> {
            List<String> values = member.row().fields(link.toColumns());
            if (link.to().contains(member.row().table()) && missing.remove(values)) {
                asked.get(values).forEach(each -> needs(each, link, member));
            }
        });
        if (!link.byText() && !missing.isEmpty()) {
            comeBackAlike(link, asked, missing);
        }
        if (missing.isEmpty()) {
            return;
        }
        Map<List<String>, Found> found =
                snapshots.parents(link, missing, wanted -> new AlikeValues(rows, link, true, wanted, remarks));
        for (List<String> values : missing) {
            Found parent = found.get(values);
            if (parent == null) {
                asked.get(values).forEach(each -> unfound(each, link, values));
                continue;
            }
            Member member = add(new Member(parent.row(), parent.snapshot(), Role.PARENT, link.toColumns()), next);
            asked.get(values).forEach(each -> needs(each, link, member));
        }
    }

    /** As {@link #isItself}, where the database says so. */
    private static void needs(Member member, Link link, Member parent) {
        if (member != parent) {
            member.needs().put(link, parent.id());
        }
    }

    /** Those that come back anyway, in other words. */
    private void comeBackAlike(Link link, Map<List<String>, List<Member>> asked, Set<List<String>> missing) {
        List<Member> all = members.values().stream()
                .filter(member -> link.to().contains(member.row().table()))
                .toList();
        AlikeValues alike = new AlikeValues(rows, link, true, missing, remarks);
        alike.among(
                all.stream().map(each -> each.row().fields(link.toColumns())).toList());
        for (Member member : all) {
            for (List<String> values : alike.of(member.row().fields(link.toColumns()))) {
                if (missing.remove(values)) {
                    asked.get(values).forEach(each -> needs(each, link, member));
                }
            }
        }
    }

    /** Rows of the database that these values refer to, as a foreign key compares them. */
    private Map<List<String>, StoredRow> present(Link link, LiveTable to, List<List<String>> asked) {
        Map<List<String>, StoredRow> present = new LinkedHashMap<>();
        if (link.enforced()) {
            rows.alikeParents(
                            to.ref(),
                            link.toColumns(),
                            new Typed(link.from(), link.fromColumns(), asked),
                            link.comparison())
                    .forEach((number, found) -> present.put(asked.get(number), found.get(0)));
        } else {
            rows.parents(to, link.toColumns(), asked).forEach(row -> present.put(row.fields(), row));
        }
        return present;
    }

    private void unfound(Member member, Link link, List<String> values) {
        String parent = link.to().get(0) + " (" + RowId.text(link.toColumns(), values) + ")";
        if (link.enforced()) {
            member.blockedBy("it refers to " + parent + ", which is neither in the database nor in a snapshot");
        } else {
            remarks.accept(member.id() + " refers to " + parent + ", which no snapshot has");
        }
    }

    private boolean isWritten(Member member) {
        return member.live().isEmpty() || replace && !member.isSame();
    }

    /**
     * @param parts whether only rows are wanted that are part of the other ones
     * @param ofParent whether these come only because a missing parent does
     */
    private record Source(SnapshotId snapshot, Link link, boolean parts, boolean ofParent) {}

    private void dependents(List<Member> batch, List<Member> next) {
        Map<Source, Set<List<String>>> asked = new LinkedHashMap<>();
        for (Member member : batch) {
            if (member.live().isPresent() && member.role() != Role.ROW) {
                continue;
            }
            for (Link link : links) {
                List<String> values = member.row().fields(link.toColumns());
                if (link.to().contains(member.row().table()) && !values.contains(StoredRow.NULL)) {
                    Source source = new Source(
                            member.snapshot(),
                            link,
                            member.role() == Role.PARENT,
                            member.role() == Role.PARENT || member.isOfParent());
                    asked.computeIfAbsent(source, none -> new LinkedHashSet<>()).add(values);
                }
            }
        }
        asked.forEach((source, values) -> {
            Link link = source.link();
            Map<RowId, Integer> keyless = new LinkedHashMap<>();
            for (StoredRow row : snapshots.dependents(
                    source.snapshot(), link, values, wanted -> new AlikeValues(rows, link, false, wanted, remarks))) {
                if (!source.parts() || Set.copyOf(row.key()).equals(Set.copyOf(link.fromColumns()))) {
                    Member found = new Member(row, source.snapshot(), Role.DEPENDENT, link.fromColumns());
                    add(found.ofParent(source.ofParent()), next);
                    if (row.key().isEmpty()) {
                        keyless.merge(found.id(), 1, Integer::sum);
                    }
                }
            }
            keyless.forEach((id, times) -> members.get(id).occurs(times));
        });
    }
}
