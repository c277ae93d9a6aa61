package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.dump.DumpRequest;
import io.understudy.dump.DumpRequest.Parts;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.repository.Manifest;
import io.understudy.repository.Manifests;
import io.understudy.repository.blob.BlobId;
import io.understudy.restore.RestorePoint;
import io.understudy.testing.EveryKindOfObject;
import io.understudy.testing.KilledAt;
import io.understudy.testing.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code restore --to database:NAME} is killed anywhere, and the same command goes on behind what was stored. */
@Tag("slow")
@Timeout(300)
class RestoreResumesTest {
    private final PostgresServer server = PostgresServer.shared();

    @TempDir
    private Path state;

    private ResumedRestore bench;

    @BeforeEach
    void prepare() {
        bench = new ResumedRestore(server, state);
    }

    private Manifest capture(String source) {
        return bench.capture(source);
    }

    private void restore(Manifest manifest, DumpRequest request, String name, Optional<String> owner) {
        bench.restore(manifest, request, name, owner);
    }

    private boolean killed(RestorePoint point, int times, Manifest manifest, String name, Optional<String> owner) {
        return KilledAt.run(point, times, () -> restore(manifest, DumpRequest.ALL, name, owner));
    }

    private boolean killed(RestorePoint point, int times, Manifest manifest, String name) {
        return killed(point, times, manifest, name, Optional.empty());
    }

    private String source() {
        return bench.source();
    }

    private int stored(String name) {
        return bench.stored(name);
    }

    private void killedWith(Manifest manifest, String name, int parts) {
        bench.killedWith(manifest, name, parts, Optional.empty());
    }

    private void assertDone(String source, String name) {
        bench.assertDone(source, name);
    }

    private static String draft(String name) {
        return ResumedRestore.draft(name);
    }

    private String oid(String name) {
        return bench.oid(name);
    }

    /** One restore, killed again and again: at each moment around what is made, and behind each part of the script. */
    @Test
    void comesToTheSameEndWhereverItIsKilled() {
        String source = EveryKindOfObject.create(server);
        Manifest manifest = capture(source);
        String name = server.newName("killed");
        assertThat(killed(RestorePoint.DRAFT_CREATED, 1, manifest, name)).isTrue();
        assertThat(killed(RestorePoint.DRAFT_NOTED, 1, manifest, name)).isTrue();
        int stored = 0;
        for (int more : List.of(3, 40, 40)) {
            int given = more;
            int before = stored;
            assertThat(KilledAt.run(
                            RestorePoint.DRAFT_PART_GIVEN,
                            given,
                            () -> ResumedRestore.await(() -> stored(name) >= before + given - 1),
                            () -> restore(manifest, DumpRequest.ALL, name, Optional.empty())))
                    .isTrue();
            stored = stored(name);
            assertThat(oid(name)).isEqualTo("0");
        }
        assertThat(stored).isGreaterThan(80);
        String made = oid(draft(name));
        assertThat(killed(RestorePoint.DRAFT_LOADED, 1, manifest, name)).isTrue();
        assertThat(killed(RestorePoint.DRAFT_FINISHED, 1, manifest, name)).isTrue();
        assertThat(killed(RestorePoint.DRAFT_NAMED, 1, manifest, name)).isTrue();
        restore(manifest, DumpRequest.ALL, name, Optional.empty());
        assertThat(oid(name)).isEqualTo(made);
        assertDone(source, name);
    }

    /** What was stored is not read again, nor made again. */
    @Test
    void whatWasStoredStays() {
        String source = source();
        Manifest manifest = capture(source);
        String name = server.newName("kept");
        // The schema, large objects, rows that the archive holds, and table a.
        killedWith(manifest, name, 4);
        String file = "SELECT pg_relation_filenode('a')";
        String before = server.psql(draft(name), file + "");
        String oid = oid(draft(name));
        bench.opened().clear();
        restore(manifest, DumpRequest.ALL, name, Optional.empty());
        List<String> again = bench.opened().stream().map(BlobId::toString).toList();
        assertThat(again).doesNotContain(blobOf(manifest, "a")).contains(blobOf(manifest, "b"), blobOf(manifest, "c"));
        assertThat(oid(name)).isEqualTo(oid);
        assertThat(server.psql(name, file)).isEqualTo(before);
        assertDone(source, name);

        // All of the rows, and the first key: no blob of rows is read again.
        String indexed = server.newName("indexed");
        killedWith(manifest, indexed, 9);
        before = server.psql(
                draft(indexed),
                "SELECT string_agg(indexrelid::text, ' ' ORDER BY indexrelid) FROM pg_index"
                        + " WHERE indexrelid >= 16384");
        assertThat(before).isNotEmpty();
        bench.opened().clear();
        restore(manifest, DumpRequest.ALL, indexed, Optional.empty());
        assertThat(bench.opened().stream().map(BlobId::toString))
                .doesNotContain(blobOf(manifest, "a"), blobOf(manifest, "b"), blobOf(manifest, "c"));
        assertThat(server.psql(indexed, "SELECT string_agg(indexrelid::text, ' ' ORDER BY indexrelid) FROM pg_index"))
                .contains(before.split(" "));
        assertDone(source, indexed);
    }

