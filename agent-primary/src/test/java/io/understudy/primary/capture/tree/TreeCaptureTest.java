package io.understudy.primary.capture.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeEntry;
import io.understudy.progress.Progress;
import io.understudy.repository.TreeData;
import io.understudy.repository.tree.FileContent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class TreeCaptureTest extends CapturedTree {
    @Test
    void isCancelledByAnInterrupt() throws IOException {
        write("a", "hello");
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> capture(Optional.empty()))
                    .isInstanceOfSatisfying(
                            UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void writesOneLineForEveryEntryInOrder() throws IOException {
        write("b/x", "hello");
        write("b-a", "hi");
        write("empty", "");
        Files.createDirectory(tree.resolve("a folder"));
        Files.createSymbolicLink(tree.resolve("link"), Path.of("../outside"));

        TreeData data = capture(Optional.empty());

        assertThat(entries(data).map(e -> e.entry().type() + " " + e.entry().path()))
                .containsExactly(
                        "folder .", "folder a folder", "folder b", "file b/x", "file b-a", "file empty", "link link");
        assertThat(data.entries()).isEqualTo(6);
        assertThat(data.bytes()).isEqualTo(7);
    }

    @Test
    void leavesOutWhatIsExcludedAndItsOwnFolder() throws IOException {
        exclude = List.of("cache/**", "**/*.tmp");
        write("cache/x/y", "1");
        write("a/b.tmp", "2");
        write("b.tmp", "3");
        write(".understudy/undo/1", "4");
        write("kept", "5");

        assertThat(paths(capture(Optional.empty()))).containsExactly(".", "a", "cache", "kept");
    }

    @Test
    void refusesAFileThatItMayNotRead() throws IOException {
        write("secret", "1");
        Path denied = tree.resolve("secret");
        Assumptions.assumeFalse(
                Files.isReadable(withoutPermissions(denied)), "the user of this test may read everything");
        assertThatThrownBy(() -> capture(Optional.empty())).isInstanceOfSatisfying(UnderstudyException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.FILE_DENIED);
            assertThat(e).hasMessageContaining("secret");
        });
    }

    @Test
    void leavesOutPipes() throws Exception {
        write("kept", "5");
        new ProcessBuilder("mkfifo", tree.resolve("pipe").toString()).start().waitFor();
        assertThat(tree.resolve("pipe")).exists();
        assertThat(paths(capture(Optional.empty()))).containsExactly(".", "kept");
    }

    @Test
    void refusesATreeThatIsNotThere() throws IOException {
        Files.delete(tree);
        assertThatThrownBy(() -> capture(Optional.empty()))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_FAILED));
    }

    @Test
    void takesWhatWasReadOfAFileThatNeverStandsStill() throws IOException {
        Path log = tree.resolve("log");
        write("log", random(2 << 20, 5));
        Progress appending = (step, done, total) -> append(log);

        TreeData data = new TreeCapture(temp.resolve("state"), clock)
                .capture(settings(), blobs, Optional.empty(), blobs, appending)
                .tree();

        TreeEntry.File file = (TreeEntry.File) entry(data, "log").entry();
        FileContent.Streamed content =
                (FileContent.Streamed) entry(data, "log").content().orElseThrow();
        byte[] taken = blobs.content(content.stream());
        assertThat(file.size()).isEqualTo(taken.length);
        assertThat(Files.readAllBytes(log)).startsWith(taken);
    }

    @Test
    void leavesOutAFileThatVanishes() throws IOException {
        write("a", random(2 << 20, 5));
        write("b", random(2 << 20, 6));
        Progress deleting = (step, done, total) -> {
            try {
                Files.deleteIfExists(tree.resolve("b"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
        TreeData data = new TreeCapture(temp.resolve("state"), clock)
                .capture(settings(), blobs, Optional.empty(), blobs, deleting)
                .tree();
        assertThat(paths(data)).containsExactly(".", "a");
    }

    private static void append(Path log) {
        try {
            Files.write(log, new byte[] {1}, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path withoutPermissions(Path file) throws IOException {
        Files.setAttribute(file, "unix:mode", 0);
        return file;
    }
}
