package io.understudy.dump;

import io.understudy.postgres.Sql;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.Manifest;
import io.understudy.repository.blob.BlobSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The rows of tables as psql reads them, each behind its statement, in the settings in which they were written. */
final class RowScript {
    /** Takes the settings back that only rows need. */
    static final String END = "\nRESET DateStyle;\nRESET IntervalStyle;\nRESET TimeZone;\nRESET lc_monetary;\n";

    /** What pg_restore sets before may be missing, when the archive holds no data. */
    private static final String SETTINGS = """

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

    private final DatabaseData database;
    private final BlobSource blobs;
    private final Choice choice;
    private final Function<TableData, InputStream> content;
    private final DumpOutput out;
    private final Progress progress;
    private final Map<String, String> roots;
    private final Set<String> calling;
    private final long total;
    private long done;

    /** @param rows those of a table as COPY writes them */
    RowScript(
            Manifest manifest,
            BlobSource blobs,
            Choice choice,
            Function<TableData, InputStream> rows,
            DumpOutput out,
            Progress progress) {
        this.content = rows;
        this.database = manifest.database();
        this.blobs = blobs;
        this.choice = choice;
        this.out = out;
        this.progress = progress;
        this.roots = choice.graph().roots();
        this.calling = choice.graph().calling();
        this.total = manifest.totals().databaseBytes();
    }

    /** Storing a row may call functions that read other tables: tables of which the schema says so come last. */
    void write() {
        out.text(SETTINGS);
        each(table -> !calling.contains(DatabaseDump.qualified(table)));
        each(table -> calling.contains(DatabaseDump.qualified(table)));
    }

    private void each(Predicate<TableData> wanted) {
        try (Stream<TableData> tables = database.tables(blobs)) {
            tables.filter(choice::holds).filter(wanted).forEach(this::write);
        }
    }

    private void write(TableData table) {
        String name = DatabaseDump.qualified(table);
        String columns = table.columns().stream().map(Sql::identifier).collect(Collectors.joining(", "));
        out.text("COPY " + roots.getOrDefault(name, name) + " (" + columns
                + ") FROM stdin WITH (FORMAT text, ENCODING "
                + Sql.literal(database.properties().encoding()) + ");\n");
        try (InputStream rows = content.apply(table)) {
            out.all(rows);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out.text("\\.\n\n");
        done += table.bytes();
        progress.report("dump", done, total);
    }
}