    private String blobOf(Manifest manifest, String table) {
        return manifest.database()
                .tables(bench.blobs())
                .filter(each -> each.name().equals(table))
                .findFirst()
                .orElseThrow()
                .content()
                .base()
                .direct()
                .get(0)
                .id()
                .toString();
    }

    @Test
    void withOneOwnerToo() {
        server.createRole("shopkeeper", "LOGIN PASSWORD 'x'");
        Manifest manifest = capture(source());
        String name = server.newName("owned");
        Optional<String> owner = Optional.of("shopkeeper");
        int kills = 0;
        while (killed(RestorePoint.DRAFT_PART_GIVEN, 6, manifest, name, owner)) {
            kills++;
            assertThat(kills).isLessThan(30);
        }
        assertThat(kills).isGreaterThan(1);
        assertThat(server.psql(name, "SELECT count(*), (SELECT n FROM m), (SELECT count(*) FROM c) FROM a"))
                .isEqualTo("100|90|80");
        assertThat(server.psql(
                        name,
                        "SELECT string_agg(DISTINCT pg_get_userbyid(relowner), ' ') FROM pg_class"
                                + " WHERE oid >= 16384 AND relnamespace = 'public'::regnamespace"))
                .isEqualTo("shopkeeper");
        assertThat(server.psql("postgres", "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'understudy_restore%'"))
                .isEqualTo("0");
    }

    /** A crash of the server empties unlogged tables; an operator may have changed what lay there. */
    @Test
    void whatChangedInBetweenIsMadeAgain() {
        String source = source();
        Manifest manifest = capture(source);
        for (String change : List.of(
                "INSERT INTO a VALUES (1000)",
                "DROP TABLE a CASCADE",
                "COMMENT ON DATABASE %s IS 'temporary: Understudy restores database %s (999 parts stored)'")) {
            String name = server.newName("changed");
            killedWith(manifest, name, 4);
            String before = oid(draft(name));
            server.psql(draft(name), change.formatted(draft(name), name));
            restore(manifest, DumpRequest.ALL, name, Optional.empty());
            assertThat(oid(name)).as(change).isNotEqualTo(before);
            assertDone(source, name);
        }
    }

    /** Killed when the database had all, its comment too, but for the note. */
    @Test
    void aDatabaseThatHasItsNameIsDone() {
        String source = source();
        Manifest manifest = capture(source);
        String name = server.newName("done");
        assertThat(killed(RestorePoint.DRAFT_NAMED, 1, manifest, name)).isTrue();
        String made = oid(name);
        server.psql("postgres", "COMMENT ON DATABASE " + name + " IS NULL");
        restore(manifest, DumpRequest.ALL, name, Optional.empty());
        assertThat(oid(name)).isEqualTo(made);
        assertDone(source, name);

        // A half one that someone gave the name is not.
        String half = server.newName("half");
        killedWith(manifest, half, 4);
        server.psql("postgres", "ALTER DATABASE " + draft(half) + " RENAME TO " + half);
        refused(manifest, half);
    }

    @Test
    void anotherSelectionStartsOver() {
        String source = source();
        Manifest manifest = capture(source);
        String name = server.newName("other");
        List<Consumer<String>> others = List.of(
                each -> restore(
                        manifest, new DumpRequest(List.of(), List.of("c"), Parts.ALL, true), each, Optional.empty()),
                each -> restore(bench.capture(source, 2), DumpRequest.ALL, each, Optional.empty()),
                each -> restore(Manifests.ofSite("another", manifest), DumpRequest.ALL, each, Optional.empty()),
                each -> restore(manifest, DumpRequest.ALL, each, Optional.of("shopkeeper")));
        server.createRole("shopkeeper", "LOGIN PASSWORD 'x'");
        for (Consumer<String> other : others) {
            killedWith(manifest, name, 4);
            String before = oid(draft(name));
            other.accept(name);
            assertThat(oid(name)).isNotEqualTo(before);
            assertThat(oid(draft(name))).isEqualTo("0");
            assertThat(server.psql(name, "SELECT count(*) FROM b")).isEqualTo("90");
            server.psql("postgres", "DROP DATABASE " + name);
        }
    }

