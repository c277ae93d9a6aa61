package io.understudy.history;

import io.understudy.failure.UnderstudyException;
import io.understudy.history.Member.Role;
import io.understudy.postgres.DatabaseErrors;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is done with each row that is to come back, and in which order: a row after those that it refers to. Of rows
 * that refer to each other in a circle one is stored without the reference, which follows at the end.
 *
 * <p>More than 300 lines, for what is done with a row and its order depend on each other.
 */
final class RestorePlan {
    private final Map<RowId, Member> members = new LinkedHashMap<>();
    private final LiveTables tables;
    private final LiveRows rows;
    private final boolean replace;
    private final List<Member> order = new ArrayList<>();
    private final Map<Member, Set<String>> later = new LinkedHashMap<>();
    private final List<String> unchecked = new ArrayList<>();
    private boolean deferred;

    /** What is done with a row. */
    enum Action {
        INSERT,
        UPDATE,
        /** It is there with the same values. */
        SAME,
        /** It is there with other values. */
        CONFLICT,
        /** It cannot come back. */
        LEFT_OUT;

        @com.fasterxml.jackson.annotation.JsonValue
        String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    private RestorePlan(Collection<Member> all, LiveTables tables, LiveRows rows, boolean replace) {
        all.forEach(each -> members.put(each.id(), each));
        this.tables = tables;
        this.rows = rows;
        this.replace = replace;
    }

    /** @param replace whether rows of the database with other values become those of the snapshot */
    static RestorePlan of(Collection<Member> all, LiveTables tables, LiveRows rows, boolean replace) {
        RestorePlan plan = new RestorePlan(all, tables, rows, replace);
        plan.findUnfit();
        plan.findTaken();
        plan.spread();
        plan.dropUnneeded();
        plan.sort();
        plan.spread();
        plan.dropUnneeded();
        plan.order.removeIf(each -> !plan.isWritten(each));
        return plan;
    }

    Action action(Member member) {
        if (member.obstacle().isPresent()) {
            return Action.LEFT_OUT;
        }
        if (member.live().isEmpty()) {
            return Action.INSERT;
        }
        return member.isSame() ? Action.SAME : replace ? Action.UPDATE : Action.CONFLICT;
    }

    /** Those that are written, in their order. */
    List<Member> order() {
        return List.copyOf(order);
    }

    /** How many rows are written. */
    int count() {
        return order.stream().mapToInt(Member::times).sum();
    }

    /** The columns of rows that are stored without them first. */
    Map<Member, Set<String>> later() {
        return later;
    }

    /** Whether constraints are checked at the end of the transaction. */
    boolean isDeferred() {
        return deferred;
    }

    Collection<Member> members() {
        return members.values();
    }

    private boolean isWritten(Member member) {
        Action action = action(member);
        return action == Action.INSERT || action == Action.UPDATE;
    }

    /** Rows of the database may have values that only one row may have. */
    private void findTaken() {
        Map<TableRef, List<Member>> byTable = new LinkedHashMap<>();
        members.values().stream()
                .filter(this::isWritten)
                .forEach(each -> byTable.computeIfAbsent(each.row().table(), none -> new ArrayList<>())
                        .add(each));
        byTable.forEach((ref, all) -> tables.find(ref)
                .ifPresent(table -> table.unique().rules().forEach(rule -> findTaken(table, rule, all))));
    }

    private void findTaken(LiveTable table, UniqueRule rule, List<Member> all) {
        try {
            new TakenValues(table, rule, all).block(rows);
        } catch (UnderstudyException e) {
            if (!DatabaseErrors.refuses(e) || LockPatience.givesWay(e)) {
                throw e;
            }
            unchecked.add("whether another row has what index " + rule.name() + " of " + table.ref()
                    + " lets one row alone have is not known before: " + e.getMessage());
        }
    }

    /** Conflicts that were not looked for, and why. */
    List<String> unchecked() {
        return List.copyOf(unchecked);
    }

    /** A table may have got columns that a row of then has no value for. */
    private void findUnfit() {
        for (Member each : members.values()) {
            if (action(each) == Action.INSERT) {
                tables.find(each.row().table()).stream()
                        .flatMap(table -> table.needed().stream())
                        .filter(column -> !each.row().columns().contains(column))
                        .sorted()
                        .findFirst()
                        .ifPresent(column -> each.blockedBy("column " + column
                                + " of its table is newer than the snapshot, takes no null and has no default"));
            }
        }
    }

