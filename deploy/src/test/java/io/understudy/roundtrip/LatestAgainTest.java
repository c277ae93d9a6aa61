package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.files.FolderDeletion;
import io.understudy.files.Sha256;
import io.understudy.restore.RestorePoint;
import io.understudy.testing.KilledAt;
import io.understudy.testing.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A killed command on {@code latest} is repeated when there is a newer snapshot: it goes on with the older one where
 * something of it is kept, and otherwise takes the newer one; it says which.
 */
@Tag("slow")
@Timeout(180)
class LatestAgainTest {
    private static final String FIRST = "00000001-00000001";
    private static final String SECOND = "00000001-00000002";

    @TempDir
    private Path state;

    private RowSite site;

    @BeforeEach
    void build() {
        site = new RowSite(
                state,
                "CREATE TABLE a (id int); INSERT INTO a VALUES (1); CREATE TABLE b (id int); CREATE TABLE c ();");
        site.take();
    }

    private String run(String... arguments) {
        assertThat(site.run(arguments)).as(site.err()).isZero();
        return site.err();
    }

    /** Killed when psql has stored table a; then another snapshot is taken. */
    private String killed(String id) {
        String name = site.newName();
        assertThat(KilledAt.run(
                        RestorePoint.DRAFT_PART_GIVEN,
                        4,
                        () -> ResumedRestore.await(() -> site.sqlOfServer("SELECT shobj_description(oid, 'pg_database')"
                                        + " FROM pg_database WHERE datname = '" + ResumedRestore.draft(name) + "'")
                                .endsWith("(4 parts stored)")),
                        () -> site.run("restore-database", id, name)))
                .isTrue();
        site.sql("INSERT INTO a VALUES (2)");
        site.take();
        return name;
    }

    private String rows(String name) {
        return site.sqlOf(name, "SELECT count(*) FROM a");
    }

    @Test
    void aDatabaseThatIsAsItWasLeftGoesOn() {
        String name = killed("latest");
        assertThat(run("restore-database", "latest", name))
                .contains("the restore of " + FIRST + " goes on")
                .doesNotContain("starts over");
        assertThat(rows(name)).isEqualTo("1");
        assertThat(site.out()).contains(FIRST + " is restored");
    }

    @Test
    void aDatabaseThatWasChangedStartsOverWithTheNewest() {
        String name = killed("latest");
        site.sqlOf(ResumedRestore.draft(name), "INSERT INTO a VALUES (3)");
        assertThat(run("restore-database", "latest", name))
                .contains("the restore of " + FIRST + " starts over, with " + SECOND
                        + ": table \"public\".\"a\" of database \"" + ResumedRestore.draft(name)
                        + "\" has 2 rows in place of 1")
                .doesNotContain("goes on");
        assertThat(rows(name)).isEqualTo("2");
        assertThat(site.out()).contains(SECOND + " is restored");
    }

    /** By its number it is the same again. */
    @Test
    void aNumberIsTheSameSnapshotAlsoFromTheStart() {
        String name = killed(FIRST);
        site.sqlOf(ResumedRestore.draft(name), "DROP TABLE a");
        assertThat(run("restore-database", FIRST, name))
                .contains("the restore of " + FIRST + " starts over: table \"public\".\"a\" of database")
                .contains("is gone")
                .doesNotContain("goes on");
        assertThat(rows(name)).isEqualTo("1");
    }

    /** What is kept is of a snapshot that no one can read any more: which one instead, the operator decides. */
    @Test
    void aSnapshotThatWasDeletedSinceIsNotReplacedUnasked() {
        String name = killed("latest");
        site.snapshots().delete(1);
        assertThat(site.run("restore-database", "latest", name)).isNotZero();
        assertThat(site.err()).contains(FIRST + ": it was deleted since the restore began", "name another snapshot");
        assertThat(run("restore-database", SECOND, name)).doesNotContain("goes on");
        assertThat(rows(name)).isEqualTo("2");
    }

