package io.understudy.databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.Command;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file of SQLite, with the real program: its dump, and the exchange with what is live. */
class SqliteDatabaseTest extends SqliteFixture {
    /** Each of its commits changes the first page and the last, and comes between two steps of the copy. */
    @Test
    void aSiteThatWritesIsCopiedWhole() throws IOException {
        sql(file, "CREATE TABLE a_first(n); INSERT INTO a_first VALUES (0)");
        fill();
        sql(file, "CREATE TABLE z_last(n); INSERT INTO z_last VALUES (0)");
        byte[] dump;
        try (SqliteWriter writing = new SqliteWriter(file)) {
            await().until(() -> commits(file) >= 10);
            dump = dump();
            long during = commits(file);
            await().until(() -> commits(file) > during);
            assertThat(writing.isAlive()).isTrue();
        }
        assertThat(new String(dump, 0, 15, java.nio.charset.StandardCharsets.US_ASCII))
                .isEqualTo("SQLite format 3");
        Path copy = Files.write(folder.resolve("copy.db"), dump);
        assertThat(commits(copy)).isGreaterThanOrEqualTo(10);
        assertThat(sql(copy, "SELECT n FROM z_last")).as("of one moment").isEqualTo("" + commits(copy));
        try (Stream<Path> left = Files.list(folder.resolve("work"))) {
            assertThat(left).isEmpty();
        }
    }

    private long commits(Path database) {
        return Long.parseLong(sql(database, "SELECT n FROM a_first"));
    }

    /** Some thousand pages: a copy of them has many steps. */
    private void fill() {
        sql(
                file,
                "CREATE TABLE filler(b); WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 4000)"
                        + " INSERT INTO filler SELECT randomblob(4000) FROM c");
    }

    @Test
    void aFileWithARollbackJournalIsCopied() throws IOException {
        sql(file, "PRAGMA journal_mode = delete");
        fill();
        Path copy = Files.write(folder.resolve("copy.db"), dump());
        assertThat(sql(copy, "SELECT t, (SELECT count(*) FROM filler) FROM note"))
                .isEqualTo("old|4000");
    }

    /** Its writers would wait for a copy in one transaction, and it never ends in several. */
    @Test
    void aCopyThatNeverEndsForTheSiteWritesSaysWhatToDo() {
        sql(file, "PRAGMA journal_mode = delete");
        List<Command> commands = new ArrayList<>();
        SiteDatabase busy = of(file, command -> {
            commands.add(command);
            throw new UnderstudyException(ErrorCode.COMMAND_TIMEOUT, "it did not end", "wait");
        });

        UnderstudyException e = failure(() -> busy.dump(in -> {}, () -> {}));

        assertThat(e.code()).isEqualTo(ErrorCode.DUMP_FAILED);
        assertThat(e).hasMessageContaining("did not end within 60 s, for each commit of the site makes it begin again");
        assertThat(e.hint()).contains("journal_mode = WAL").contains("quiesce");
        assertThat(commands).hasSize(1);
        assertThat(commands.get(0).arguments()).doesNotContain("BEGIN");
    }

    @Test
    void isExchangedAndTakenBack() throws IOException {
        byte[] dump = dump();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        sql(file, "UPDATE note SET t = 'new'");
        Place place = place(1);
        database.restore(place, out -> out.write(dump));
        assertThat(text()).isEqualTo("new");
        database.swap(place);
        database.swap(place);
        assertThat(text()).isEqualTo("old");
        assertThat(sql(file, "PRAGMA user_version")).isEqualTo("7");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
        database.undo(place);
        database.undo(place);
        assertThat(text()).isEqualTo("new");
        database.swap(place);
        assertThat(text()).isEqualTo("old");
        database.drop(place);
        try (Stream<Path> left = Files.list(file.getParent())) {
            assertThat(left).containsExactly(file);
        }
    }

