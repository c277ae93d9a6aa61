package io.understudy.primary.capture.database.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.postgres.Database;
import io.understudy.postgres.KeptSessions;
import io.understudy.postgres.PgTools;
import io.understudy.primary.capture.database.DatabaseCapture;
import io.understudy.primary.capture.database.SourceDatabase.Captured;
import io.understudy.process.SystemCommandRunner;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseData.SequenceData;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TableRows;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.PlainSink;
import io.understudy.testing.PostgresServer;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** A database whose snapshots build on each other, and on which each can be compared with one that does not. */
final class TrackedSite {
    static final UUID REPOSITORY = UUID.fromString("1a2b3c4d-5e6f-4a4a-8b8b-0123456789ab");

    final PostgresServer server;
    final String database;
    final MemoryBlobs blobs = new MemoryBlobs();
    private final Path state;
    private final DatabaseSettings settings;
    private DatabaseCapture tracked;
    private Optional<Before.Newest> newest = Optional.empty();
    private final Set<BlobId> put = ConcurrentHashMap.newKeySet();
    private final Set<BlobId> readable = new HashSet<>();
    /** Read as lists. */
    final Set<BlobId> listed = ConcurrentHashMap.newKeySet();

    private int sequence;

    TrackedSite(PostgresServer server, String database, Path state) {
        this(server, database, state, server.settings(database));
    }

    /** @param settings of the agent */
    TrackedSite(PostgresServer server, String database, Path state, DatabaseSettings settings) {
        this.settings = settings;
        this.server = server;
        this.database = database;
        this.state = state;
        restartAgent();
    }

    /** What is in memory is gone. */
    void restartAgent() {
        KeptSessions sessions = new KeptSessions(new Database(settings));
        ChangeTracking tracking =
                new ChangeTracking(database, state, sessions, Ticker.system(), Duration.ofMillis(300), Duration.ZERO);
        tracked = new DatabaseCapture(sessions, tools(), Ticker.system(), Optional.of(tracking));
    }

    TrackingSlot slot() {
        return TrackingSlot.of(database, REPOSITORY);
    }

    /** Takes a snapshot and commits it. */
    Captured snapshot() {
        Captured captured = capture();
        commit(captured);
        return captured;
    }

    Captured capture() {
        return tracked.capture(
                Optional.of(new Before(REPOSITORY, newest)), (PlainSink) this::put, Progress.none(), () -> {});
    }

    void commit(Captured captured) {
        SnapshotId id = intend(captured);
        build(id, captured);
        captured.commit().committed();
    }

    /** As a commit that failed, or after which the agent was killed. */
    SnapshotId intend(Captured captured) {
        sequence++;
        readable.addAll(put);
        SnapshotId id = new SnapshotId(1, sequence);
        captured.commit().intended(id);
        return id;
    }

    void killedBehindTheCommitOf(Captured captured) {
        build(intend(captured), captured);
        restartAgent();
    }

    private void build(SnapshotId id, Captured captured) {
        newest = Optional.of(
                new Before.Newest(id, captured.database().data(), this::list, Optional.of(this::committed)));
    }

    private InputStream list(BlobRef blob) {
        listed.add(blob.id());
        return committed(blob);
    }

    /** Everything, by a snapshot that builds on nothing. */
    Captured whole() {
        return new DatabaseCapture(new Database(settings), tools(), Ticker.system(), Optional.empty())
                .capture(blobs, Progress.none(), () -> {});
    }

    /** What a snapshot puts can be read when it is committed. */
    private BlobRef put(byte[] buffer, int offset, int length) {
        BlobRef blob = blobs.put(buffer, offset, length);
        put.add(blob.id());
        return blob;
    }

    private InputStream committed(BlobRef blob) {
        assertThat(readable).as("blobs that were committed").contains(blob.id());
        return blobs.open(blob);
    }

    private PgTools tools() {
        return new PgTools(settings, new SystemCommandRunner(state));
    }

    /** Compares what an import would load. */
    void requireSame(String when, Captured tracked, Captured whole) {
        assertThat(archive(tracked)).as("%s: pg_dump's archive", when).isEqualTo(archive(whole));
        assertThat(tracked.database().data().schemaHash())
                .isEqualTo(whole.database().data().schemaHash());
        assertThat(sequences(tracked)).as("%s: sequences", when).isEqualTo(sequences(whole));
        List<TableData> expected = tables(whole);
        List<TableData> found = tables(tracked);
        assertThat(found.stream().map(TableData::name))
                .as(when)
                .containsExactlyElementsOf(
                        expected.stream().map(TableData::name).toList());
        for (int i = 0; i < found.size(); i++) {
            TableData table = found.get(i);
            String what = when + ": table " + table.name();
            assertThat(table.columns()).as(what).isEqualTo(expected.get(i).columns());
            assertThat(table.key()).as(what).isEqualTo(expected.get(i).key());
            List<String> rows = rows(table);
            assertThat(rows).as(what).isEqualTo(rows(expected.get(i)));
            assertThat(table.rows()).as(what).isEqualTo(rows.size());
            if (table.digest() != null) {
                assertThat(table.digest()).as(what).isEqualTo(expected.get(i).digest());
            }
        }
    }

    /** As SQL: its own numbers of objects may differ. */
    private String archive(Captured captured) {
        try {
            Path file = Files.write(
                    state.resolve("archive"),
                    blobs.content(captured.database().data().archive()));
            AtomicReference<String> sql = new AtomicReference<>();
            new PgTools(settings, new SystemCommandRunner(state))
                    .run(
                            server.tools().resolve("pg_restore"),
                            database,
                            List.of("-f", "-", file.toString()),
                            Duration.ofMinutes(1),
                            command -> command.into(
                                    text -> sql.set(new String(text.readAllBytes(), StandardCharsets.UTF_8))));
            return sql.get().replaceAll("(?m)^\\\\(un)?restrict .*$", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<TableData> tables(Captured captured) {
        try (Stream<TableData> tables = captured.database().data().tables(blobs)) {
            return tables.toList();
        }
    }

    TableData table(Captured captured, String name) {
        return tables(captured).stream()
                .filter(table -> table.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private List<SequenceData> sequences(Captured captured) {
        try (Stream<SequenceData> all = captured.database().data().sequences(blobs)) {
            return all.toList();
        }
    }

    List<String> rows(TableData table) {
        try (InputStream in = TableRows.all(table, blobs)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
