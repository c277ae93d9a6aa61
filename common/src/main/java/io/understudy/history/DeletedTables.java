package io.understudy.history;

import io.understudy.browse.EverySnapshot;
import io.understudy.browse.SnapshotProgram;
import io.understudy.browse.SnapshotReader;
import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.cli.ProgressDisplay;
import io.understudy.config.HistorySettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.history.KeptRevisions.Revision;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What {@code history --deleted} shows: of one table, or of all that are kept. Each snapshot is opened once. */
final class DeletedTables {
    private final List<DeletedRows> tables;
    private final boolean many;
    private final Instant since;

    private DeletedTables(List<DeletedRows> tables, boolean many, Optional<Instant> since) {
        this.tables = tables;
        this.many = many;
        this.since = since.orElse(Instant.EPOCH);
    }

    /** @param since what went before this is left out; @param erased rows that are passed over */
    static DeletedTables one(TableRef table, Optional<Instant> since, ErasedKeys erased) {
        return new DeletedTables(List.of(new DeletedRows(table, since, erased)), false, since);
    }

    /**
     * The tables of {@code history.tables}.
     *
     * @throws UnderstudyException {@code USAGE} where there are none
     */
    static DeletedTables kept(HistorySettings settings, Optional<Instant> since, ErasedKeys erased) {
        if (settings.tables().isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot show the rows that were deleted: no table is named, and history.tables has none",
                    "name one: history --deleted TABLE");
        }
        return new DeletedTables(
                settings.tables().stream()
                        .map(rule -> new DeletedRows(new TableRef(rule.schema(), rule.table()), since, erased))
                        .toList(),
                true,
                since);
    }

    /** What comes before the rows with {@code --json}. */
    record Head(TableRef table, int snapshots, List<SnapshotId> unreadable) {}

    /** The same of several tables. */
    record HeadOfMany(List<TableRef> tables, int snapshots, List<SnapshotId> unreadable) {}

    void print(SnapshotProgram cli, SnapshotReader reader, KeptRevisions kept) {
        EverySnapshot every = new EverySnapshot();
        try (ProgressDisplay progress = cli.progress()) {
            List<SnapshotId> all = reader.list();
            every.each(reader, all, opened -> {
                look(opened);
                progress.report("search", every.count(), all.size());
                return true;
            });
        }
        every.warn(cli::say);
        List<DeletedRow> found = new ArrayList<>();
        for (DeletedRows each : tables) {
            TableRef ref = each.table();
            found.addAll(withKept(ref, each.rows(many || kept.has(ref)), kept.deleted(ref, since)));
            if (many && !each.isFound() && !kept.has(ref)) {
                cli.say("no snapshot of " + every.count() + " has table " + ref);
            }
            ErasedRows.text(new ErasedRows.TableCount(ref.toString(), each.leftOut()))
                    .ifPresent(cli::say);
        }
        requireFew(found.size());
        found.sort(Comparator.comparing(DeletedRow::deleted));
        Object head = many
                ? new HeadOfMany(tables.stream().map(DeletedRows::table).toList(), every.count(), every.unreadable())
                : new Head(tables.get(0).table(), every.count(), every.unreadable());
        cli.printEach(head, "rows", found.iterator(), many ? DeletedRow::textOfTable : DeletedRow::text);
    }

    private void look(Opened opened) {
        Set<TableRef> names = tables.stream().map(DeletedRows::table).collect(Collectors.toSet());
        Map<TableRef, TableData> here = new LinkedHashMap<>();
        boolean[] read = new boolean[1];
        tables.forEach(each -> each.look(opened, table -> {
            if (!read[0]) {
                here.putAll(SnapshotTables.find(opened, names));
                read[0] = true;
            }
            return Optional.ofNullable(here.get(table));
        }));
        requireFew(tables.stream().mapToInt(DeletedRows::count).sum());
    }

    private static void requireFew(int rows) {
        if (rows > DeletedRows.MOST) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot show the rows that were deleted: they are more than " + DeletedRows.MOST,
                    "ask for fewer: --since \"2 days ago\", or one table");
        }
    }

    /** Of the same deletion, the one that more snapshots were there to see. */
    private static List<DeletedRow> withKept(TableRef table, List<DeletedRow> found, List<Revision> kept) {
        Map<Map<String, String>, List<Revision>> byKey = kept.stream()
                .collect(Collectors.groupingBy(each -> each.found().row().id().values()));
        List<DeletedRow> all = new ArrayList<>();
        for (DeletedRow each : found) {
            boolean known = byKey.getOrDefault(each.key(), List.of()).stream()
                    .anyMatch(revision -> !revision.to().isAfter(each.deleted())
                            && revision.found().snapshot().compareTo(each.last()) >= 0);
            if (!known) {
                all.add(each);
            }
        }
        for (Revision each : kept) {
            StoredRow row = each.found().row();
            SnapshotId last = each.found().snapshot();
            all.add(new DeletedRow(table, each.to(), last, last, row.id().values(), row.values()));
        }
        return all;
    }
}
