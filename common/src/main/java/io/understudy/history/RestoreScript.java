package io.understudy.history;

import io.understudy.history.RestorePlan.Action;
import io.understudy.history.RowClosure.Need;
import io.understudy.postgres.Sql;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The statements that bring rows back, without BEGIN and COMMIT. Triggers of the site do not run where the user may
 * prevent it: what they would make is in the snapshot, too. Then the database checks no foreign key either, so the
 * script itself locks the rows that others refer to, and fails where one is missing.
 */
final class RestoreScript {
    private final RestorePlan plan;
    private final LiveTables tables;
    private final List<String> writes = new ArrayList<>();
    private final List<String> checks = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();

    RestoreScript(RestorePlan plan, LiveTables tables, Collection<Need> parents) {
        this.plan = plan;
        this.tables = tables;
        if (!plan.order().isEmpty()) {
            boolean replica = settings(parents);
            SequenceMoves sequences = new SequenceMoves(plan, tables.numbered());
            writes.addAll(sequences.statements());
            remarks.addAll(sequences.remarks());
            plan.order().forEach(this::write);
            plan.later().forEach(this::complete);
            LateConstraints late = new LateConstraints(plan, tables);
            if (replica) {
                checks.addAll(late.checks());
            } else if (plan.isDeferred() || late.any()) {
                writes.add("SET CONSTRAINTS ALL IMMEDIATE");
            }
        }
    }

    /** All of them. */
    List<String> statements() {
        return Stream.concat(writes.stream(), checks.stream()).toList();
    }

    /** Those that write. */
    List<String> writes() {
        return List.copyOf(writes);
    }

    /** Those that follow as the last thing; from the first on no other session writes into the tables. */
    List<String> checks() {
        return List.copyOf(checks);
    }

    /** What a person should know. */
    List<String> remarks() {
        return List.copyOf(remarks);
    }

    /** {@code 'it''s'}, or {@code E'…'} where it has characters that a terminal would act on; {@code NULL}. */
    static String literal(String field) {
        String value = StoredRow.value(field);
        if (value == null) {
            return "NULL";
        }
        if (value.codePoints().noneMatch(RestoreScript::isSpecial)) {
            return Sql.literal(value);
        }
        StringBuilder text = new StringBuilder("E'");
        value.codePoints().forEach(each -> {
            if (isSpecial(each)) {
                text.append(String.format(each < 0x10000 ? "\\u%04x" : "\\U%08x", each));
            } else if (each == '\\' || each == '\'') {
                text.append((char) each).append((char) each);
            } else {
                text.appendCodePoint(each);
            }
        });
        return text.append('\'').toString();
    }

    private static boolean isSpecial(int each) {
        int type = Character.getType(each);
        return type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
    }

    /** @return whether triggers do not run */
    private boolean settings(Collection<Need> parents) {
        writes.add("SET LOCAL standard_conforming_strings = on");
        writes.add("SET LOCAL client_encoding = 'UTF8'");
        writes.add("SET LOCAL datestyle = 'ISO, MDY'");
        writes.add("SET LOCAL intervalstyle = 'postgres'");
        writes.add("SET LOCAL lc_monetary = 'C'");
        writes.add("SET LOCAL xmloption = 'content'");
        writes.add("SET LOCAL array_nulls = on");
        // A policy would pass over a row without a word.
        writes.add("SET LOCAL row_security = off");
        Set<LiveTable> written = plan.order().stream()
                .map(each -> tables.find(each.row().table()).orElseThrow())
                .collect(Collectors.toSet());
        written.stream()
                .filter(each -> !each.stubborn().isEmpty())
                .forEach(each -> remarks.add(runs(each.stubborn(), each) + ": they are enabled ALWAYS"));
        boolean quiet = written.stream().anyMatch(each -> !each.triggers().isEmpty());
        Optional<String> checked = quiet ? checkedByTriggers() : Optional.empty();
        boolean replica = quiet && checked.isEmpty() && tables.mayActAsReplica();
        if (written.stream()
                .anyMatch(each -> !each.stubborn().isEmpty()
                        || !replica && !each.triggers().isEmpty())) {
            writes.add("SET LOCAL search_path = \"$user\", public");
        }
        if (replica) {
            writes.add("SET LOCAL session_replication_role = replica");
            // In one order, whatever the database finds first.
            parents.stream().sorted(Comparator.comparing(Need::toString)).forEach(this::require);
            return true;
        }
        String why = checked.map(each -> each + ", and the database checks that only with triggers")
                .orElse("database.user may not set session_replication_role");
        written.stream()
                .filter(each -> !each.triggers().isEmpty())
                .forEach(each -> remarks.add(runs(each.triggers(), each) + ": " + why));
        if (plan.isDeferred()) {
            writes.add("SET CONSTRAINTS ALL DEFERRED");
        }
        return false;
    }

    /** Without its triggers the database would not see that rows point to nothing then. */
    private Optional<String> checkedByTriggers() {
        if (changesWhatOthersReferTo()) {
            return Optional.of("columns that other rows refer to are changed");
        }
        return refersByWhatIsGiven()
                ? Optional.of("the database gives values that refer to other rows")
                : Optional.empty();
    }

