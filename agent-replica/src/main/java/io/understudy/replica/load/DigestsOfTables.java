package io.understudy.replica.load;

import io.understudy.postgres.Database;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.Manifest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Compares what a load by differences made with the snapshot's digests, of the tables whose turn it is. */
final class DigestsOfTables {
    private final Database database;
    private final String spare;
    private final ComparedTables compared;

    DigestsOfTables(Database database, String spare, ComparedTables compared) {
        this.database = database;
        this.spare = spare;
        this.compared = compared;
    }

    /** Whether tables were changed, and none compared since. */
    boolean areOwed() {
        return compared.isOwed();
    }

    /**
     * The tables whose turn it is to be compared, and that differ from the snapshot. Partitions that PostgreSQL fills
     * by way of their root have other rows on each server.
     */
    List<TableChange> different(LoadContext context, List<TableChange> changes, CopyTargets targets, Manifest after) {
        Set<String> changed = changes.stream()
                .filter(table -> !table.isUnchanged())
                .map(TableChange::name)
                .collect(Collectors.toSet());
        if (context.briefly()) {
            compared.changed(changed);
            return List.of();
        }
        List<TableData> all = changes.stream()
                .filter(table -> targets.of(table.after()).equals(table.name()))
                .map(TableChange::after)
                .toList();
        List<TableData> due = compared.due(all, changed);
        Map<String, String> wrong = new DigestCheck(
                        database, spare, after.database().properties().encoding())
                .compare(due, Progress.none()).stream()
                        .collect(Collectors.toMap(each -> TableCopy.name(each.table()), DigestCheck.Mismatch::text));
        compared.compared(due, all);
        return changes.stream()
                .filter(table -> wrong.containsKey(table.name()))
                .map(table -> table.again("its rows differed from the snapshot's digest: " + wrong.get(table.name())))
                .toList();
    }
}
