package io.understudy.replica.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.cli.Terminal;
import io.understudy.config.SettingsFile;
import io.understudy.failure.ErrorCode;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.Filestores;
import io.understudy.progress.Progress;
import io.understudy.replica.fetch.Mirror;
import io.understudy.replica.fetch.MirrorFolder;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.Erasures;
import io.understudy.repository.SampleSite;
import io.understudy.repository.SnapshotId;
import io.understudy.state.StateEntry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code restore ID} of an old snapshot to what is live, from the mirror: the filestore and the database are away. */
class RestoreAwayTest {
    private static final String ID = "00000001-00000001";

    @TempDir
    private Path folder;

    private final StringWriter err = new StringWriter();

    /** A standby that has rules with {@code deleted}, and no revisions of its own that it can read. */
    private void standby(boolean remembers) throws IOException {
        Path config = folder.resolve("c.yaml");
        Path far = Files.createDirectories(folder.resolve("store"));
        Files.writeString(config, """
                site: example
                state: %1$s/state
                marker: %1$s/BACKUP
                database: {url: "jdbc:postgresql://127.0.0.1:1/site", user: site}
                trees:
                  - {name: media, kind: files, path: %1$s/media}
                filestore: {url: "file://%1$s/store"}
                signing: {trusted_keys: [%1$s/site.pub.pem]}
                replica: {name: standby}
                history: {tables: [{table: users, keep: 90 days, deleted: 30 days}]}
                """.formatted(folder));
        Files.createFile(folder.resolve("BACKUP"));
        try (Filestore store = Filestores.open(SettingsFile.load(config).filestore())) {
            SampleSite site = new SampleSite(store, Clock.systemUTC());
            site.key().writePublic(folder.resolve("site.pem"));
            site.commit(new SnapshotId(1, 1), 1);
            Filestore near = MirrorFolder.of(StateEntry.MIRROR.in(folder.resolve("state")))
                    .made();
            Mirror mirror = new Mirror(near, site.repository(), 1, () -> Long.MAX_VALUE / 2, Clock.systemUTC());
            mirror.fetch(new SnapshotId(1, 1), Progress.none());
            if (remembers) {
                Erasures copy = Erasures.of(mirror.copy());
                copy.remember(
                        new Erasures.Remembered(ErasedKeys.none(copy.hash()), Instant.parse("2026-11-22T10:00:00Z")));
            }
        }
        Files.move(far, folder.resolve("away"));
    }

    private int restore() {
        Terminal terminal = new Terminal(
                new BufferedReader(new StringReader("")),
                new PrintWriter(new StringWriter(), true),
                new PrintWriter(err, true),
                false,
                false);
        return new ReplicaCli(terminal).execute("-c", folder.resolve("c.yaml").toString(), "restore", ID);
    }

    @Test
    void saysOfWhenItKnowsWhichRowsWereErasedBeforeItAsks() throws IOException {
        standby(true);
        assertThat(restore()).as(err.toString()).isEqualTo(ErrorCode.CONFIRMATION_NEEDED.exitCode());
        assertThat(err.toString())
                .containsSubsequence(
                        "warning: rows that were erased up to 2026-11-22T10:00:00Z are left out",
                        "warning: this server's own list of rows that were erased cannot be read",
                        "Replace what this standby serves by " + ID + "?");
    }

    @Test
    void refusesBeforeItAsksWhereItDoesNotKnow() throws IOException {
        standby(false);
        assertThat(restore()).as(err.toString()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE.exitCode());
        assertThat(err.toString())
                .contains("cannot find out which rows were erased", "--to database:NAME --include-erased")
                .doesNotContain("Replace what this standby serves");
    }
}
