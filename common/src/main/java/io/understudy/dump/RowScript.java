package io.understudy.dump;

import io.understudy.dump.DumpScript.Kind;
import io.understudy.dump.DumpScript.Part;
import io.understudy.postgres.Sql;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseData.SequenceData;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.Manifest;
import io.understudy.repository.blob.BlobSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The rows of tables as psql reads them, each behind its statement, in the settings in which they were written. A part
 * for each table.
 */
final class RowScript {
    /** Takes the settings back that only rows need. */
    static final String END = "\nRESET DateStyle;\nRESET IntervalStyle;\nRESET TimeZone;\nRESET lc_monetary;\n";

    /** Nothing fires while rows come into tables that have all that belongs to them. */
    static final String QUIET = "SET session_replication_role = replica;\n";

    /** What pg_restore sets before may be missing, when the archive holds no data. */
    static final String SETTINGS = """

            SET statement_timeout = 0;
            SET lock_timeout = 0;
            SET idle_in_transaction_session_timeout = 0;
            SET client_encoding = 'UTF8';
            SET standard_conforming_strings = on;
            SELECT pg_catalog.set_config('search_path', '', false);
            SET check_function_bodies = false;
            SET xmloption = content;
            SET client_min_messages = warning;
            SET row_security = off;
            SET DateStyle = ISO;
            SET IntervalStyle = postgres;
            SET TimeZone = 'UTC';
            SET lc_monetary = 'C';

            """;

    /** How a table's rows are read, without what was erased. */
    interface Source {
        /** All rows as COPY writes them. */
        InputStream rows(TableData table);

        /** How many these are. */
        long count(TableData table);

        /** How many bytes these are; empty where only reading them says it. */
        OptionalLong bytes(TableData table);
    }

    private final DatabaseData database;
    private final BlobSource blobs;
    private final Choice choice;
    private final Source source;
    private final Progress progress;
    private final Map<String, String> roots;
    private final Set<String> calling;
    private final long total;

    RowScript(Manifest manifest, BlobSource blobs, Choice choice, Source source, Progress progress) {
        this.source = source;
        this.database = manifest.database();
        this.blobs = blobs;
        this.choice = choice;
        this.progress = progress;
        this.roots = choice.graph().roots();
        this.calling = choice.graph().calling();
        this.total = manifest.totals().databaseBytes();
    }

    /** Storing a row may call functions that read other tables: tables of which the schema says so come last. */
    List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        long[] before = new long[1];
        add(parts, before, table -> !calling.contains(DatabaseDump.qualified(table)));
        add(parts, before, table -> calling.contains(DatabaseDump.qualified(table)));
        return parts;
    }

    private void add(List<Part> parts, long[] before, Predicate<TableData> wanted) {
        try (Stream<TableData> tables = database.tables(blobs)) {
            tables.filter(choice::holds).filter(wanted).forEach(table -> {
                parts.add(part(table, before[0]));
                before[0] += table.bytes();
            });
        }
    }

    private Part part(TableData table, long before) {
        String name = DatabaseDump.qualified(table);
        String target = roots.getOrDefault(name, name);
        return new Part(Kind.ROWS, name, target, source.count(table), (out, from, written) -> {
            if (from == 0) {
                out.text(head(table, target));
            }
            try (InputStream rows = source.rows(table)) {
                rows.skipNBytes(from);
                write(rows, out, from, written, before);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            out.text("\\.\n\n");
            progress.report("dump", before + table.bytes(), total);
        });
    }

    private void write(InputStream rows, DumpOutput out, long from, LongConsumer written, long before)
            throws IOException {
        out.all(rows, count -> {
            written.accept(from + count);
            progress.report("dump", Math.min(total, before + from + count), total);
        });
    }

    private String head(TableData table, String target) {
        String columns = table.columns().stream().map(Sql::identifier).collect(Collectors.joining(", "));
        return "COPY " + target + " (" + columns + ") FROM stdin WITH (FORMAT text, ENCODING "
                + Sql.literal(database.properties().encoding()) + ");\n";
    }

    /** The statement that sets it. */
    static String value(SequenceData sequence) {
        return "SELECT pg_catalog.setval(" + Sql.literal(Sql.qualified(sequence.schema(), sequence.name())) + ", "
                + sequence.value() + ", " + sequence.called() + ");\n";
    }
}