    /** By a generated column, or by the default of one that is newer than the snapshot. */
    private boolean refersByWhatIsGiven() {
        return plan.order().stream().anyMatch(each -> {
            LiveTable table = tables.find(each.row().table()).orElseThrow();
            List<String> written = RowClosure.common(each.row(), table);
            return tables.foreignKeys().stream()
                    .filter(link -> link.from().equals(each.row().table()))
                    .flatMap(link -> link.fromColumns().stream())
                    .anyMatch(column -> table.given().contains(column) && !written.contains(column));
        });
    }

    private boolean changesWhatOthersReferTo() {
        return plan.order().stream()
                .filter(each -> plan.action(each) == Action.UPDATE)
                .anyMatch(each -> tables.foreignKeys().stream()
                        .anyMatch(link -> link.to().contains(each.row().table())
                                && link.toColumns().stream().anyMatch(column -> mayChange(each, column))));
    }

    /** A column that the database counts by itself changes with others. */
    private boolean mayChange(Member member, String column) {
        return member.differing().contains(column)
                || !tables.find(member.row().table()).orElseThrow().columns().contains(column);
    }

    private static String runs(List<String> triggers, LiveTable table) {
        return "triggers of " + table.ref() + " run for these rows (" + String.join(", ", triggers) + ")";
    }

    private void require(Need need) {
        String row = need.table() + " (" + RowId.text(need.columns(), need.fields()) + ")";
        String block = "BEGIN PERFORM FROM ONLY " + need.table().qualified() + " WHERE "
                + LiveRows.condition(need.columns(), List.of(need.fields()))
                + " FOR KEY SHARE; IF NOT FOUND THEN RAISE EXCEPTION USING MESSAGE = "
                + literal(StoredRow.field(row + " is gone")) + "; END IF; END";
        writes.add("DO " + literal(StoredRow.field(block)));
    }

    private void write(Member member) {
        if (plan.action(member) == Action.UPDATE) {
            update(member);
        } else {
            insert(member);
        }
    }

    private List<String> columns(Member member) {
        LiveTable table = tables.find(member.row().table()).orElseThrow();
        List<String> common = RowClosure.common(member.row(), table);
        member.row().columns().stream()
                .filter(each -> !common.contains(each))
                .forEach(each -> remarks.add("column " + each + " of " + table.ref()
                        + " is left out: the database has none of this name that can be written"));
        return common;
    }

    private void insert(Member member) {
        List<String> columns = columns(member);
        LiveTable table = tables.find(member.row().table()).orElseThrow();
        table.columns().stream()
                .filter(each -> !columns.contains(each))
                .forEach(each -> remarks.add(
                        "column " + each + " of " + table.ref() + " is newer than the snapshot: it gets its default"));
        Set<String> without = plan.later().getOrDefault(member, Set.of());
        String values = columns.stream()
                .map(each -> without.contains(each)
                        ? "NULL"
                        : literal(member.row().fields(List.of(each)).get(0)))
                .collect(Collectors.joining(", "));
        String insert = "INSERT INTO " + member.row().table().qualified() + " ("
                + columns.stream().map(Sql::identifier).collect(Collectors.joining(", "))
                + ") OVERRIDING SYSTEM VALUE VALUES (" + values + ")";
        writes.addAll(Collections.nCopies(member.times(), insert));
    }

    private void update(Member member) {
        LiveTable table = tables.find(member.row().table()).orElseThrow();
        List<String> differing = member.differing();
        differing.stream()
                .filter(table.always()::contains)
                .forEach(each -> remarks.add(
                        "column " + each + " of " + member.id() + " stays as it is: the database alone counts it"));
        columns(member);
        set(
                member,
                differing.stream()
                        .filter(each -> !table.always().contains(each))
                        .toList());
    }

    private void complete(Member member, Set<String> columns) {
        if (plan.order().contains(member) && plan.action(member) == Action.INSERT) {
            set(member, List.copyOf(columns));
        }
    }

    private void set(Member member, List<String> columns) {
        if (columns.isEmpty()) {
            return;
        }
        RowId id = member.id();
        writes.add("UPDATE ONLY " + id.table().qualified() + " SET "
                + columns.stream()
                        .map(each -> Sql.identifier(each) + " = "
                                + literal(member.row().fields(List.of(each)).get(0)))
                        .collect(Collectors.joining(", "))
                + " WHERE " + LiveRows.condition(id.columns(), List.of(id.fields())));
    }

    /** The whole transaction, for psql. @param head comments */
    static String text(List<String> head, List<String> statements) {
        StringBuilder text = new StringBuilder();
        head.forEach(each -> text.append("-- ").append(oneLine(each)).append('\n'));
        if (!statements.isEmpty()) {
            // As --apply: a look at what others commit sees it, whatever the role's default is.
            text.append("BEGIN ISOLATION LEVEL READ COMMITTED;\n");
            statements.forEach(each -> text.append(each).append(";\n"));
            text.append("COMMIT;\n");
        }
        return text.toString();
    }

    /** A value in a comment must not end it. */
    private static String oneLine(String text) {
        return text.codePoints()
                .map(each -> isSpecial(each) ? ' ' : each)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
