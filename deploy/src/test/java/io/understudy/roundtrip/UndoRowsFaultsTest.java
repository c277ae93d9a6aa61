package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.history.RowNoteStates;
import io.understudy.state.StateEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code restore-row --apply} and {@code --undo}, stopped at any point, leave rows, files and note whole. */
@Tag("slow")
@Timeout(180)
class UndoRowsFaultsTest {
    @TempDir
    private Path state;

    private RowSite site;
    private Path media;

    @BeforeEach
    void aPictureAndItsRowAreDeleted() throws IOException {
        site = new RowSite(state, """
                CREATE TABLE rsc (id int PRIMARY KEY, title text);
                CREATE TABLE medium (id int PRIMARY KEY REFERENCES rsc ON DELETE CASCADE, path text);
                INSERT INTO rsc VALUES (1, 'a'), (2, 'b'); INSERT INTO medium VALUES (1, '2026/a.jpg'), (2, 'b.jpg');
                """);
        media = site.media("select path from medium");
        Files.createDirectories(media.resolve("2026"));
        Files.writeString(picture(), "picture");
        Files.writeString(media.resolve("b.jpg"), "other");
        site.take();
        deletePicture();
    }

    private Path picture() {
        return media.resolve("2026/a.jpg");
    }

    private void deletePicture() throws IOException {
        Files.deleteIfExists(picture());
        site.sql("DELETE FROM rsc WHERE id = 1");
    }

    private String rows() {
        return site.sql("SELECT r, m FROM rsc r LEFT JOIN medium m USING (id) ORDER BY 1");
    }

    private int apply() {
        return site.run("restore-row", "rsc", "1", "--with-dependents", "--apply", "--yes");
    }

    private int undo(String... more) {
        List<String> all = new java.util.ArrayList<>(List.of("restore-row", "--undo"));
        all.addAll(List.of(more));
        all.add("--yes");
        return site.run(all.toArray(String[]::new));
    }

    private void applied() {
        assertThat(apply()).as(site::err).isZero();
        assertThat(picture()).hasContent("picture");
    }

    private void undone() {
        assertThat(undo()).as(site::err).isZero();
        isAsBefore();
    }

    private void isAsBefore() {
        assertThat(rows()).isEqualTo("(2,b)|(2,b.jpg)");
        assertThat(picture()).doesNotExist();
    }

    private long transaction() {
        return Long.parseLong(site.sql("SELECT txid_current()"));
    }

    @Tag("always")
    @Test
    void aFileThatCameWithTheRowsGoesWithThem() {
        applied();
        undone();
        assertThat(site.err()).contains("file media/2026/a.jpg is removed", "file media/2026/a.jpg is gone");
        assertThat(media.resolve("2026")).isDirectory();
        assertThat(media.resolve("b.jpg")).hasContent("other");
    }

    @Test
    void aFileStaysThatTheSiteChangedOrThatRowsName() throws IOException {
        applied();
        Files.writeString(picture(), "changed");
        assertThat(undo()).as(site::err).isZero();
        assertThat(site.err()).contains("file media/2026/a.jpg stays: it was changed since");
        assertThat(picture()).hasContent("changed");
        assertThat(rows()).isEqualTo("(2,b)|(2,b.jpg)");

        deletePicture();
        applied();
        site.sql("UPDATE medium SET path = '2026/a.jpg' WHERE id = 2");
        assertThat(undo()).as(site::err).isZero();
        assertThat(site.err()).contains("file media/2026/a.jpg stays: rows name it still");
        assertThat(picture()).hasContent("picture");

        site.sql("UPDATE medium SET path = 'b.jpg' WHERE id = 2");
        deletePicture();
        applied();
        Files.delete(picture());
        Files.createSymbolicLink(picture(), media.resolve("b.jpg"));
        assertThat(undo()).as(site::err).isZero();
        assertThat(site.err()).contains("file media/2026/a.jpg stays: it is no file any more");
        assertThat(media.resolve("b.jpg")).hasContent("other");

        for (String same : List.of("/2026//a.jpg/", "./2026/x/../a.jpg")) {
            deletePicture();
            applied();
            site.sql("UPDATE medium SET path = '" + same + "' WHERE id = 2");
            assertThat(undo()).as(site::err).isZero();
            assertThat(site.err()).contains("file media/2026/a.jpg stays: rows name it still");
            site.sql("UPDATE medium SET path = 'b.jpg' WHERE id = 2");
        }

        deletePicture();
        applied();
        site.media("");
        assertThat(undo()).as(site::err).isZero();
        assertThat(site.err()).contains("a.jpg stays: closure has no rule for its tree any more");
        assertThat(picture()).hasContent("picture");

        site.media("select path from medium");
        deletePicture();
        applied();
        site.media("select nothing from medium");
        assertThat(undo()).as(site::err).isZero();
        assertThat(site.err())
                .contains("which files of tree media the rows name is not known", "stays: rows may name it");
    }

