package io.understudy.diff;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.diff.TableDifference.Change;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseData.Named;
import io.understudy.repository.DatabaseData.SequenceData;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.digest.RowDifference;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Compares two snapshots. Lists are read side by side; no row of a table that is equal is read, and no file. */
final class SnapshotDiff {
    private final Opened first;
    private final Opened second;

    SnapshotDiff(Opened first, Opened second) {
        this.first = first;
        this.second = second;
    }

    /**
     * What {@code diff} prints with {@code --json}.
     *
     * @param schemaChanged whether objects were made, altered or dropped
     * @param tables those that differ
     * @param equalTables how many do not
     * @param databases those of commands whose dumps differ
     * @param trees of which paths differ
     */
    record Difference(
            SnapshotId from,
            SnapshotId to,
            boolean schemaChanged,
            List<TableDifference> tables,
            long equalTables,
            List<ValueDifference> sequences,
            List<ValueDifference> settings,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<DumpDifference> databases,
            List<TreeDifference> trees) {
        String text() {
            List<String> lines = new ArrayList<>();
            if (schemaChanged) {
                lines.add("the schema differs");
            }
            tables.forEach(each -> lines.add("table " + each.text()));
            sequences.forEach(each -> lines.add("sequence " + each.text()));
            settings.forEach(each -> lines.add("setting " + each.text()));
            databases.forEach(each -> lines.add("database " + each.text()));
            if (databases.stream().anyMatch(each -> each.came().isPresent())) {
                lines.add(DumpDifference.MEANING);
            }
            trees.forEach(each -> lines.add("tree " + each.text()));
            lines.add(equalTables + " tables are equal");
            return String.join("\n", lines);
        }
    }

    /**
     * One value in both.
     *
     * @param from empty where the first snapshot has none
     */
    record ValueDifference(String name, Optional<String> from, Optional<String> to) {
        String text() {
            return name + "  " + from.orElse("none") + " -> " + to.orElse("none");
        }
    }

    Difference compare(Progress progress) {
        Tables tables = new Tables(progress);
        try (Stream<TableData> olds = tables(first);
                Stream<TableData> news = tables(second)) {
            pairs(olds.iterator(), news.iterator(), tables::add);
        }
        Map<String, ValueDifference> sequences = new TreeMap<>();
        try (Stream<SequenceData> olds = sequences(first);
                Stream<SequenceData> news = sequences(second)) {
            pairs(
                    olds.iterator(),
                    news.iterator(),
                    (old, fresh) -> differing(name(old == null ? fresh : old), value(old), value(fresh))
                            .ifPresent(each -> sequences.put(each.name(), each)));
        }
        return new Difference(
                first.manifest().snapshot(),
                second.manifest().snapshot(),
                !hash(first).equals(hash(second)),
                List.copyOf(tables.found),
                tables.equal,
                List.copyOf(sequences.values()),
                settings(),
                DumpDifference.of(first, second),
                trees());
    }

    private List<TreeDifference> trees() {
        try (ChangedPaths paths = new ChangedPaths(first, second)) {
            return TreeDifference.of(paths);
        }
    }

    /** The table of this name in both. */
    Optional<TableData> table(Opened snapshot, String name) {
        try (Stream<TableData> tables = tables(snapshot)) {
            return tables.filter(table -> name(table).equals(name)).findFirst();
        }
    }

    /** Names of all tables of both. */
    TreeSet<String> names() {
        TreeSet<String> names = new TreeSet<>();
        for (Opened each : List.of(first, second)) {
            try (Stream<TableData> tables = tables(each)) {
                names.addAll(tables.map(SnapshotDiff::name).collect(Collectors.toSet()));
            }
        }
        return names;
    }

    private static Stream<TableData> tables(Opened snapshot) {
        return snapshot.manifest().postgresql().stream().flatMap(each -> each.tables(snapshot.blobs()));
    }

    private static Stream<SequenceData> sequences(Opened snapshot) {
        return snapshot.manifest().postgresql().stream().flatMap(each -> each.sequences(snapshot.blobs()));
    }

