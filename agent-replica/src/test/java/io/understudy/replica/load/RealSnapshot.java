package io.understudy.replica.load;

import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.postgres.Catalog;
import io.understudy.postgres.Database;
import io.understudy.postgres.GeneratedValues;
import io.understudy.postgres.PgTools;
import io.understudy.postgres.Session;
import io.understudy.postgres.SiteCode;
import io.understudy.postgres.SourceTable;
import io.understudy.postgres.Sql;
import io.understudy.postgres.Toolset;
import io.understudy.process.CommandResult;
import io.understudy.process.SystemCommandRunner;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseData.Generated;
import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseProperties;
import io.understudy.repository.DatabaseWriter;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.digest.RowDigest;
import io.understudy.repository.digest.TableDigest;
import io.understudy.testing.PostgresServer;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes a snapshot of a quiet database the simple way: one blob for every few rows, pg_dump for the rest. */
final class RealSnapshot {
    private static final int BLOB = 4096;

    private final PostgresServer server;
    private final BlobSink sink;
    private final Path state;

    RealSnapshot(PostgresServer server, BlobSink sink, Path state) {
        this.server = server;
        this.sink = sink;
        this.state = state;
    }

    Manifest of(String database, int sequence) {
        return of(database, sequence, List.of());
    }

    /** @param archived names of tables whose rows stay in the archive */
    Manifest of(String database, int sequence, List<String> archived) {
        DatabaseSettings settings = server.settings(database);
        PgTools tools = new PgTools(settings, new SystemCommandRunner(state));
        try (Session session = new Database(settings).open()) {
            Catalog catalog = new Catalog(session);
            Toolset toolset = tools.forDump(session.serverVersion());
            List<SourceTable> found = catalog.tables().stream()
                    .filter(table -> !archived.contains(table.name()))
                    .toList();
            Map<Long, List<String>> generated = new SiteCode(session).generatedColumns();
            List<TableData> tables = found.stream()
                    .map(table -> table(session, table, generated.get(table.oid())))
                    .toList();
            DatabaseData data =
                    data(sink, database, catalog.properties(), archive(tools, toolset, database, found), tables);
            return manifest(data, sequence, session.serverVersion(), toolset.version());
        }
    }

    private TableData table(Session session, SourceTable table, List<String> generated) {
        String columns = table.columns().stream().map(Sql::identifier).collect(Collectors.joining(", "));
        ByteArrayOutputStream rows = new ByteArrayOutputStream();
        long count = session.copyOut(
                "COPY " + Sql.qualified(table.schema(), table.name()) + " (" + columns + ") TO STDOUT", rows);
        StreamRef stream = rows(rows.toByteArray());
        return new TableData(
                table.schema(),
                table.name(),
                table.columns(),
                List.of(),
                count,
                stream.bytes(),
                digest(table, rows.toByteArray()),
                generated == null ? null : generated(session, table, generated),
                new TableContent(stream));
    }

    private static TableDigest digest(SourceTable table, byte[] rows) {
        RowDigest digest = new RowDigest(table.columns(), List.of());
        digest.write(rows, 0, rows.length);
        return digest.digest();
    }

    private static Generated generated(Session session, SourceTable table, List<String> generated) {
        return GeneratedValues.read(session, table.qualified(), table.columns(), List.of(), generated, "UTF8");
    }

    private StreamRef rows(byte[] content) {
        List<BlobRef> blobs = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < content.length; i++) {
            if (content[i] == '\n' && (i + 1 - start >= BLOB || i + 1 == content.length)) {
                blobs.add(sink.put(content, start, i + 1 - start));
                start = i + 1;
            }
        }
        return StreamRef.of(blobs);
    }

    private StreamRef archive(PgTools tools, Toolset toolset, String database, List<SourceTable> tables) {
        List<String> arguments = new ArrayList<>(List.of("--format=custom", "--compress=0"));
        tables.forEach(table -> arguments.add("--exclude-table-data=" + Sql.qualified(table.schema(), table.name())));
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        CommandResult result = tools.run(
                toolset.dump(),
                database,
                arguments,
                Duration.ofMinutes(1),
                command -> command.into(output -> output.transferTo(archive)));
        if (!result.ok()) {
            throw new AssertionError(result.errors());
        }
        return StreamRef.of(List.of(sink.put(archive.toByteArray(), 0, archive.size())));
    }

    static Manifest manifest(DatabaseData data, int sequence, int server, String tools) {
        return new Manifest(
                Manifest.FORMAT,
                "site",
                new SnapshotId(1, sequence),
                List.of("manual"),
                Instant.EPOCH,
                "0/0",
                "source",
                new Manifest.Versions("test", server, tools),
                List.of(data),
                List.of(),
                new Manifest.Totals(0, 0, 1 << 20, 0, 0, 0, 0));
    }

    static DatabaseData data(
            BlobSink sink, String name, DatabaseProperties properties, StreamRef archive, List<TableData> tables) {
        DatabaseWriter lists = new DatabaseWriter(sink);
        tables.forEach(lists::add);
        return lists.finish(name, properties, "00", 1 << 20, archive).data();
    }

    /** The first table, with all blobs of its rows. */
    static TableData table(Manifest manifest, BlobSource source) {
        try (Stream<TableData> tables = manifest.database().tables(source)) {
            TableData table = tables.findFirst().orElseThrow();
            return new TableData(
                    table.schema(),
                    table.name(),
                    table.columns(),
                    table.key(),
                    table.rows(),
                    table.bytes(),
                    null,
                    null,
                    new TableContent(table.content().base().whole(source)));
        }
    }

    static Manifest with(Manifest manifest, DatabaseData data) {
        return manifest(
                data,
                manifest.snapshot().sequence(),
                manifest.versions().postgres(),
                manifest.versions().tools());
    }

    static Manifest with(Manifest manifest, DatabaseProperties properties) {
        DatabaseData data = manifest.database();
        return with(
                manifest,
                new DatabaseData(
                        data.name(),
                        data.kind(),
                        properties,
                        data.schemaHash(),
                        data.diskBytes(),
                        data.archive(),
                        data.tables(),
                        data.sequences(),
                        data.references()));
    }
}