    /** Its comment can be anyone's: only the database in the note is gone on with. */
    @Test
    void aDatabaseThatSomeoneElseMadeIsNotGoneOnWith() throws Exception {
        String source = source();
        Manifest manifest = capture(source);
        String name = server.newName("forged");
        killedWith(manifest, name, 4);
        server.psql("postgres", "ALTER DATABASE " + draft(name) + " RENAME TO " + name + "_away");
        String made = server.createDatabase("bait");
        server.psql(made, "CREATE TABLE a (id int, text text); CREATE TABLE trap (id int);");
        server.psql("postgres", "ALTER DATABASE " + made + " RENAME TO " + draft(name));
        refused(manifest, name);
        assertThat(server.psql(draft(name), "SELECT count(*) FROM trap")).isEqualTo("0");
        server.psql(
                "postgres",
                "COMMENT ON DATABASE " + draft(name) + " IS 'temporary: Understudy restores database " + name
                        + " (4 parts stored)'");
        restore(manifest, DumpRequest.ALL, name, Optional.empty());
        assertThat(server.psql(name, "SELECT to_regclass('trap') IS NULL")).isEqualTo("t");
        server.psql("postgres", "DROP DATABASE " + name + "_away");
        assertDone(source, name);

        // Without the note: the state folder is lost.
        String lost = server.newName("lost");
        killedWith(manifest, lost, 4);
        String before = oid(draft(lost));
        try (var notes = Files.list(state.resolve("database-restores"))) {
            notes.forEach(each -> each.toFile().delete());
        }
        restore(manifest, DumpRequest.ALL, lost, Optional.empty());
        assertThat(oid(lost)).isNotEqualTo(before);
        assertDone(source, lost);
    }

    private void refused(Manifest manifest, String name) {
        assertThatThrownBy(() -> restore(manifest, DumpRequest.ALL, name, Optional.empty()))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATABASE_FOREIGN));
    }

    /** The target's name was taken in between. */
    @Tag("always")
    @Test
    void aNameThatIsTakenSinceIsRefused() {
        String source = source();
        Manifest manifest = capture(source);
        String name = server.newName("taken");
        killedWith(manifest, name, 4);
        server.psql("postgres", "CREATE DATABASE " + name);
        refused(manifest, name);
        server.psql("postgres", "DROP DATABASE " + name);
        String before = oid(draft(name));
        restore(manifest, DumpRequest.ALL, name, Optional.empty());
        assertThat(oid(name)).isEqualTo(before);
        assertDone(source, name);
    }

    /** What a later attempt fails at is dropped; what loses the filestore, or is stopped, is kept. */
    @Test
    void whatFailsIsDroppedUnlessItMayGoOn() {
        String source = source();
        Manifest manifest = capture(source);
        for (ErrorCode code : List.of(ErrorCode.FILESTORE_UNREACHABLE, ErrorCode.CANCELLED, ErrorCode.BLOB_MISSING)) {
            String name = server.newName("failing");
            String last = blobOf(manifest, "c");
            Opened failing = new Opened(manifest, blob -> {
                if (blob.id().toString().equals(last)) {
                    throw new UnderstudyException(code, "why", "hint");
                }
                return bench.blobs().open(blob);
            });
            assertThatThrownBy(() ->
                            bench.restore().restore(failing, DumpRequest.ALL, name, Optional.empty(), Progress.none()))
                    .isInstanceOfSatisfying(
                            UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(code));
            assertThat(oid(draft(name)).equals("0")).isEqualTo(code == ErrorCode.BLOB_MISSING);
            restore(manifest, DumpRequest.ALL, name, Optional.empty());
            assertDone(source, name);
        }
    }

    /** That there is no connection left says nothing of what is stored: it stays, and is gone on with later. */
    @Test
    void aServerWithoutAConnectionLeftIsNoReasonToStartOver() {
        server.createRole("shopkeeper", "LOGIN PASSWORD 'x'");
        Manifest manifest = capture(source());
        String name = server.newName("busy");
        Optional<String> owner = Optional.of("shopkeeper");
        bench.killedWith(manifest, name, 4, owner);
        String made = oid(draft(name));
        server.psql("postgres", "ALTER DATABASE " + draft(name) + " CONNECTION LIMIT 0");
        assertThatThrownBy(() -> restore(manifest, DumpRequest.ALL, name, owner))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATABASE_BUSY));
        assertThat(oid(draft(name))).isEqualTo(made);
        assertThat(stored(name)).isEqualTo(4);
        server.psql("postgres", "ALTER DATABASE " + draft(name) + " CONNECTION LIMIT -1");
        bench.opened().clear();
        restore(manifest, DumpRequest.ALL, name, owner);
        assertThat(bench.opened().stream().map(BlobId::toString)).doesNotContain(blobOf(manifest, "a"));
        assertThat(oid(name)).isEqualTo(made);
        assertThat(server.psql(name, "SELECT count(*) FROM a")).isEqualTo("100");
    }
}
