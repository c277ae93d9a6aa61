package io.understudy.parts;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.files.FolderDeletion;
import io.understudy.testing.TreePrint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code restore --to live} of parts, and {@code --undo}, by its command line. */
class LivePartsTest extends PartsSite {
    private void assertRestored(String... more) {
        assertThat(restore(more)).as(site.err()).isZero();
    }

    private void assertUndone() {
        assertThat(site.run("restore", "--undo", "--yes")).as(site.err()).isZero();
        assertThat(TreePrint.of(files)).isEqualTo(before);
        assertThat(TreePrint.of(config)).isEqualTo(configBefore);
    }

    private void assertRefused(int exit, ErrorCode code, String message) {
        assertThat(exit).as(site.err()).isEqualTo(code.exitCode());
        assertThat(site.err()).contains("error: ", message, "hint: ");
        assertThat(TreePrint.of(files)).isEqualTo(before);
        assertThat(TreePrint.of(config)).isEqualTo(configBefore);
    }

    @Test
    void putsATreeBackAndLeavesTheOthersAndWhatIsNewAlone() throws IOException {
        assertRestored("--tree", "files", "--yes");

        assertThat(files.resolve("2026/one.jpg")).hasContent("one");
        assertThat(files.resolve("2026/deep/three.jpg")).hasContent("three");
        assertThat(Files.readSymbolicLink(files.resolve("2026/link"))).isEqualTo(Path.of("one.jpg"));
        assertThat(files.resolve("old/four.jpg")).hasContent("four");
        assertThat(files.resolve("2026/new.jpg")).hasContent("new");
        assertThat(files.resolve("since/five.jpg")).hasContent("five");
        assertThat(TreePrint.of(config)).isEqualTo(configBefore);
        assertThat(site.out()).contains("restored to what is live: 4 files, folders and links of files");
        assertUndone();
    }

    @Test
    void removesWhatTheSnapshotLacksWhereThatIsAsked() throws IOException {
        assertRestored("--tree", "files", "--delete", "--yes");

        assertThat(files.resolve("2026/new.jpg")).doesNotExist();
        assertThat(files.resolve("since")).doesNotExist();
        assertThat(site.out()).contains("; 2 removed;");
        assertUndone();
    }