    /** As of a file that was moved to another disk: what opens it by either name sees the snapshot. */
    @Test
    void aLinkStaysOneAndTheFileBehindItIsExchanged() throws IOException {
        Path real = Files.createDirectory(folder.resolve("other disk")).resolve("real.db");
        byte[] dump = dump();
        Files.move(file, real);
        Files.deleteIfExists(wal(file));
        Files.deleteIfExists(file.resolveSibling("app.db-shm"));
        Files.createSymbolicLink(file, file.getParent().relativize(real));
        sql(file, "UPDATE note SET t = 'new'");
        Place place = place(1);

        database.restore(place, out -> out.write(dump));
        database.swap(place);

        assertThat(file).isSymbolicLink();
        assertThat(sql(real, "SELECT t FROM note")).isEqualTo("old");
        Files.writeString(wal(real), "a log may hold more");
        assertThat(database.fingerprint(Optional.empty())).isEmpty();
        Files.delete(wal(real));
        database.undo(place);
        assertThat(text()).isEqualTo("new");
        database.swap(place);
        database.drop(place);
        try (Stream<Path> left = Files.list(real.getParent())) {
            assertThat(left).containsExactly(real);
        }
        try (Stream<Path> left = Files.list(file.getParent())) {
            assertThat(left).containsExactly(file);
        }
    }

    /** As deploy tools make them: "..": leads up from where the folder of the link lies, not from its name. */
    @Test
    void aRelativeLinkBelowALinkedFolderLeadsWhereTheKernelGoes() throws IOException {
        byte[] dump = dump();
        Path app = Files.createDirectories(folder.resolve("srv/app"));
        Path real = Files.createDirectories(app.resolve("shared")).resolve("app.db");
        Path db = Files.createDirectories(app.resolve("releases/1/db"));
        Files.createSymbolicLink(app.resolve("current"), Path.of("releases/1"));
        Files.createSymbolicLink(db.resolve("app.db"), Path.of("../../../shared/app.db"));
        Files.copy(file, real);
        SiteDatabase linked = of(app.resolve("current/db/app.db"));
        sql(real, "UPDATE note SET t = 'new'");

        linked.restore(place(1), out -> out.write(dump));
        linked.swap(place(1));

        assertThat(sql(real, "SELECT t FROM note")).isEqualTo("old");
        assertThat(db.resolve("app.db")).isSymbolicLink();
    }

    @Test
    void aLinkThatLeadsNowhereYetIsFilledBehindIt() throws IOException {
        byte[] dump = dump();
        Path real = Files.createDirectory(folder.resolve("other disk")).resolve("real.db");
        Files.delete(file);
        Files.createSymbolicLink(file, real);

        database.restore(place(1), out -> out.write(dump));
        database.swap(place(1));

        assertThat(file).isSymbolicLink();
        assertThat(real).isRegularFile();
        assertThat(text()).isEqualTo("old");
    }

