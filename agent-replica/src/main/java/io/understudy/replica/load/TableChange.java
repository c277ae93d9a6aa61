package io.understudy.replica.load;

import io.understudy.replica.load.LoadReport.By;
import io.understudy.replica.load.LoadReport.TableLoad;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.Manifest;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.ListDelta;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A table in the snapshot that a database holds, and in the one that it is to hold.
 *
 * @param full why all of its rows are to be replaced; empty when the rows that differ are enough
 * @param drifted whether it does not hold what it is to hold by the older snapshot
 * @param repaired whether it was changed already, and is not what it is to be
 */
record TableChange(TableData before, TableData after, Optional<String> full, boolean drifted, boolean repaired) {
    /**
     * All tables, by schema and name.
     *
     * @throws FullLoadRequired when both do not have the same tables
     */
    static List<TableChange> between(Manifest before, Manifest after, BlobSource source) {
        try (Stream<TableData> old = before.database().tables(source);
                Stream<TableData> fresh = after.database().tables(source)) {
            return between(old, fresh);
        }
    }

    private static List<TableChange> between(Stream<TableData> old, Stream<TableData> fresh) {
        List<TableChange> changes = new ArrayList<>();
        Iterator<TableData> olds = old.iterator();
        Iterator<TableData> freshs = fresh.iterator();
        while (olds.hasNext() && freshs.hasNext()) {
            changes.add(of(olds.next(), freshs.next()));
        }
        if (olds.hasNext() || freshs.hasNext()) {
            throw otherTables();
        }
        return changes;
    }

    /**
     * The tables whose lines differ, alone, by schema and name: what both lists have in common is not read.
     *
     * @throws FullLoadRequired when both do not have the same tables
     */
    static List<TableChange> differing(Manifest before, Manifest after, BlobSource source) {
        ListDelta delta =
                ListDelta.between(before.database().tables(), after.database().tables(), source);
        try (Stream<TableData> old = DatabaseData.tables(delta.before(), source);
                Stream<TableData> fresh = DatabaseData.tables(delta.after(), source)) {
            return between(old, fresh).stream()
                    .filter(change -> !change.before().equals(change.after()))
                    .toList();
        }
    }

    private static TableChange of(TableData before, TableData after) {
        if (!TableCopy.name(before).equals(TableCopy.name(after))
                || !before.columns().equals(after.columns())
                || !before.key().equals(after.key())) {
            throw otherTables();
        }
        return new TableChange(before, after, Optional.empty(), false, false);
    }

    private static FullLoadRequired otherTables() {
        return new FullLoadRequired("the snapshots have other tables or columns");
    }

    TableChange inFull(String why) {
        return new TableChange(before, after, Optional.of(why), drifted, repaired);
    }

    TableChange asDrifted(String what) {
        return new TableChange(before, after, Optional.of(what), true, repaired);
    }

    TableChange again(String why) {
        return new TableChange(before, after, Optional.of(why), drifted, true);
    }

    TableLoad asUnchanged() {
        return new TableLoad(text(), By.UNCHANGED, Optional.empty(), 0, 0, false);
    }

    boolean isUnchanged() {
        return full.isEmpty() && before.content().equals(after.content()) && before.rows() == after.rows();
    }

    /** Qualified, as SQL names it. */
    String name() {
        return TableCopy.name(after);
    }

    /** For people. */
    String text() {
        return after.schema() + "." + after.name();
    }
}