    @Test
    void aPathIsRestoredWithAllThatLiesInItAndNothingElse() throws IOException {
        FileTime time = FileTime.fromMillis(1_000_000);
        Files.setLastModifiedTime(files, time);
        Files.setPosixFilePermissions(files, PosixFilePermissions.fromString("rwxr-x---"));
        before = TreePrint.of(files);

        assertRestored("--path", "files/2026/deep", "--path", "one.jpg", "--yes");

        assertThat(files.resolve("2026/deep/three.jpg")).hasContent("three");
        assertThat(files.resolve("2026/one.jpg")).hasContent("one");
        assertThat(files.resolve("2026/link")).doesNotExist();
        assertThat(files.resolve("old/four.jpg")).hasContent("other");
        // What is not chosen keeps its attributes, also the folders on the way.
        assertThat(Files.getLastModifiedTime(files)).isEqualTo(time);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files)))
                .isEqualTo("rwxr-x---");
        assertUndone();
    }

    @Test
    void removesOnlyWhatAPathChooses() throws IOException {
        write(files.resolve("since/six.txt"), "six");
        before = TreePrint.of(files);

        assertRestored("--path", "*.jpg", "--delete", "--yes");

        assertThat(files.resolve("2026/new.jpg")).doesNotExist();
        assertThat(files.resolve("since/five.jpg")).doesNotExist();
        assertThat(files.resolve("since/six.txt")).hasContent("six");
        assertThat(files.resolve("2026/two.txt")).hasContent("two");
        assertUndone();
    }

    @Test
    void aFolderThatTakesThePlaceOfAFileComesAndGoes() throws IOException {
        for (Path each : List.of(files.resolve("old/four.jpg"), files.resolve("old"))) {
            Files.delete(each);
        }
        Files.writeString(files.resolve("old"), "a file");
        before = TreePrint.of(files);

        assertRestored("--path", "files/old/four.jpg", "--yes");

        assertThat(files.resolve("old/four.jpg")).hasContent("four");
        assertUndone();
    }

    @Test
    void aKindOfTreesIsRestored() {
        assertRestored("--only", "config,secrets", "--yes");

        assertThat(config.resolve("site.conf")).hasContent("mode = primary");
        assertThat(TreePrint.of(files)).isEqualTo(before);
        assertThat(site.err()).contains("restart the site");
        assertUndone();
    }

    @Test
    void asksBeforeAnythingIsChanged() {
        assertRefused(restore("--tree", "files"), ErrorCode.CONFIRMATION_NEEDED, "of 00000001-00000001");
        assertThat(files.resolve(".understudy")).doesNotExist();
    }

    @Test
    void refusesWhatIsNotInTheSnapshot() {
        assertRefused(restore("--tree", "file", "--yes"), ErrorCode.USAGE, "cannot find tree \"file\"");
        assertThat(site.err()).contains("did you mean files?");
        assertRefused(restore("--path", "*.png", "--yes"), ErrorCode.USAGE, "no path of 00000001-00000001");
        assertRefused(restore("--path", "file/**", "--yes"), ErrorCode.USAGE, "did you mean files/**?");
        assertRefused(restore("--only", "database", "--yes"), ErrorCode.USAGE, "cannot restore a database");
    }

    @Test
    void whatTheConfigurationExcludesStays() throws IOException {
        Path settings = folder.resolve("site/c.yaml");
        Files.writeString(
                settings,
                Files.readString(settings).replace("/files}", "/files, exclude: [\"2026/one.jpg\", \"since/**\"]}"));

        assertRestored("--tree", "files", "--delete", "--yes");

        assertThat(files.resolve("2026/one.jpg")).hasContent("changed");
        assertThat(files.resolve("since/five.jpg")).hasContent("five");
        assertUndone();
    }

    @Test
    void aTreeThatIsNeverAppliedIsRefused() throws IOException {
        Path settings = folder.resolve("site/c.yaml");
        Files.writeString(settings, Files.readString(settings).replace("/secrets}", "/secrets, apply: never}"));

        assertRefused(restore("--tree", "secrets", "--yes"), ErrorCode.USAGE, "apply: never");
        assertThat(restore("--only", "files,secrets", "--yes")).as(site.err()).isZero();
    }

    @Test
    void onlyTheLastRestoreCanBeUndone() throws IOException {
        assertRefused(site.run("restore", "--undo", "--yes"), ErrorCode.USAGE, "there is none");
        assertRestored("--path", "one.jpg", "--yes");
        before = TreePrint.of(files);
        assertRestored("--tree", "config", "--yes");
        assertThat(files.resolve(".understudy/undo")).isEmptyDirectory();

        assertUndone();
        assertRefused(site.run("restore", "--undo", "--yes"), ErrorCode.USAGE, "there is none");
    }

    @Test
    void aRestoreThatChangesNothingLeavesTheOneBeforeToBeUndone() {
        assertRestored("--tree", "files", "--yes");
        assertRestored("--tree", "files", "--yes");
        assertThat(site.out()).contains("nothing to restore");

        assertUndone();
    }

    @Test
    void whatTheSiteWroteSinceIsNotLostByUndo() throws IOException {
        assertRestored("--tree", "files", "--delete", "--yes");
        write(files.resolve("2026/one.jpg"), "newer than the restore");
        write(files.resolve("since/five.jpg"), "uploaded again");
        List<String> now = TreePrint.of(files);

        assertThat(site.run("restore", "--undo", "--yes")).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err()).contains("2 of its paths were changed since, such as files/2026/one.jpg");
        assertThat(TreePrint.of(files)).isEqualTo(now);

        Files.move(files.resolve("2026/one.jpg"), folder.resolve("one"));
        Files.move(files.resolve("since"), folder.resolve("since"));
        assertUndone();
    }

    @Test
    void whatWasReplacedAndIsGoneCannotComeBack() throws IOException {
        assertRestored("--tree", "files", "--yes");
        List<String> now = TreePrint.of(files);
        FolderDeletion.delete(files.resolve(".understudy/undo"));

        assertThat(site.run("restore", "--undo", "--yes")).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err()).contains("what it replaced is not kept any more");
        assertThat(TreePrint.of(files)).isEqualTo(now);
    }

    @Test
    void retentionSparesWhatIsRead() {
        assertRestored("--tree", "files", "--yes");
        assertThat(site.openedUnheld()).isEmpty();
    }
}
