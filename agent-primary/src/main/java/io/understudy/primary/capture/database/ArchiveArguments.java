package io.understudy.primary.capture.database;

import io.understudy.postgres.SourceTable;
import io.understudy.process.Arguments;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What pg_dump is told: to archive everything but the rows of the carried tables. The command line has an end (2 MiB on Linux, less where
 * the stack is limited), so the largest tables come first; those that find no place, and those whose names the agent's locale can't pass
 * on, keep their rows in the archive: correct, but stored anew when they change.
 *
 * @param snapshot the arguments that name the snapshot alone
 * @param arguments all of them
 * @param carried the tables that COPY carries, in the order given
 */
record ArchiveArguments(List<String> snapshot, List<String> arguments, List<SourceTable> carried) {
    /** Bytes of all patterns together. */
    static final int MOST = 1_000_000;

    private static final int POINTER = 8;

    ArchiveArguments {
        snapshot = List.copyOf(snapshot);
        arguments = List.copyOf(arguments);
        carried = List.copyOf(carried);
    }

    static ArchiveArguments of(ExportedSnapshot moment, Duration lockTimeout) {
        List<String> snapshot =
                List.of("--snapshot=" + moment.id(), "--lock-wait-timeout=" + Math.max(1, lockTimeout.toMillis()));
        List<String> arguments = new ArrayList<>(snapshot);
        arguments.addAll(List.of("--format=custom", "--compress=0"));
        Set<SourceTable> carried = new HashSet<>();
        long bytes = 0;
        for (SourceTable table : largestFirst(moment.tables())) {
            String pattern = "--exclude-table-data=" + pattern(table);
            long more = pattern.getBytes(StandardCharsets.UTF_8).length + 1L + POINTER;
            if (bytes + more <= MOST && Arguments.pass(pattern)) {
                bytes += more;
                arguments.add(pattern);
                carried.add(table);
            }
        }
        List<SourceTable> inOrder =
                moment.tables().stream().filter(carried::contains).toList();
        return new ArchiveArguments(snapshot, arguments, inOrder);
    }

    private static List<SourceTable> largestFirst(List<SourceTable> tables) {
        return tables.stream()
                .sorted(Comparator.comparingLong(SourceTable::bytes).reversed())
                .toList();
    }

    /** Inside double quotes no character of pg_dump's patterns is special but the quote itself, which is doubled as in SQL. */
    private static String pattern(SourceTable table) {
        return table.qualified();
    }
}