    private static Optional<String> hash(Opened snapshot) {
        return snapshot.manifest().postgresql().map(DatabaseData::schemaHash);
    }

    static String name(Named named) {
        return named.schema() + "." + named.name();
    }

    private static Optional<String> value(SequenceData sequence) {
        return Optional.ofNullable(sequence).map(each -> each.value() + (each.called() ? "" : " (not given out yet)"));
    }

    private static Optional<ValueDifference> differing(String name, Optional<String> from, Optional<String> to) {
        return from.equals(to) ? Optional.empty() : Optional.of(new ValueDifference(name, from, to));
    }

    private List<ValueDifference> settings() {
        Map<String, String> olds = settings(first);
        Map<String, String> news = settings(second);
        TreeSet<String> names = new TreeSet<>(olds.keySet());
        names.addAll(news.keySet());
        return names.stream()
                .map(name -> differing(name, Optional.ofNullable(olds.get(name)), Optional.ofNullable(news.get(name))))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Map<String, String> settings(Opened snapshot) {
        Map<String, String> all = new TreeMap<>();
        snapshot.manifest()
                .postgresql()
                .map(DatabaseData::properties)
                .ifPresent(properties -> properties
                        .settings()
                        .forEach(each -> all.put(
                                each.name() + (each.role() == null ? "" : " of role " + each.role()), each.value())));
        return all;
    }

    /** Gives what has the same name together, and null for what only one of them has. */
    private static <T extends Named> void pairs(Iterator<T> olds, Iterator<T> news, BiConsumer<T, T> each) {
        T old = next(olds);
        T fresh = next(news);
        while (old != null || fresh != null) {
            int order = old == null ? 1 : fresh == null ? -1 : compare(old, fresh);
            each.accept(order <= 0 ? old : null, order >= 0 ? fresh : null);
            old = order <= 0 ? next(olds) : old;
            fresh = order >= 0 ? next(news) : fresh;
        }
    }

    private static <T> T next(Iterator<T> items) {
        return items.hasNext() ? items.next() : null;
    }

    private static int compare(Named a, Named b) {
        int schemas = Arrays.compareUnsigned(utf8(a.schema()), utf8(b.schema()));
        return schemas != 0 ? schemas : Arrays.compareUnsigned(utf8(a.name()), utf8(b.name()));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static boolean sameColumns(TableData before, TableData after) {
        return before.columns().equals(after.columns()) && before.key().equals(after.key());
    }

    private final class Tables {
        private final Progress progress;
        private final List<TableDifference> found = new ArrayList<>();
        private long equal;
        private long done;

        Tables(Progress progress) {
            this.progress = progress;
        }

        void add(TableData before, TableData after) {
            if (before == null || after == null) {
                found.add(
                        before == null
                                ? of(after, Change.NEW, 0, after.rows())
                                : of(before, Change.DROPPED, before.rows(), 0));
            } else if (!sameColumns(before, after)) {
                found.add(of(after, Change.COLUMNS, before.rows(), after.rows()));
            } else if (before.content().equals(after.content())) {
                equal++;
            } else {
                compared(before, after);
            }
            done += after == null ? 0 : after.bytes();
            progress.report("diff", done, second.manifest().totals().databaseBytes());
        }

        private void compared(TableData before, TableData after) {
            try (RowsOfTwo rows = new RowsOfTwo(first.blobs(), second.blobs())) {
                Optional<RowDifference.Result> result = rows.between(before, after);
                if (result.isEmpty()) {
                    found.add(new TableDifference(name(after), Change.ROWS, Optional.empty(), Optional.empty()));
                } else if (result.get().gone().rows() + result.get().came().rows() == 0) {
                    equal++;
                } else {
                    found.add(of(
                            after,
                            Change.ROWS,
                            result.get().gone().rows(),
                            result.get().came().rows()));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static TableDifference of(TableData table, Change change, long gone, long came) {
            return new TableDifference(name(table), change, Optional.of(gone), Optional.of(came));
        }
    }
}