    @Test
    void aCircleOfLinksIsAnError() throws IOException {
        Files.delete(file);
        Files.createSymbolicLink(file, file.getFileName());

        assertThatThrownBy(() -> database.restore(place(1), out -> out.write(1)))
                .isInstanceOf(UnderstudyException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void aFingerprintIsThatOfTheContentWhereverItIs() throws IOException {
        byte[] dump = dump();
        database.restore(place(1), out -> out.write(dump));
        Optional<String> restored = database.fingerprint(Optional.of(place(1)));
        database.swap(place(1));
        assertThat(database.fingerprint(Optional.empty())).isPresent().isEqualTo(restored);
        text();
        assertThat(database.fingerprint(Optional.empty()))
                .as("somebody read it")
                .isEqualTo(restored);
        Files.writeString(wal(file), "a log may hold more");
        assertThat(database.fingerprint(Optional.empty())).isEmpty();
        Files.delete(wal(file));
        sql(file, "UPDATE note SET t = 'new'");
        assertThat(database.fingerprint(Optional.empty())).isPresent().isNotEqualTo(restored);
        assertThat(database.isThere()).isTrue();
        Files.delete(file);
        assertThat(database.isThere()).isFalse();
        assertThat(database.fingerprint(Optional.empty())).isEmpty();
    }

    /** Where the process died: behind each of its renames. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aSwapThatWasKilledIsFinishedAndTakenBack(int done) throws IOException {
        byte[] dump = dump();
        Place place = place(1);
        for (boolean back : new boolean[] {true, false}) {
            database.restore(place, out -> out.write(dump));
            sql(file, "UPDATE note SET t = 'new'");
            Files.writeString(wal(file), "not a log");
            Path previous = file.resolveSibling("app.db.understudy-1-previous");
            if (done > 0) {
                Files.createLink(previous, file);
            }
            if (done > 1) {
                Files.move(wal(file), wal(previous));
            }
            if (back) {
                database.undo(place);
                assertThat(wal(file)).hasContent("not a log");
                Files.delete(wal(file));
                assertThat(text()).isEqualTo("new");
                assertThat(previous).doesNotExist();
            } else {
                database.swap(place);
                assertThat(wal(file)).doesNotExist();
                assertThat(text()).isEqualTo("old");
                database.undo(place);
                Files.delete(wal(file));
                assertThat(text()).isEqualTo("new");
            }
        }
    }

    /** Where the process died: behind each rename of a return. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void aReturnThatWasKilledIsFinishedWithTheLogOfEachContent(int done) throws IOException {
        byte[] dump = dump();
        Place place = place(1);
        Path ahead = file.resolveSibling("app.db.understudy-1");
        Path previous = file.resolveSibling("app.db.understudy-1-previous");
        sql(file, "UPDATE note SET t = 'new'");
        Files.writeString(wal(file), "log of new");
        database.restore(place, out -> out.write(dump));
        database.swap(place);
        Files.writeString(wal(file), "log of old");
        if (done > 0) {
            Files.createFile(Files.createDirectories(place.notes()).resolve("returning"));
            Files.createLink(ahead, file);
        }
        if (done > 1) {
            Files.move(wal(file), wal(ahead));
        }
        if (done > 2) {
            Files.createFile(place.notes().resolve("out"));
        }
        if (done > 3) {
            Files.move(wal(previous), wal(file));
        }
        if (done > 4) {
            Files.move(previous, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        database.undo(place);
        assertThat(wal(file)).hasContent("log of new");
        assertThat(wal(ahead)).hasContent("log of old");
        Files.delete(wal(file));
        assertThat(text()).isEqualTo("new");
        assertThat(previous).doesNotExist();
    }

    @Test
    void whatIsGoneIsNotTakenForLive() throws IOException {
        byte[] dump = dump();
        database.restore(place(1), out -> out.write(dump));
        Files.delete(file.resolveSibling("app.db.understudy-1"));
        UnderstudyException e = failure(() -> database.swap(place(1)));
        assertThat(e.code()).isEqualTo(ErrorCode.LOAD_FAILED);
        assertThat(e.hint()).contains("the next import restores it again");
        database.undo(place(1));
        assertThat(text()).isEqualTo("old");
    }

    @Test
    void theFirstOneThatIsTakenBackLeavesNothing() throws IOException {
        byte[] dump = dump();
        Files.delete(file);
        database.restore(place(1), out -> out.write(dump));
        database.swap(place(1));
        assertThat(text()).isEqualTo("old");
        database.undo(place(1));
        assertThat(file).doesNotExist();
        database.swap(place(1));
        assertThat(text()).isEqualTo("old");
    }

    @Test
    void whatIsDamagedIsNeitherDumpedNorRestored() throws IOException {
        byte[] dump = dump();
        for (int i = 4096; i < 4600; i++) {
            dump[i] = 42;
        }
        UnderstudyException e = failure(() -> database.restore(place(1), out -> out.write(dump)));
        assertThat(e.code()).isEqualTo(ErrorCode.LOAD_FAILED);
        assertThat(text()).isEqualTo("old");
        Files.write(file, dump);
        assertThat(failure(this::dump).code()).isEqualTo(ErrorCode.DUMP_FAILED);
    }

    /** The copy is made, and is checked and stored while the site runs again. */
    @Test
    void whatIsWrittenOnceTheMomentIsFixedIsNotInTheDump() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        database.dump(in -> in.transferTo(out), () -> {
            assertThat(out.size()).isZero();
            sql(file, "UPDATE note SET t = 'new'");
        });
        Path copy = Files.write(folder.resolve("copy.db"), out.toByteArray());
        assertThat(sql(copy, "SELECT t FROM note")).isEqualTo("old");
        assertThat(text()).isEqualTo("new");
    }

    @Test
    void aFileThatIsNotThereIsNoEmptyDatabase() {
        SiteDatabase none = of(folder.resolve("none.db"));
        assertThat(failure(() -> none.dump(in -> {}, () -> {}))).hasMessageContaining("there is no file");
        assertThat(failure(none::check).hint()).contains("databases[].path");
        assertThat(folder.resolve("none.db")).doesNotExist();
    }

    @Test
    void isChecked() {
        assertThat(database.check()).isEqualTo(file + " with 1 tables");
        sql(file, "PRAGMA journal_mode = delete");
        assertThat(database.check())
                .isEqualTo(file + " with 1 tables and a rollback journal: PRAGMA journal_mode = WAL has it copied while"
                        + " the site writes");
        assertThat(database.checkStandby()).contains("can be written; SQLite 3.");
    }
}
