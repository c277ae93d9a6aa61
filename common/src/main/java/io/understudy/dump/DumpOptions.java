package io.understudy.dump;

import io.understudy.browse.SnapshotProgram;
import io.understudy.browse.SnapshotReader;
import io.understudy.config.Settings;
import io.understudy.history.ErasedRows;
import io.understudy.repository.ErasedKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What of a database is asked for, as options of a command. */
public final class DumpOptions {
    @Option(
            names = "--database",
            paramLabel = "NAME",
            description = "One of databases[] in place of that of PostgreSQL: as its dump command wrote it.")
    private String database;

    @Option(
            names = "--table",
            paramLabel = "PATTERN",
            description =
                    "Only the tables, views and sequences of this name: name or schema.name, with * and ?. Repeatable.")
    private List<String> tables = new ArrayList<>();

    @Option(
            names = "--exclude-table",
            paramLabel = "PATTERN",
            description = "Not those of this name, nor what needs them. Repeatable.")
    private List<String> excluded = new ArrayList<>();

    @Option(names = "--schema-only", description = "No rows, no values of sequences, no large objects.")
    private boolean schemaOnly;

    @Option(names = "--data-only", description = "These alone, for tables that are there and empty.")
    private boolean dataOnly;

    @Option(
            names = "--include-erased",
            description = "Also rows that were erased since the snapshot (history.tables[].deleted).")
    private boolean includeErased;

    /** The rows that are left out because they were erased. Fails as {@link ErasedRows#known}. */
    ErasedKeys erased(SnapshotProgram cli, Settings settings, SnapshotReader reader) {
        return ErasedRows.known(settings, reader, includeErased, cli::say);
    }

    /** @param owners whether owners and rights are kept */
    public DumpRequest request(boolean owners) {
        return DumpRequest.of(tables, excluded, schemaOnly, dataOnly, owners);
    }

    /** What is asked for, of a snapshot that is found later. */
    Asked asked(String site, String name, boolean owners, Optional<String> owner) {
        return new Asked(site, null, name, database(), request(owners), includeErased, owner);
    }

    /** Whether rows come back that were erased since. */
    boolean asksForErased() {
        return includeErased;
    }

    /** Which of a snapshot's databases; empty: that of PostgreSQL. */
    public Optional<String> database() {
        return Optional.ofNullable(database);
    }

    /** Whether a part of a database is asked for. */
    public boolean given() {
        return !tables.isEmpty() || !excluded.isEmpty() || schemaOnly || dataOnly || includeErased;
    }
}
