package io.understudy.replica.bitrot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.exchange.FileHook;
import io.understudy.exchange.WorkFolder;
import io.understudy.files.ProcessLock;
import io.understudy.parts.LiveParts;
import io.understudy.parts.LiveSite;
import io.understudy.parts.PartsResult;
import io.understudy.progress.Progress;
import io.understudy.replica.round.ImportRequest;
import io.understudy.replica.round.RoundControl;
import io.understudy.repository.SnapshotId;
import io.understudy.restore.Selection;
import io.understudy.testing.InMemoryFilestore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code restore --to live} of a part on a standby, among its imports. */
class PartsOnStandbyTest {
    private static final Selection MEDIA = new Selection(List.of(), List.of("media"), List.of());

    @TempDir
    private Path home;

    private InMemoryFilestore filestore;
    private Standby standby;
    private List<String> older;
    private List<String> newer;

    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** The newer snapshot is live; the one before can be returned to. */
    @BeforeEach
    void build() throws IOException {
        filestore = BitRotSite.beforeTheNewer();
        standby = new Standby(home, filestore);
        standby.sync();
        older = files();
        BitRotSite.commitNewer(filestore);
        standby.sync();
        newer = files();
        assertThat(newer).isNotEqualTo(older);
    }

    private List<String> files() {
        return standby.site().files();
    }

    private List<Path> undone() {
        return WorkFolder.list(home.resolve("media/.understudy/undo"));
    }

    private PartsResult restore(SnapshotId snapshot, boolean removes) {
        LiveSite site = standby.liveSite();
        ProcessLock lock = site.lock().get();
        try {
            return site.parts()
                    .restore(standby.open(snapshot), MEDIA, removes, site.over().get(), warning -> {}, Progress.none());
        } finally {
            lock.close();
        }
    }

    @Test
    void aTreeIsRestoredAndTheRestIsStillOfTheImport() {
        Standby.Site before = standby.site();

        restore(BitRotSite.OLDER, true);

        assertThat(files()).isEqualTo(older);
        assertThat(standby.site().content()).isEqualTo(before.content());
        assertThat(standby.liveSite().over().get()).contains(BitRotSite.NEWER);
        standby.liveSite().parts().undo(Optional.of(BitRotSite.NEWER));
        assertThat(files()).isEqualTo(newer);
    }

    @Test
    void aRollbackTakesItBackWithTheImportThatItLiesOn() {
        restore(BitRotSite.OLDER, false);

        standby.replica().rollback();

        assertThat(files()).isEqualTo(older);
        assertThat(standby.site().content()).contains(BitRotSite.OLDER);
    }

    @Test
    void theNextImportReplacesItAndThenItCannotBeUndone() {
        restore(BitRotSite.OLDER, true);

        assertThat(undone()).anyMatch(LiveParts::owns);

        standby.replica().sync(new ImportRequest.Named(BitRotSite.OLDER), new RoundControl());
        assertThat(files()).isEqualTo(older);
        assertThat(undone()).noneMatch(LiveParts::owns);
        LiveSite site = standby.liveSite();
        assertThatThrownBy(() -> site.parts().undo(site.over().get())).hasMessageContaining("cannot undo");

        standby.replica().sync(new ImportRequest.Named(BitRotSite.NEWER), new RoundControl());
        assertThat(files()).isEqualTo(newer);
    }

    @Test
    void whatAKilledRestoreLeftIsFinishedBeforeAnythingElse() {
        int[] left = {3};
        standby.whenFilesChange((operation, path) -> {
            if (left[0]-- == 0) {
                throw new Killed();
            }
        });
        assertThatThrownBy(() -> restore(BitRotSite.OLDER, true)).isInstanceOf(Killed.class);
        standby.whenFilesChange(FileHook.none());

        // It finishes first, finds nothing new to import, and leaves what was restored.
        standby.replica().attend(new RoundControl());

        assertThat(files()).isEqualTo(older);
        standby.liveSite().parts().undo(Optional.of(BitRotSite.NEWER));
        assertThat(files()).isEqualTo(newer);
    }

    @Test
    void aFailureToFinishKeepsNothingElseFromRunning() {
        int[] left = {3};
        standby.whenFilesChange((operation, path) -> {
            if (left[0]-- == 0) {
                throw new Killed();
            }
        });
        assertThatThrownBy(() -> restore(BitRotSite.OLDER, true)).isInstanceOf(Killed.class);
        standby.whenFilesChange((operation, path) -> {
            throw new IOException("disk failed");
        });

        standby.replica().attend(new RoundControl());

        standby.whenFilesChange(FileHook.none());
        standby.replica().attend(new RoundControl());
        assertThat(files()).isIn(older, newer);
    }
}
