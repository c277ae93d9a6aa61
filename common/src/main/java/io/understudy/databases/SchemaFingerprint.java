package io.understudy.databases;

import io.understudy.files.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What a schema holds, wherever it is: the server's checksums of all rows, the definitions of tables, the states of
 * sequences, and the script of what else there is. The server reads all rows for it and sends none.
 */
final class SchemaFingerprint {
    /** Comments in which the name of the schema stands. */
    private static final List<String> COMMENTS =
            List.of("-- Host: ", "-- Dumping events for database ", "-- Dumping routines for database ");

    private final SchemaClient client;

    SchemaFingerprint(SchemaClient client) {
        this.client = client;
    }

    /** @return empty where there is no table, or one that cannot be read */
    Optional<String> of(String schema, Supplier<String> script) {
        List<String> tables = client.tables(schema);
        if (tables.isEmpty()) {
            return Optional.empty();
        }
        List<String> sequences = client.sequences(schema);
        List<String> sums = client
                .query(tables.stream()
                        .filter(table -> !sequences.contains(table))
                        .map(table -> "CHECKSUM TABLE " + qualified(schema, table) + " EXTENDED")
                        .collect(Collectors.joining("; ", "SELECT 'sums\t'; ", "")))
                .stream()
                .map(line -> line.substring(line.lastIndexOf('\t') + 1))
                .toList();
        if (sums.contains("NULL")) {
            return Optional.empty();
        }
        String definitions = client.sql(tables.stream()
                .map(table -> "SHOW CREATE TABLE " + qualified(schema, table))
                .collect(Collectors.joining("; ")));
        String states = client.sql(sequences.stream()
                .map(sequence -> "SELECT next_not_cached_value, cycle_count FROM " + qualified(schema, sequence))
                .collect(Collectors.joining("; ", "SELECT 'states'; ", "")));
        String other = script.get()
                .lines()
                .filter(line -> COMMENTS.stream().noneMatch(line::startsWith))
                .collect(Collectors.joining("\n"));
        byte[] all =
                String.join("\u0000", sums + "", definitions, states, other).getBytes(StandardCharsets.UTF_8);
        return Optional.of(HexFormat.of().formatHex(Sha256.of(all, 0, all.length)));
    }

    private static String qualified(String schema, String table) {
        return SchemaClient.quoted(schema) + "." + SchemaClient.quoted(table);
    }
}