    private Path dumped() throws IOException {
        Path file = state.resolve("dump.sql");
        assertThat(KilledAt.run(
                        RestorePoint.DUMP_WRITTEN, 1, () -> site.run("dump", "latest", "--to", file.toString())))
                .isTrue();
        site.sql("INSERT INTO a VALUES (2)");
        site.take();
        return file;
    }

    private Path marks() throws IOException {
        try (var all = Files.walk(state)) {
            return all.filter(each -> each.endsWith("marks")).findFirst().orElseThrow();
        }
    }

    @Tag("always")
    @Test
    void aDumpThatIsDamagedStartsOverWithTheNewest() throws IOException {
        Path file = dumped();
        Files.writeString(marks(), "{\"part\":2,\"rows\":0,\"end\":10,\"hash\":\"00\"}\n");
        assertThat(run("dump", "latest", "--to", file.toString()))
                .contains("the restore of " + FIRST + " starts over, with " + SECOND
                        + ": what was written of it is damaged")
                .doesNotContain("goes on");
        assertThat(file).content().contains("COPY \"public\".\"a\"", "\n1\n2\n");
        assertThat(site.out()).contains(SECOND + " is dumped");
    }

    /** As after a kill between two marks: what has a line stays, the file in the middle is written on. */
    @Test
    void aFolderThatIsAsItWasLeftGoesOn() throws IOException {
        site.sql("INSERT INTO b SELECT g FROM generate_series(1, 5000) g");
        site.take();
        Path folder = state.resolve("dump");
        String[] command = {"dump", "latest", "--format", "directory", "--to", folder.toString()};
        assertThat(KilledAt.run(RestorePoint.DUMP_WRITTEN, 1, () -> site.run(command)))
                .isTrue();
        Path content = marks().resolveSibling("content");
        StringBuilder lines = new StringBuilder();
        Path longest = content.resolve("toc.dat");
        try (var files = Files.list(content)) {
            for (Path each : files.sorted().toList()) {
                longest = Files.size(each) > Files.size(longest) ? each : longest;
            }
        }
        Object toc = inode(content.resolve("toc.dat"));
        lines.append(line(content.resolve("toc.dat"), Files.readAllBytes(content.resolve("toc.dat")), true));
        byte[] half = Arrays.copyOf(Files.readAllBytes(longest), 10_000);
        lines.append(line(longest, half, false));
        Files.write(longest, Arrays.copyOf(half, 12_000));
        Files.writeString(marks(), lines);
        Object started = inode(longest);
        site.sql("INSERT INTO a VALUES (2)");
        site.take();

        assertThat(run(command)).contains("the restore of " + SECOND + " goes on");
        assertThat(site.out()).contains(SECOND + " is dumped");
        assertThat(inode(folder.resolve("toc.dat"))).isEqualTo(toc);
        assertThat(inode(folder.resolve(longest.getFileName()))).isEqualTo(started);
        PostgresServer server = PostgresServer.shared();
        String name = server.createDatabase("restored");
        server.restore(name, folder);
        assertThat(site.sqlOf(name, "SELECT (SELECT count(*) FROM a), count(*), sum(b.id) FROM b"))
                .isEqualTo("1|5000|12502500");

        // Killed when it had its name already: there is nothing left to do.
        FolderDeletion.delete(folder);
        assertThat(KilledAt.run(RestorePoint.DUMP_NAMED, 1, () -> site.run(command)))
                .isTrue();
        site.take();
        assertThat(run(command)).contains("goes on");
        assertThat(state).isDirectoryNotContaining("glob:**.understudy-restore-*");
    }

    private static Object inode(Path file) throws IOException {
        return Files.getAttribute(file, "unix:ino");
    }

    private static String line(Path file, byte[] content, boolean whole) {
        return "{\"file\":\"" + file.getFileName() + "\",\"end\":" + content.length + ",\"whole\":" + whole
                + ",\"hash\":\"" + HexFormat.of().formatHex(Sha256.of(content, 0, content.length)) + "\"}\n";
    }
}