    /** A missing parent that only rows referred to which are left out, with what is part of it. */
    private void dropUnneeded() {
        Set<Member> needed = new HashSet<>();
        Deque<Member> open = new ArrayDeque<>();
        for (Member each : members.values()) {
            if (each.role() != Role.PARENT && !each.isOfParent()) {
                open.add(each);
            }
        }
        boolean more = true;
        while (more) {
            while (!open.isEmpty()) {
                Member next = open.remove();
                if (next.obstacle().isEmpty() && needed.add(next)) {
                    next.needs().values().forEach(id -> open.add(members.get(id)));
                }
            }
            for (Member each : members.values()) {
                if (each.isOfParent()
                        && !needed.contains(each)
                        && each.needs().values().stream().map(members::get).anyMatch(needed::contains)) {
                    open.add(each);
                }
            }
            more = open.stream().anyMatch(each -> each.obstacle().isEmpty());
        }
        members.values().stream()
                .filter(each -> isWritten(each) && !needed.contains(each))
                .forEach(each -> each.blockedBy("no row that comes back refers to it"));
    }

    /** What refers to a row that is left out is left out. */
    private void spread() {
        boolean more = true;
        while (more) {
            more = false;
            for (Member member : members.values()) {
                if (isWritten(member)) {
                    for (Map.Entry<Link, RowId> need : member.needs().entrySet()) {
                        Member parent = members.get(need.getValue());
                        if (need.getKey().enforced()
                                && parent.obstacle().isPresent()
                                && parent.live().isEmpty()) {
                            member.blockedBy("it refers to " + parent.id() + ", which is left out");
                            more = true;
                            break;
                        }
                    }
                }
            }
        }
    }

    /** A reference of a row. */
    private record Reference(Member member, Link link) {}

    private static final class Visit {
        private final Member member;
        private final Iterator<Map.Entry<Link, RowId>> needs;
        private Link followed;

        Visit(Member member) {
            this.member = member;
            this.needs = member.needs().entrySet().iterator();
        }

        Reference reference() {
            return new Reference(member, followed);
        }
    }

    private void sort() {
        Set<Reference> cut = new LinkedHashSet<>();
        while (!sorted(cut)) {
            order.clear();
        }
        cut.forEach(this::postpone);
    }

    /**
     * Depth first, without recursion: chains of rows are as long as a thread of comments.
     *
     * @param cut references that follow later; where a circle needs another one, it is added
     * @return false where it was added too late
     */
    private boolean sorted(Set<Reference> cut) {
        Set<Member> done = new HashSet<>();
        Set<Member> open = new HashSet<>();
        for (Member start : members.values()) {
            Deque<Visit> path = new ArrayDeque<>();
            visit(start, path, open, done);
            while (!path.isEmpty()) {
                Visit top = path.peek();
                if (!top.needs.hasNext()) {
                    path.pop();
                    open.remove(top.member);
                    order.add(top.member);
                    continue;
                }
                Map.Entry<Link, RowId> need = top.needs.next();
                top.followed = need.getKey();
                Member parent = members.get(need.getValue());
                if (cut.contains(top.reference())) {
                    continue;
                }
                if (!open.contains(parent)) {
                    visit(parent, path, open, done);
                } else if (!cut(path, parent, cut)) {
                    return false;
                }
            }
        }
        return true;
    }

    private void visit(Member member, Deque<Visit> path, Set<Member> open, Set<Member> done) {
        if ((isWritten(member) || member.live().isPresent()) && done.add(member)) {
            open.add(member);
            path.push(new Visit(member));
        }
    }

    /** Cuts the circle that the path has closed. @return false where that is not at its end */
    private boolean cut(Deque<Visit> path, Member parent, Set<Reference> cut) {
        Member last = path.peek().member;
        for (Visit each : path) {
            if (canFollow(each.reference())) {
                cut.add(each.reference());
                return each.member == last;
            }
            if (each.member == parent) {
                break;
            }
        }
        last.blockedBy("it and other rows refer to each other in a circle, and constraint "
                + path.peek().followed.name() + " lets none be stored first");
        return true;
    }

    private boolean canFollow(Reference reference) {
        Link link = reference.link();
        return !link.enforced() || link.deferrable() || !optional(reference).isEmpty();
    }

    private List<String> optional(Reference reference) {
        Set<String> required =
                tables.find(reference.member().row().table()).orElseThrow().required();
        return reference.link().fromColumns().stream()
                .filter(each -> !required.contains(each))
                .toList();
    }

    private void postpone(Reference reference) {
        if (reference.link().enforced() && reference.link().deferrable()) {
            deferred = true;
        } else if (reference.link().enforced()) {
            later.computeIfAbsent(reference.member(), none -> new LinkedHashSet<>())
                    .addAll(optional(reference));
        }
    }

    /** The row that was asked for. */
    Member asked() {
        return members.values().stream()
                .filter(each -> each.role() == Role.ROW)
                .findFirst()
                .orElseThrow();
    }
}
