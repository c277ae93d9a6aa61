package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that rows name by {@code closure} come back with them. */
@Tag("slow")
@Timeout(120)
class RestoreRowFilesTest {
    @TempDir
    private Path state;

    private RowSite site;
    private Path media;

    @BeforeEach
    void twoPicturesAndOneOfThemWasDeleted() throws IOException {
        site = new RowSite(state, """
                CREATE TABLE rsc (id int PRIMARY KEY);
                CREATE TABLE medium (id int PRIMARY KEY REFERENCES rsc ON DELETE CASCADE, path text);
                INSERT INTO rsc VALUES (1), (2); INSERT INTO medium VALUES (1, '2026/a.jpg'), (2, 'b.jpg');
                """);
        media = site.media("select path from medium -- each");
        Files.createDirectories(media.resolve("2026"));
        Files.writeString(media.resolve("2026/a.jpg"), "old");
        site.take();
        Files.writeString(media.resolve("2026/a.jpg"), "picture");
        Files.setPosixFilePermissions(media.resolve("2026/a.jpg"), PosixFilePermissions.fromString("rw-r-----"));
        site.take();
        Files.delete(media.resolve("2026/a.jpg"));
        site.sql("DELETE FROM rsc WHERE id = 1");
    }

    @Tag("always")
    @Test
    void aFileComesBackWithTheRowThatNamesItAsItWasLast() throws IOException {
        assertThat(site.run("restore-row", "rsc", "1", "--with-dependents"))
                .as(site::err)
                .isZero();
        assertThat(site.out()).contains("files that these rows name (closure) come back with --apply only");
        assertThat(media.resolve("2026/a.jpg")).doesNotExist();

        assertThat(site.run("restore-row", "rsc", "1", "--with-dependents", "--apply", "--yes", "--json"))
                .as(site::err)
                .isZero();
        assertThat(site.out()).contains("\"files\":[\"media/2026/a.jpg\"]");
        assertThat(media.resolve("2026/a.jpg")).hasContent("picture");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(media.resolve("2026/a.jpg"))))
                .isEqualTo("rw-r-----");
        try (var all = Files.list(media.resolve("2026"))) {
            assertThat(all).hasSize(1);
        }
        // Nothing of what other rows name was looked for.
        assertThat(site.err()).doesNotContain("b.jpg");
    }

    @Test
    void whatIsThereStaysAndNoLinkIsFollowed() throws IOException {
        Files.writeString(media.resolve("2026/a.jpg"), "of the site");
        assertThat(site.run("restore-row", "rsc", "1", "--with-dependents", "--apply", "--yes"))
                .as(site::err)
                .isZero();
        assertThat(media.resolve("2026/a.jpg")).hasContent("of the site");

        site.sql("DELETE FROM rsc WHERE id = 1");
        Files.delete(media.resolve("2026/a.jpg"));
        Files.delete(media.resolve("2026"));
        Path elsewhere = Files.createDirectory(state.resolve("elsewhere"));
        Files.createSymbolicLink(media.resolve("2026"), elsewhere);
        assertThat(site.run("restore-row", "rsc", "1", "--with-dependents", "--apply", "--yes"))
                .as(site::err)
                .isZero();
        assertThat(site.err()).contains("file media/2026/a.jpg is left out: its folder is a link or a file");
        assertThat(elsewhere).isEmptyDirectory();

        site.sql("DELETE FROM rsc WHERE id = 1");
        Files.delete(media.resolve("2026"));
        assertThat(site.run("restore-row", "rsc", "1", "--with-dependents", "--apply", "--yes"))
                .as(site::err)
                .isZero();
        assertThat(site.err()).contains("file media/2026/a.jpg is left out: its folder is not there");
        assertThat(site.sql("SELECT count(*) FROM medium")).isEqualTo("2");
    }

    @Test
    void aQueryThatFailsOrNamesWhatNoSnapshotHasHindersNoRow() {
        site.sql("UPDATE medium SET path = '../c.jpg'");
        site.take();
        site.sql("DELETE FROM rsc WHERE id = 2");
        assertThat(site.run("restore-row", "rsc", "2", "--with-dependents", "--apply", "--yes"))
                .as(site::err)
                .isZero();
        assertThat(site.err()).contains("a row names no path");
        site.sql("DELETE FROM rsc WHERE id = 2");
        site.media("select way from medium");
        assertThat(site.run("restore-row", "rsc", "2", "--with-dependents", "--apply", "--yes"))
                .as(site::err)
                .isZero();
        assertThat(site.err()).contains("which files of tree media the rows name is not known");
        assertThat(site.sql("SELECT count(*) FROM medium")).isEqualTo("1");
    }
}
