package io.understudy.primary.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.age.AgeIdentity;
import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.files.FolderDeletion;
import io.understudy.postgres.Database;
import io.understudy.postgres.KeptSessions;
import io.understudy.postgres.PgTools;
import io.understudy.primary.capture.database.DatabaseCapture;
import io.understudy.primary.capture.database.SourceDatabase.Captured;
import io.understudy.primary.capture.database.tracking.ChangeTracking;
import io.understudy.process.SystemCommandRunner;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.Encryption;
import io.understudy.repository.HeldKeys;
import io.understudy.repository.Manifest;
import io.understudy.repository.Manifests;
import io.understudy.repository.Repository;
import io.understudy.repository.RepositoryKey;
import io.understudy.repository.SampleSite;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TableRows;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSession;
import io.understudy.repository.blob.BlobSource;
import io.understudy.state.StateEntry;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.PostgresServer;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots of a real database into an encrypted repository, by a primary that reads none of what it wrote. */
@Timeout(300)
@Tag("slow")
class TrackingWithoutIdentityTest {
    private static PostgresServer server;

    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore store = new InMemoryFilestore(time);
    private final RepositoryKey key = RepositoryKey.generate(new SecureRandom());
    private final SampleSite site = new SampleSite(
            store, time.clock(), key, List.of(AgeIdentity.generate().recipient()));

    @TempDir
    Path state;

    private String database;
    private DatabaseSettings settings;
    private DatabaseCapture capture;
    private LocalLists lists;
    private KeptManifest kept;
    private Repository primary;
    private TreeData tree;
    private Map<String, TableData> newest;
    private int sequence = 1;

