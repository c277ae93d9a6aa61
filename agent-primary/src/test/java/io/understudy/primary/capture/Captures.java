package io.understudy.primary.capture;

import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.postgres.Database;
import io.understudy.postgres.PgTools;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import io.understudy.postgres.Toolset;
import io.understudy.primary.capture.database.DatabaseCapture;
import io.understudy.primary.capture.database.SourceDatabase.Captured;
import io.understudy.process.CommandResult;
import io.understudy.process.SystemCommandRunner;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseData.SequenceData;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseProperties;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.PostgresServer;
import io.understudy.time.Ticker;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Captures databases of the test's server and makes databases of captures again, by PostgreSQL's means alone. */
public final class Captures {
    private Captures() {}

    public static DatabaseCapture of(DatabaseSettings settings, Path temporary) {
        PgTools tools = new PgTools(settings, new SystemCommandRunner(temporary));
        return new DatabaseCapture(new Database(settings), tools, Ticker.system(), Optional.empty());
    }

    public static Captured take(PostgresServer server, String database, MemoryBlobs blobs, Path temporary) {
        return of(server.settings(database), temporary).capture(blobs, Progress.none(), () -> {});
    }

    public static List<TableData> tables(Captured captured, MemoryBlobs blobs) {
        try (Stream<TableData> tables = captured.database().data().tables(blobs)) {
            return tables.toList();
        }
    }

    public static TableData table(Captured captured, String name, MemoryBlobs blobs) {
        return tables(captured, blobs).stream()
                .filter(table -> table.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    public static String rows(Captured captured, String name, MemoryBlobs blobs) {
        return new String(blobs.content(table(captured, name, blobs).content().base()), StandardCharsets.UTF_8);
    }

    /** @return the name of a new database that holds what was captured */
    public static String restore(PostgresServer server, Captured captured, MemoryBlobs blobs, Path temporary) {
        String name = server.newName("restored");
        DatabaseProperties properties = captured.database().data().properties();
        server.psql(
                "postgres",
                "CREATE DATABASE " + Sql.identifier(name) + " TEMPLATE template0 ENCODING "
                        + Sql.literal(properties.encoding())
                        + " LC_COLLATE " + Sql.literal(properties.collate()) + " LC_CTYPE "
                        + Sql.literal(properties.ctype()) + ";");
        Path archive = file(temporary, blobs.content(captured.database().data().archive()));
        section(server, name, captured, archive, "pre-data");
        try (Session session = new Database(server.settings(name)).open()) {
            tables(captured, blobs).forEach(table -> load(session, table, properties.encoding(), blobs));
        }
        section(server, name, captured, archive, "data");
        try (Session session = new Database(server.settings(name)).open();
                Stream<SequenceData> sequences = captured.database().data().sequences(blobs)) {
            sequences.forEach(sequence -> session.execute("SELECT setval("
                    + Sql.literal(Sql.qualified(sequence.schema(), sequence.name())) + ", " + sequence.value() + ", "
                    + sequence.called() + ")"));
        }
        section(server, name, captured, archive, "post-data");
        return name;
    }

    /** The whole content of a database as SQL, rows in their order too, without what differs from dump to dump. */
    public static String content(PostgresServer server, String database, Path temporary) {
        PgTools tools = new PgTools(server.settings(database), new SystemCommandRunner(temporary));
        AtomicReference<String> dump = new AtomicReference<>();
        tools.run(
                server.tools().resolve("pg_dump"),
                database,
                List.of("--encoding=UTF8"),
                Duration.ofMinutes(2),
                command -> command.into(sql -> dump.set(new String(sql.readAllBytes(), StandardCharsets.UTF_8))));
        return dump.get()
                .lines()
                .filter(line -> !line.matches("\\\\(un)?restrict .*|-- Dumped .*"))
                .collect(Collectors.joining("\n"));
    }

    private static void load(Session session, TableData table, String encoding, MemoryBlobs blobs) {
        String columns = table.columns().stream().map(Sql::identifier).collect(Collectors.joining(", "));
        String copy = "COPY " + Sql.qualified(table.schema(), table.name()) + " (" + columns
                + ") FROM STDIN (FORMAT text, ENCODING " + Sql.literal(encoding) + ")";
        session.copyIn(
                copy, new ByteArrayInputStream(blobs.content(table.content().base())));
    }

    private static void section(PostgresServer server, String name, Captured captured, Path archive, String section) {
        PgTools tools = new PgTools(server.settings(name), new SystemCommandRunner(archive.getParent()));
        Toolset programs = tools.forRestore(captured.toolsVersion(), captured.serverVersion());
        CommandResult result = tools.run(
                programs.restore(),
                name,
                List.of("--section=" + section, "--exit-on-error", archive.toString()),
                Duration.ofMinutes(2),
                UnaryOperator.identity());
        if (!result.ok()) {
            throw new AssertionError(section + ": " + result.errors());
        }
    }

    private static Path file(Path folder, byte[] content) {
        try {
            return Files.write(folder.resolve("archive"), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
