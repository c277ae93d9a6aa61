package io.understudy.primary.capture.database;

import io.understudy.postgres.SourceTable;
import io.understudy.process.Arguments;
import io.understudy.repository.DatabaseData.SequenceData;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The arguments of pg_dump: to archive everything but the rows of the carried tables and the values of sequences. The
 * command line has an end (2 MiB on Linux, less where the stack is limited), so the largest tables come first; those
 * that find no place, and those whose names the agent's locale can't pass on, keep their rows in the archive: correct,
 * but stored again in full when they change.
 *
 * @param arguments of pg_dump
 * @param carried the tables that COPY carries, in the order given
 */
record ArchiveArguments(List<String> arguments, List<SourceTable> carried) {
    /** Bytes of all patterns together. */
    static final int MOST = 1_000_000;

    private static final String EXCLUDE = "--exclude-table-data=";
    private static final int POINTER = 8;

    ArchiveArguments {
        arguments = List.copyOf(arguments);
        carried = List.copyOf(carried);
    }

    /**
     * @param sequences whose values are read apart; those that find no place are in the archive too, which harms
     *     nothing
     */
    static ArchiveArguments of(ExportedSnapshot moment, List<SequenceData> sequences, Duration lockTimeout) {
        List<String> arguments = new ArrayList<>(List.of(
                "--snapshot=" + moment.id(),
                "--lock-wait-timeout=" + Math.max(1, lockTimeout.toMillis()),
                "--format=custom",
                "--compress=0"));
        Set<SourceTable> carried = new HashSet<>();
        long bytes = 0;
        for (SourceTable table : largestFirst(moment.tables())) {
            String pattern = EXCLUDE + pattern(table);
            long more = size(pattern);
            if (bytes + more <= MOST && Arguments.pass(pattern)) {
                bytes += more;
                arguments.add(pattern);
                carried.add(table);
            }
        }
        for (SequenceData sequence : sequences) {
            String pattern = EXCLUDE + SequenceReader.qualified(sequence);
            long more = size(pattern);
            if (bytes + more <= MOST && Arguments.pass(pattern)) {
                bytes += more;
                arguments.add(pattern);
            }
        }
        List<SourceTable> inOrder =
                moment.tables().stream().filter(carried::contains).toList();
        return new ArchiveArguments(arguments, inOrder);
    }

    private static long size(String pattern) {
        return pattern.getBytes(StandardCharsets.UTF_8).length + 1L + POINTER;
    }

    private static List<SourceTable> largestFirst(List<SourceTable> tables) {
        return tables.stream()
                .sorted(Comparator.comparingLong(SourceTable::bytes).reversed())
                .toList();
    }

    /**
     * Inside double quotes no character of pg_dump's patterns is special but the quote itself, which is doubled as in
     * SQL.
     */
    private static String pattern(SourceTable table) {
        return table.qualified();
    }
}
