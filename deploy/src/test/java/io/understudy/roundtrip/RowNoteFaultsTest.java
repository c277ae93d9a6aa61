package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.history.RowNoteStates;
import io.understudy.state.StateEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Notes of {@code restore-row --apply} that cannot be written, are damaged, or whose transaction is forgotten. */
@Tag("slow")
@Timeout(180)
class RowNoteFaultsTest {
    /** The server knows of no transaction before the first one of its own; so it is with those that it forgot. */
    private static final long FORGOTTEN = 3;

    @TempDir
    private Path state;

    private RowSite site;

    @BeforeEach
    void aRowIsDeleted() {
        site = new RowSite(
                state, "CREATE TABLE rsc (id int PRIMARY KEY, title text); INSERT INTO rsc VALUES (1, 'a'), (2, 'b');");
        site.take();
        site.sql("DELETE FROM rsc");
    }

    private Path note(int number) {
        return StateEntry.RESTORED_ROWS.in(site.stateFolder()).resolve("%08d.json".formatted(number));
    }

    private void apply(int id) {
        assertThat(site.run("restore-row", "rsc", "" + id, "--apply", "--yes"))
                .as(site::err)
                .isZero();
    }

    private void damage(int number) throws IOException {
        Files.writeString(note(number), Files.readString(note(number)).replace("\"title\"", "\"titel\""));
    }

    private long aborted() {
        return Long.parseLong(site.sql("BEGIN; SELECT txid_current(); ROLLBACK").trim());
    }

    private String rows() {
        return site.sql("SELECT id FROM rsc ORDER BY id");
    }

    /** The rows are written in the transaction already when the note cannot be. */
    @Tag("always")
    @Test
    void nothingIsStoredWhereTheNoteCannotBeWritten() throws Exception {
        site.sql("CREATE TABLE gate (id int); CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                + " LOOP EXIT WHEN EXISTS (SELECT FROM public.gate); PERFORM pg_sleep(0.05); END LOOP; RETURN NEW; END $$;"
                + " CREATE TRIGGER wait AFTER INSERT ON rsc FOR EACH ROW EXECUTE FUNCTION wait();"
                + " ALTER TABLE rsc ENABLE ALWAYS TRIGGER wait");
        CompletableFuture<Integer> apply =
                CompletableFuture.supplyAsync(() -> site.run("restore-row", "rsc", "1", "--apply", "--yes"));
        Awaitility.await()
                .atMost(Duration.ofSeconds(90))
                .until(() -> site.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
                                + " AND datname = current_database()")
                        .equals("1"));
        Path folder = note(1).getParent();
        Files.delete(folder.resolve("lock"));
        Files.delete(folder);
        Files.writeString(folder, "in the way");
        site.sql("INSERT INTO gate VALUES (1)");
        assertThat(apply.get(90, TimeUnit.SECONDS)).as(site::err).isNotZero();
        assertThat(site.err()).contains("restored-rows");
        assertThat(rows()).isEmpty();

        Files.delete(folder);
        assertThat(site.run("restore-row", "--undo", "--yes")).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err()).contains("this server stored none");
        apply(1);
        assertThat(rows()).isEqualTo("1");
    }

    @Test
    void aDamagedNoteHindersNoOther() throws IOException {
        apply(1);
        apply(2);
        RowNoteStates.unsettled(site.stateFolder(), 1, true, 0);
        RowNoteStates.unsettled(site.stateFolder(), 2, true, 0);
        damage(2);
        site.sql("DELETE FROM rsc WHERE id = 2");
        apply(2);
        assertThat(site.err())
                .contains("warning: restore-row 2 is passed over: ", "00000002.json", "--undo 3 takes it back");
        assertThat(RowNoteStates.phase(site.stateFolder(), 1)).isEqualTo("STORED");
        assertThat(site.run("restore-row", "--undo", "9", "--yes")).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err())
                .contains("restore-row 2 is passed over", "by their numbers: 3 (", "; 1 (")
                .contains("this server keeps no note of it");
    }

    /** Where the server forgot how the transaction ended, the rows say what is to be done. */
    @Test
    void aForgottenTransactionCountsAsStored() {
        assertThat(site.sql("SELECT txid_status(" + FORGOTTEN + ") IS NULL")).isEqualTo("t");
        apply(1);
        RowNoteStates.unsettled(site.stateFolder(), 1, true, FORGOTTEN);
        apply(2);
        // It stays as it is: nothing is known of it.
        assertThat(RowNoteStates.phase(site.stateFolder(), 1)).isEqualTo("STORING");
        assertThat(site.run("restore-row", "--undo", "1", "--yes"))
                .as(site::err)
                .isZero();
        assertThat(rows()).isEqualTo("2");

        RowNoteStates.unsettled(site.stateFolder(), 2, false, FORGOTTEN);
        assertThat(site.run("restore-row", "--undo", "2", "--yes"))
                .as(site::err)
                .isZero();
        assertThat(site.err()).contains("is deleted: public.rsc (id=2)");
        assertThat(rows()).isEmpty();
    }

    /** What was never stored takes the place of nothing that was. */
    @Test
    void whatWasNeverStoredGoesBeforeOthersDo() {
        apply(1);
        long aborted = aborted();
        for (int i = 0; i < RowNoteStates.most(); i++) {
            RowNoteStates.storing(site.stateFolder(), aborted);
        }
        apply(2);
        assertThat(RowNoteStates.numbers(site.stateFolder())).containsExactly(RowNoteStates.most() + 2, 1);
        assertThat(site.run("restore-row", "--undo", "1", "--yes"))
                .as(site::err)
                .isZero();
    }
}
