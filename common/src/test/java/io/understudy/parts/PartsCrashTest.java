package io.understudy.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.browse.SnapshotReader;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.exchange.FileHook;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeKind;
import io.understudy.progress.Progress;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.restore.Selection;
import io.understudy.testing.TreePrint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A restore of parts that is killed, or fails, at every single operation on live files and on its record. */
class PartsCrashTest extends PartsSite {
    private static final Selection ALL = new Selection(List.of(TreeKind.FILES, TreeKind.CONFIG), List.of(), List.of());

    private List<String> after;
    private List<String> configAfter;

    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** Ends the process, or fails, before the n-th operation; counts on otherwise. */
    private static FileHook at(int number, boolean kills) {
        int[] left = {number};
        return (operation, path) -> {
            if (left[0]-- == 0) {
                if (kills) {
                    throw new Killed();
                }
                throw new IOException("disk failed");
            }
        };
    }

    private LiveParts parts(FileHook hook) {
        return parts(
                folder.resolve("state"),
                List.of(
                        new TreeSettings("files", TreeKind.FILES, files, List.of()),
                        new TreeSettings("config", TreeKind.CONFIG, config, List.of())),
                hook);
    }

    private void restore(LiveParts parts) {
        List<String> warnings = new ArrayList<>();
        parts.restore(site.open(new SnapshotId(1, 1)), ALL, true, Optional.empty(), warnings::add, Progress.none());
        assertThat(warnings).isEmpty();
    }

    private void learnHowItEnds() {
        restore(parts(FileHook.none()));
        after = TreePrint.of(files);
        configAfter = TreePrint.of(config);
        parts(FileHook.none()).undo(Optional.empty());
        assertIsOld("after the first undo");
    }

    private void assertIsOld(String when) {
        assertThat(TreePrint.of(files)).as(when).isEqualTo(before);
        assertThat(TreePrint.of(config)).as(when).isEqualTo(configBefore);
    }

    private void assertIsNew(String when) {
        assertThat(TreePrint.of(files)).as(when).isEqualTo(after);
        assertThat(TreePrint.of(config)).as(when).isEqualTo(configAfter);
    }

    private static boolean isKilled(Runnable work) {
        try {
            work.run();
            return false;
        } catch (Killed e) {
            return true;
        }
    }

    private boolean recordIsThere() {
        return Files.exists(folder.resolve("state/restored-parts.json"));
    }

    @Test
    void aKilledRestoreIsOldOrBecomesNew() {
        learnHowItEnds();
        int operations = 0;
        for (boolean killed = true; killed; operations++) {
            LiveParts dying = parts(at(operations, true));
            killed = isKilled(() -> restore(dying));
            String when = "killed before operation " + operations;
            if (!recordIsThere()) {
                assertIsOld(when);
                restore(parts(FileHook.none()));
            }
            parts(FileHook.none()).finish();
            assertIsNew(when);
            parts(FileHook.none()).undo(Optional.empty());
            assertIsOld(when + ", undone");
        }
        assertThat(operations).isGreaterThan(20);
    }

    @Test
    void aKilledUndoIsNewOrBecomesOld() {
        learnHowItEnds();
        int operations = 0;
        for (boolean killed = true; killed; operations++) {
            restore(parts(FileHook.none()));
            LiveParts dying = parts(at(operations, true));
            killed = isKilled(() -> dying.undo(Optional.empty()));
            String when = "killed before operation " + operations;
            if (operations == 0) {
                assertIsNew(when);
                parts(FileHook.none()).undo(Optional.empty());
            }
            parts(FileHook.none()).finish();
            assertIsOld(when);
            assertThat(recordIsThere()).as(when).isFalse();
        }
        assertThat(operations).isGreaterThan(20);
    }

    @Test
    void aRestoreThatFailsIsTakenBack() {
        learnHowItEnds();
        int failures = 0;
        for (boolean failed = true; failed; failures++) {
            LiveParts failing = parts(at(failures, false));
            String when = "failed at operation " + failures;
            try {
                restore(failing);
                failed = false;
                assertIsNew(when);
            } catch (UnderstudyException e) {
                if (!TreePrint.of(files).equals(after) || !TreePrint.of(config).equals(configAfter)) {
                    assertIsOld(when);
                    assertThat(recordIsThere()).as(when).isFalse();
                } else {
                    // What failed came behind the last exchange.
                    parts(FileHook.none()).finish();
                    parts(FileHook.none()).undo(Optional.empty());
                    assertIsOld(when);
                }
            }
        }
        assertThat(failures).isGreaterThan(15);
    }

    @Test
    void whatCannotBeTakenBackAtOnceIsTakenBackLater() {
        learnHowItEnds();
        int[] count = {0};
        FileHook brokenForGood = (operation, path) -> {
            if (count[0]++ > 8) {
                throw new IOException("disk failed");
            }
        };
        assertThatThrownBy(() -> restore(parts(brokenForGood))).isInstanceOf(UnderstudyException.class);
        assertThat(recordIsThere()).isTrue();

        parts(FileHook.none()).finish();

        assertThat(List.of(TreePrint.of(files), TreePrint.of(config)))
                .isIn(List.of(before, configBefore), List.of(after, configAfter));
    }

    @Test
    void anImportThatCameSinceCannotBeUndoneByIt() {
        SnapshotId first = new SnapshotId(1, 1);
        parts(FileHook.none())
                .restore(site.open(first), ALL, false, Optional.of(first), warning -> {}, Progress.none());

        assertThatThrownBy(() -> parts(FileHook.none()).undo(Optional.of(new SnapshotId(1, 2))))
                .hasMessageContaining("an import or a promotion came since");

        parts(FileHook.none()).removeFrom(Optional.of(new SnapshotId(1, 2)));
        assertThat(recordIsThere()).isTrue();
        parts(FileHook.none()).removeFrom(Optional.of(first));
        assertIsOld("removed from below");
    }

    @Test
    void whatWasStagedByAKilledRestoreIsUsedByTheNext() throws IOException {
        assertThat(isKilled(() -> restore(parts(at(0, true))))).isTrue();
        Path staged = files.resolve(".understudy/stage/restored-1");
        long there;
        try (var list = Files.list(staged)) {
            there = list.count();
        }
        assertThat(there).isPositive();
        // What is staged is compared with its hash; of the blobs only those of the indexes are read.
        SnapshotReader.Opened whole = site.open(new SnapshotId(1, 1));
        List<BlobRef> read = new ArrayList<>();
        SnapshotReader.Opened counted = new SnapshotReader.Opened(whole.manifest(), blob -> {
            read.add(blob);
            return whole.blobs().open(blob);
        });

        parts(FileHook.none()).restore(counted, ALL, true, Optional.empty(), warning -> {}, Progress.none());

        assertThat(files.resolve("2026/one.jpg")).hasContent("one");
        assertThat(read).hasSize(2);
    }
}
