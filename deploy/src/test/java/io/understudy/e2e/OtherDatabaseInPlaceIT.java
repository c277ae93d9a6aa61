package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.Server;
import io.understudy.testing.MariadbServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One server, without a standby: the blocks of {@code other-databases.md} put a snapshot's database in place. */
@Tag("slow")
class OtherDatabaseInPlaceIT extends Scenario {
    private static final Path PAGE = Path.of("docs/other-databases.md");
    private static final Duration SHORT = Duration.ofSeconds(60);
    private static final String NOTHING = "";
    private static final String STOPPED = "stop site understudy-primary\n";

    private Server primary;
    private PastedBlocks page;
    private String snapshot;

    /** Commits what there is, of a site that has this database next to that of PostgreSQL. */
    private void prepare(String database) throws IOException {
        primary.configure(yaml -> yaml + "databases:\n  - " + database + "\n");
        snapshot = snapshot(primary).path("snapshot").asText();
        page = new PastedBlocks(primary.layout().home().resolve("bin"));
        page.program("agent-primary", "exec " + primary.primaryProgram() + " \"$@\"");
        page.program("systemctl", "echo \"$@\" >>" + calls());
    }

    private Path calls() {
        return page.bin().resolve("systemctl.calls");
    }

    private void paste(String script) throws IOException {
        Files.deleteIfExists(calls());
        page.run(script, programs().environment().get(), System.getenv("PATH"), ANSWERS);
        if (script.contains("systemctl")) {
            assertThat(calls()).hasContent("stop site understudy-primary\nstart site understudy-primary\n");
        }
    }

    /** A block whose last command fails, with these calls of {@code systemctl}. */
    private void pasteInVain(String script, String expected) throws IOException {
        Files.deleteIfExists(calls());
        page.fail(script, programs().environment().get(), System.getenv("PATH"), ANSWERS);
        assertThat(Files.exists(calls()) ? Files.readString(calls()) : "").isEqualTo(expected);
    }

    private static String only(String block) {
        return block.replaceFirst("(?m)^agent-primary .*$", "");
    }

    @Test
    void aSchemaOfMariadbIsPutInPlaceAndThatIsUndone() throws IOException {
        assumeTrue(MariadbServer.installed(), "MariaDB is not installed: deploy/setup test");
        try (MariadbServer sql = MariadbServer.start()) {
            sql.sql("""
                    CREATE DATABASE `word-press` CHARACTER SET latin1 COLLATE latin1_german1_ci; USE `word-press`;
                    CREATE TABLE item (id INT PRIMARY KEY, name TEXT); CREATE VIEW names AS SELECT name FROM item;
                    CREATE TABLE noted (n INT); CREATE TRIGGER t AFTER INSERT ON item FOR EACH ROW
                    INSERT INTO noted VALUES (NEW.id); INSERT INTO item VALUES (1, 'first')
                    """);
            primary = initialised(false).primary();
            prepare("{name: blog, kind: command, preset: mariadb, schema: word-press, options: " + sql.options() + "}");
            for (String each : List.of("mariadb", "mariadb-dump")) {
                page.program(each, "exec /usr/bin/" + each + " --defaults-file=" + sql.options() + " \"$@\"");
            }
            sql.sql("INSERT INTO `word-press`.item VALUES (2, 'behind the snapshot')");
            List<String> blocks = PastedBlocks.of(PAGE, "### A MariaDB schema, in place");
            assertThat(blocks).hasSize(3);
            Path folder = Files.createDirectory(primary.layout().home().resolve("dumps"));
            String settings = blocks.get(0)
                    .replace("id=00000001-00000042", "id=" + snapshot)
                    .replace("schema=wordpress ", "schema=word-press ")
                    .replace("folder=/srv ", "folder=" + folder + " ");
            assertThat(settings).contains(snapshot, "word-press", folder.toString(), "database=blog ");

            paste(settings + blocks.get(1));

            assertThat(names(sql)).isEqualTo("first");
            assertThat(sql.sql("SELECT default_collation_name FROM information_schema.schemata"
                            + " WHERE schema_name = 'word-press'"))
                    .isEqualTo("latin1_german1_ci");
            assertThat(Files.getPosixFilePermissions(folder.resolve("word-press-before.sql")))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
            sql.sql("INSERT INTO `word-press`.item VALUES (3, 'in the restored one')");
            assertThat(sql.sql("SELECT count(*) FROM `word-press`.noted"))
                    .as("the trigger")
                    .isEqualTo("2");

            pasteInVain(only(settings) + blocks.get(1), NOTHING);

            assertThat(names(sql)).isEqualTo("in the restored one,first");
            assertThat(folder.resolve("word-press-before.sql")).content().contains("behind the snapshot");

            paste(only(settings) + blocks.get(2));

            assertThat(names(sql)).isEqualTo("first,behind the snapshot");
            assertThat(folder.resolve("word-press-between.sql")).content().contains("in the restored one");
            sql.sql("INSERT INTO `word-press`.item VALUES (4, 'again')");

            pasteInVain(only(settings) + blocks.get(2), NOTHING);

            assertThat(names(sql)).isEqualTo("first,behind the snapshot,again");
            primary.primary("snapshot").successful();
            failBeforeTheDrop(sql, only(settings) + blocks.get(1), folder);
            failBehindTheDrop(sql, only(settings), blocks, folder);
        }
    }