    @BeforeAll
    static void start() {
        server = PostgresServer.start(List.of("wal_level=logical"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void aSnapshot() {
        database = server.createDatabase("sealed");
        settings = server.settings(database);
        server.psql(database, """
                CREATE TABLE note (id int PRIMARY KEY, text text);
                INSERT INTO note SELECT g, 'canary ' || repeat('x', 90) FROM generate_series(1, 1000) g;
                CREATE TABLE other (id int PRIMARY KEY, text text);
                INSERT INTO other SELECT g, 'canary ' || repeat('y', 90) FROM generate_series(1, 1000) g;
                """);
        new HeldKeys(state).keep(site.repository().id(), key);
        primary = Repository.open(
                store, Manifests.SITE, site.trusted(), time.clock(), Optional.empty(), Encryption.ofPrimary(state));
        assertThat(primary.blobs().areReadable()).isFalse();
        tree = site.commit(new SnapshotId(1, sequence), 1).trees().get(0);
        restart();
        snapshot();
    }

    @AfterEach
    void drop() {
        server.psql(database, "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");
        server.dropDatabase(database);
    }

    @Tag("always")
    @Test
    void whatDidNotChangeIsNotReadAgain() throws IOException {
        String other = readInFullAt("other");
        change(1);

        Map<String, TableData> second = snapshot();

        assertThat(second.get("note").content().deltas()).hasSize(1);
        assertThat(readInFullAt("other")).isEqualTo(other);
        restart();
        change(2);
        Map<String, TableData> third = snapshot();
        assertThat(third.get("note").content().deltas()).hasSize(2);
        assertThat(readInFullAt("other")).isEqualTo(other);
        assertAllIsRestored();
        assertNoRowIsKept();
    }

    /** What is kept in the state folder is gone, damaged, or of an older snapshot. */
    @Test
    void withoutWhatIsKeptAllIsReadAndTheNextBuildsOnThat() throws IOException {
        Path manifest = StateEntry.CAPTURE.in(state).resolve("manifest.json");
        Path older = Files.copy(manifest, state.resolve("older"));
        int number = 0;
        for (Runnable loss : List.<Runnable>of(
                () -> FolderDeletion.delete(StateEntry.CAPTURE.in(state).resolve("lists")),
                this::damageLists,
                () -> deleted(manifest),
                () -> moved(older, manifest))) {
            change(++number);
            assertThat(snapshot().get("note").content().deltas()).isNotEmpty();
            loss.run();
            restart();
            String other = readInFullAt("other");
            change(++number);

            assertThat(snapshot().get("note").content().deltas()).isEmpty();

            assertThat(readInFullAt("other")).isNotEqualTo(other);
            assertAllIsRestored();
        }
        change(++number);
        assertThat(snapshot().get("note").content().deltas()).isNotEmpty();
    }

    /** As many as a standby can be asked to read one after the other. */
    @Test
    void aTableIsReadInFullWhenDeltasThatNobodyMergesAreMany() {
        for (int number = 1; number <= 48; number++) {
            change(number);
            assertThat(snapshot().get("note").content().deltas()).hasSize(number);
        }
        change(49);
        assertThat(snapshot().get("note").content().deltas()).isEmpty();
        assertAllIsRestored();
        change(50);
        assertThat(snapshot().get("note").content().deltas()).hasSize(1);
        assertAllIsRestored();
    }

    private void restart() {
        lists = new LocalLists(state, time);
        kept = new KeptManifest(state);
        KeptSessions sessions = new KeptSessions(new Database(settings));
        capture = new DatabaseCapture(
                sessions,
                tools(),
                Ticker.system(),
                Optional.of(new ChangeTracking(database, state, sessions, Ticker.system())));
    }

    private PgTools tools() {
        return new PgTools(settings, new SystemCommandRunner(state));
    }

    private void change(int number) {
        server.psql(database, "UPDATE note SET text = 'canary, changed " + number + "' WHERE id = " + (number % 7 + 1));
    }

    /** As a daemon takes it. @return the tables by name, as a standby reads them */
    private Map<String, TableData> snapshot() {
        Base base = Base.of(primary, kept, junk -> {
            throw new AssertionError(junk);
        });
        Captured captured;
        SnapshotId id = new SnapshotId(1, ++sequence);
        try (BlobSession session = primary.blobs().session(base::stored)) {
            captured = capture.capture(
                    Optional.of(base.before(primary, lists, false)), session, Progress.none(), () -> {});
            session.settle();
            Manifest manifest = Manifests.of(id, captured.database().data(), tree);
            captured.commit().intended(id);
            primary.commit(manifest, site.key());
            captured.commit().committed();
            kept.keep(manifest);
        }
        return newest = tables(captured.database().data(), site.repository().blobs());
    }

    /** A standby restores from the newest what the database holds. */
    private void assertAllIsRestored() {
        BlobSource sealed = site.repository().blobs();
        MemoryBlobs whole = new MemoryBlobs();
        DatabaseData all = new DatabaseCapture(new Database(settings), tools(), Ticker.system(), Optional.empty())
                .capture(whole, Progress.none(), () -> {})
                .database()
                .data();
        tables(all, whole)
                .forEach((name, table) ->
                        assertThat(rows(newest.get(name), sealed)).as(name).isEqualTo(rows(table, whole)));
    }

    private static Map<String, TableData> tables(DatabaseData data, BlobSource source) {
        Map<String, TableData> tables = new TreeMap<>();
        try (Stream<TableData> all = data.tables(source)) {
            all.forEach(table -> tables.put(table.name(), table));
        }
        return tables;
    }

    private static List<String> rows(TableData table, BlobSource source) {
        try (InputStream in = TableRows.all(table, source)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** When this agent read all rows of a table for the last time, as it noted. */
    private String readInFullAt(String table) throws IOException {
        String noted = Files.readString(StateEntry.TRACKING.in(state));
        String own = noted.substring(noted.indexOf("\\\"" + table + "\\\""));
        int at = own.indexOf("\"whole\"");
        return own.substring(at, own.indexOf(',', at));
    }

    private void assertNoRowIsKept() throws IOException {
        try (Stream<Path> files = Files.walk(state)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain("canary");
            }
        }
    }

    private void damageLists() {
        try (Stream<Path> files = Files.list(StateEntry.CAPTURE.in(state).resolve("lists"))) {
            for (Path file : files.toList()) {
                byte[] content = Files.readAllBytes(file);
                Arrays.fill(content, (byte) ' ');
                Files.write(file, content);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void deleted(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void moved(Path from, Path to) {
        try {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