    /** More than this process has memory for, each written so that it might be the file's. */
    @Test
    void anyNumberOfNamesIsLookedThrough() {
        applied();
        String many = "select './x/' || n || repeat('y', 8000) from generate_series(1, 100000) n";
        site.media(many + " union all select './2026//a.jpg'");
        assertThat(undo()).as(site::err).isZero();
        assertThat(site.err()).contains("file media/2026/a.jpg stays: rows name it still");
    }

    /** Killed after the rows were committed, before the note said so. */
    @Test
    void anApplyThatWasKilledAfterItsCommitCanBeTakenBack() {
        applied();
        RowNoteStates.unsettled(site.stateFolder(), 1, true, 0);
        undone();
    }

    /** A constraint that is checked at the commit: the note is there, and the rows are not. */
    @Test
    void anApplyThatWasNotCommittedDoesNotCount() throws IOException {
        applied();
        deletePicture();
        site.sql("CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;"
                + " CREATE CONSTRAINT TRIGGER no AFTER INSERT ON rsc DEFERRABLE INITIALLY DEFERRED"
                + " FOR EACH ROW EXECUTE FUNCTION no(); ALTER TABLE rsc ENABLE ALWAYS TRIGGER no");
        assertThat(apply()).isEqualTo(ErrorCode.DATABASE_FAILED.exitCode());
        assertThat(RowNoteStates.phase(site.stateFolder(), 2)).isEqualTo("STORING");
        assertThat(undo("2")).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err()).contains("cannot take restore-row 2 back: it was stopped before it stored anything");
        // The last one is the one before.
        assertThat(undo()).as(site::err).isZero();
        assertThat(site.out()).contains("restore-row 1 is taken back");
        site.sql("DROP TRIGGER no ON rsc");
        applied();
        assertThat(RowNoteStates.phase(site.stateFolder(), 3)).isEqualTo("STORED");
        // Before the server forgets how it ended.
        assertThat(StateEntry.RESTORED_ROWS.in(site.stateFolder()).resolve("00000002.json"))
                .doesNotExist();
        RowNoteStates.unsettled(site.stateFolder(), 3, true, 0);
        site.sql("DELETE FROM rsc WHERE id = 2");
        assertThat(site.run("restore-row", "rsc", "2", "--apply", "--yes"))
                .as(site::err)
                .isZero();
        assertThat(RowNoteStates.phase(site.stateFolder(), 3)).isEqualTo("STORED");
    }

    @Test
    void anUndoThatWasKilledAfterItsCommitGoesOnWithTheFiles() {
        applied();
        site.sql("DELETE FROM rsc WHERE id = 1");
        RowNoteStates.unsettled(site.stateFolder(), 1, false, transaction());
        assertThat(picture()).exists();
        undone();
        assertThat(site.err()).contains("its rows are taken back already, by a command that was stopped");
        assertThat(RowNoteStates.phase(site.stateFolder(), 1)).isEqualTo("UNDONE");
    }

    @Test
    void anUndoThatWasNotCommittedStartsOver() {
        applied();
        site.sql("CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;"
                + " CREATE CONSTRAINT TRIGGER no AFTER DELETE ON rsc DEFERRABLE INITIALLY DEFERRED"
                + " FOR EACH ROW EXECUTE FUNCTION no(); ALTER TABLE rsc ENABLE ALWAYS TRIGGER no");
        assertThat(undo()).isEqualTo(ErrorCode.DATABASE_FAILED.exitCode());
        assertThat(RowNoteStates.phase(site.stateFolder(), 1)).isEqualTo("UNDOING");
        assertThat(rows()).contains("(1,a)");
        assertThat(picture()).hasContent("picture");
        site.sql("DROP TRIGGER no ON rsc");
        undone();
    }

    @Test
    void aTransactionThatHasNotEndedIsWaitedFor() throws Exception {
        applied();
        CompletableFuture<String> open = CompletableFuture.supplyAsync(
                () -> site.sql("BEGIN; CREATE TABLE mine AS SELECT txid_current() AS id; COMMENT ON TABLE mine IS 'x';"
                        + " SELECT pg_sleep(8); COMMIT"));
        String running = "SELECT max(backend_xid::text::bigint) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
        org.awaitility.Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> !site.sql(running).isEmpty());
        RowNoteStates.unsettled(site.stateFolder(), 1, false, Long.parseLong(site.sql(running)));
        assertThat(undo()).isEqualTo(ErrorCode.DATABASE_BUSY.exitCode());
        assertThat(site.err()).contains("cannot take restore-row 1 back: its transaction has not ended yet");
        open.get(90, TimeUnit.SECONDS);
    }

    /** So an undo that was committed and that the server forgot ends as well. */
    @Test
    void rowsThatAreAsBeforeAlreadyAreNoReasonToRefuse() {
        applied();
        site.sql("UPDATE rsc SET title = 'new' WHERE id = 1");
        assertThat(undo()).isEqualTo(ErrorCode.USAGE.exitCode());
        site.sql("DELETE FROM rsc WHERE id = 1");
        undone();
    }

    @Test
    void withoutANoteNothingIsStoredAndNothingTakenBack() throws IOException {
        Path notes = StateEntry.RESTORED_ROWS.in(site.stateFolder());
        Files.createDirectories(site.stateFolder());
        Files.writeString(notes, "in the way");
        assertThat(apply()).isNotZero();
        assertThat(site.err()).contains("restored-rows");
        assertThat(rows()).isEqualTo("(2,b)|(2,b.jpg)");
        Files.delete(notes);
        Files.deleteIfExists(picture());

        applied();
        String now = rows();
        Path note = notes.resolve("00000001.json");
        byte[] whole = Files.readAllBytes(note);
        Files.writeString(note, "{\"format\":1}");
        assertThat(undo()).isEqualTo(ErrorCode.STATE_DAMAGED.exitCode());
        assertThat(site.err()).contains("00000001.json", "these cannot be taken back by `restore-row --undo`");
        assertThat(rows()).isEqualTo(now);
        // It hinders no other one.
        assertThat(site.run("restore-row", "rsc", "2", "--apply", "--yes"))
                .as(site::err)
                .isZero();
        Files.write(note, whole);
        undone();
    }

    @Test
    void whatIsShownIsWhatIsDone() throws IOException {
        // Of an apply: the audit file says that nothing was stored.
        site.whenAsked(() -> site.sql("INSERT INTO rsc VALUES (1, 'by hand') ON CONFLICT DO NOTHING"));
        assertThat(site.run("restore-row", "rsc", "1", "--with-dependents", "--replace", "--apply"))
                .isEqualTo(ErrorCode.CANCELLED.exitCode());
        List<String> lines = Files.readAllLines(StateEntry.AUDIT.in(site.stateFolder()));
        assertThat(lines).hasSize(2);
        assertThat(lines.get(1)).contains("\"outcome\":\"nothing: the database changed in between\"");
        deletePicture();

        applied();
        site.whenAsked(() -> site.sql("DELETE FROM medium WHERE id = 1"));
        assertThat(site.run("restore-row", "--undo")).isEqualTo(ErrorCode.CANCELLED.exitCode());
        assertThat(site.err()).contains("changed before the question was answered");
        assertThat(rows()).contains("(1,a)");
        site.whenAsked(() -> RowNoteStates.unsettled(site.stateFolder(), 1, true, 99));
        assertThat(site.run("restore-row", "--undo")).isEqualTo(ErrorCode.CANCELLED.exitCode());
        RowNoteStates.unsettled(site.stateFolder(), 1, true, 1);
        site.whenAsked(() -> {});
        assertThat(site.run("restore-row", "--undo")).as(site::err).isZero();
        isAsBefore();
    }

    @Test
    void triggersThatKeepARowEndIt() {
        applied();
        site.sql("CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;"
                + " CREATE TRIGGER keep BEFORE DELETE ON rsc FOR EACH ROW EXECUTE FUNCTION keep();");
        String now = rows();
        site.sql("ALTER TABLE rsc ENABLE ALWAYS TRIGGER keep");
        assertThat(undo()).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err())
                .contains(
                        "triggers of public.rsc run for these rows (keep): they are enabled ALWAYS",
                        "a trigger or rule of its table keeps it as it is");
        assertThat(rows()).isEqualTo(now);
        // Otherwise they do not run.
        site.sql("ALTER TABLE rsc ENABLE TRIGGER keep");
        undone();
    }

    @Test
    void noSecondRowGoesWithTheKeyOfOne() {
        applied();
        site.sql("ALTER TABLE rsc DROP CONSTRAINT rsc_pkey CASCADE; CREATE FUNCTION twin() RETURNS trigger"
                + " LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.rsc VALUES (1, 'twin'); RETURN NULL; END $$;"
                + " CREATE TRIGGER twin AFTER DELETE ON medium FOR EACH ROW EXECUTE FUNCTION twin();"
                + " ALTER TABLE medium ENABLE ALWAYS TRIGGER twin");
        String now = rows();
        assertThat(undo()).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err()).contains("cannot take public.rsc (id=1) back: several rows have its key by now");
        assertThat(rows()).isEqualTo(now);
    }

    @Test
    void aUserWhoMayNotPreventTriggersSeesTheirNames() {
        site.as("undoer" + System.nanoTime());
        applied();
        site.sql("CREATE TABLE log (id int); GRANT ALL ON log TO PUBLIC; CREATE FUNCTION note() RETURNS trigger"
                + " LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (OLD.id); RETURN OLD; END $$;"
                + " CREATE TRIGGER note AFTER DELETE ON rsc FOR EACH ROW EXECUTE FUNCTION note();");
        undone();
        assertThat(site.err()).contains("triggers of public.rsc run for these rows (note): database.user may not set");
        assertThat(site.sql("SELECT id FROM log")).isEqualTo("1");
    }

    @Test
    void itGivesWayToASessionThatHoldsARow() throws Exception {
        applied();
        site.lockTimeout("2s");
        String now = rows();
        CompletableFuture<String> holder = CompletableFuture.supplyAsync(
                () -> site.sql("BEGIN; UPDATE rsc SET title = title WHERE id = 1; SELECT pg_sleep(6); ROLLBACK"));
        org.awaitility.Awaitility.await()
                .atMost(Duration.ofSeconds(90))
                .until(() -> site.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
                        .equals("1"));
        assertThat(undo()).isEqualTo(ErrorCode.DATABASE_BUSY.exitCode());
        holder.get(90, TimeUnit.SECONDS);
        assertThat(rows()).isEqualTo(now);
        undone();
    }
}