    private void failBeforeTheDrop(MariadbServer sql, String script, Path folder) throws IOException {
        Files.delete(folder.resolve("word-press-before.sql"));
        Files.delete(folder.resolve("word-press-between.sql"));
        String dump = Files.readString(page.bin().resolve("mariadb-dump"));
        page.program("mariadb-dump", "echo half; exit 3");

        paste(script); // Its last command starts the site again.

        assertThat(names(sql)).isEqualTo("first,behind the snapshot,again");
        assertThat(folder.resolve("word-press-before.sql")).doesNotExist();
        page.program("mariadb-dump", dump);
    }

    private void failBehindTheDrop(MariadbServer sql, String settings, List<String> blocks, Path folder)
            throws IOException {
        Files.writeString(
                folder.resolve("word-press-restored.sql"),
                "CREATE TABLE item (id INT PRIMARY KEY, name TEXT);\nBROKEN;\nCREATE TABLE noted (n INT);\n");

        pasteInVain(settings + blocks.get(1), STOPPED);

        assertThat(sql.sql("SELECT group_concat(table_name) FROM information_schema.tables"
                        + " WHERE table_schema = 'word-press'"))
                .isEqualTo("item");
        pasteInVain(settings + blocks.get(1), NOTHING);
        String client = Files.readString(page.bin().resolve("mariadb"));
        page.program("mariadb", """
                test "$1" != word-press || { head -n 40 | %1$s "$@"; exit 1; }
                exec %1$s "$@"
                """.formatted("/usr/bin/mariadb --defaults-file=" + sql.options()));
        pasteInVain(settings + blocks.get(2), STOPPED);
        page.program("mariadb", client);
        pasteInVain(settings + blocks.get(2), NOTHING);
        String undo = blocks.get(2);
        int create = undo.lastIndexOf("$create\" &&\n");

        // The import alone, and the start, as the page says.
        Files.deleteIfExists(calls());
        page.run(
                settings + undo.substring(create + "$create\" &&\n".length()).strip(),
                programs().environment().get(),
                System.getenv("PATH"),
                ANSWERS);

        assertThat(calls()).hasContent("start site understudy-primary\n");
        assertThat(names(sql)).isEqualTo("first,behind the snapshot,again");
        Files.delete(folder.resolve("word-press-between.sql"));
        paste(settings + undo);
        assertThat(names(sql)).isEqualTo("first,behind the snapshot,again");
    }

    private static String names(MariadbServer sql) {
        return sql.sql("SELECT group_concat(name ORDER BY name DESC) FROM `word-press`.names");
    }

    @Test
    void aFileOfSqliteIsPutInPlaceAndThatIsUndone() throws IOException {
        primary = initialised(false).primary();
        Path file =
                Files.createDirectory(primary.layout().home().resolve("app")).resolve("app.db");
        sqlite(file, "PRAGMA journal_mode = WAL; CREATE TABLE note (t TEXT); INSERT INTO note VALUES ('first')");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));
        prepare("{name: app, kind: command, preset: sqlite, path: " + file + "}");
        leaveLog(file, "INSERT INTO note VALUES ('behind the snapshot')");
        List<String> blocks = PastedBlocks.of(PAGE, "### An SQLite file, in place");
        assertThat(blocks).hasSize(3);
        String settings = blocks.get(0)
                .replace("id=00000001-00000042", "id=" + snapshot)
                .replace("file=/srv/app/app.db ", "file=" + file + " ");
        assertThat(settings).contains(snapshot, file + " ", "database=app ");

        paste(settings + blocks.get(1));

        assertThat(sqlite(file, "SELECT group_concat(t) FROM note")).isEqualTo("first");
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-rw----"));
        sqlite(file, "INSERT INTO note VALUES ('in the restored one')");

        pasteInVain(only(settings) + blocks.get(1), NOTHING);

        assertThat(sqlite(file, "SELECT group_concat(t) FROM note")).isEqualTo("first,in the restored one");

        paste(only(settings) + blocks.get(2));

        assertThat(sqlite(file, "SELECT group_concat(t) FROM note")).isEqualTo("first,behind the snapshot");
        assertThat(sqlite(Path.of(file + ".restored"), "SELECT group_concat(t) FROM note"))
                .isEqualTo("first,in the restored one");
        pasteInVain(only(settings) + blocks.get(2), NOTHING);
        primary.primary("snapshot").successful();
        logsAndMovesThatFailChangeNothing(file, only(settings), blocks);
    }

    private void logsAndMovesThatFailChangeNothing(Path file, String settings, List<String> blocks) throws IOException {
        for (String end : List.of("-wal", "-shm", "-journal")) {
            Path before = Files.createFile(Path.of(file + ".before" + end));
            pasteInVain(settings + blocks.get(1), NOTHING);
            Files.delete(before);
        }
        page.program("mv", "case $1 in *.restored) exit 1 ;; *) exec /usr/bin/mv \"$@\" ;; esac");

        pasteInVain(settings + blocks.get(1), STOPPED);

        assertThat(file).as("a site that is started makes it").doesNotExist();
        assertThat(sqlite(Path.of(file + ".before"), "SELECT group_concat(t) FROM note"))
                .isEqualTo("first,behind the snapshot");
        pasteInVain(settings + blocks.get(1), NOTHING);
    }

    /** As a site that was killed: what it wrote last is in the log alone. */
    private static void leaveLog(Path file, String sql) throws IOException {
        Path script = Files.writeString(
                file.resolveSibling("write.sql"),
                "PRAGMA wal_autocheckpoint = 0;\n" + sql + ";\n.shell kill -9 $PPID\n");
        Program.of("sh", "-c", "exec sqlite3 \"$0\" <\"$1\"", file, script).run(SHORT);
        assertThat(Path.of(file + "-wal")).isNotEmptyFile();
    }

    private static String sqlite(Path file, String sql) {
        return Program.of("sqlite3", file, sql).run(SHORT).successful().output().strip();
    }
}
