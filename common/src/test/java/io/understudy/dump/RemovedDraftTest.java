package io.understudy.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.dump.DumpScript.Kind;
import io.understudy.dump.DumpScript.Part;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.FolderDeletion;
import io.understudy.repository.SnapshotId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The folder that a dump is written in is removed, with its lock, while it is written: an operator gives it up. */
class RemovedDraftTest {
    private static final Asked ASKED = new Asked(
            "blog", new SnapshotId(1, 7), "latest", Optional.empty(), DumpRequest.ALL, false, Optional.empty());

    @TempDir
    private Path home;

    private void write(Path file, Consumer<Path> inTheMiddle) {
        Part part = Part.of(Kind.SCHEMA, "schema", out -> {
            out.text("all of it\n");
            inTheMiddle.accept(draft());
        });
        DumpFile.of(file).write(ASKED, new DumpScript(List.of(part), "source", ""));
    }

    private Path draft() {
        try (Stream<Path> all = Files.list(home)) {
            return all.filter(Files::isDirectory).findFirst().orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertRemoved(Throwable failure) {
        assertThat(failure).isInstanceOfSatisfying(UnderstudyException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.FILE_FAILED);
            assertThat(e.hint()).startsWith("run it again");
        });
        assertThat(failure).hasMessageEndingWith("that it was written in was removed");
    }

    @Test
    void aDumpWithoutItsFolderFailsAndLeavesNothing() {
        Path file = home.resolve("site.sql");
        assertThatThrownBy(() -> write(file, FolderDeletion::delete)).satisfies(RemovedDraftTest::assertRemoved);
        assertThat(home).isEmptyDirectory();
        write(file, draft -> {});
        assertThat(file).hasContent("all of it\n");
    }

    /** What lies under its name now is not whole, and is left to the command that writes it. */
    @Test
    void theFolderOfAnotherDumpIsNeitherNamedNorRemoved() {
        Path file = home.resolve("site.sql");
        assertThatThrownBy(() -> write(file, draft -> {
                    FolderDeletion.delete(draft);
                    try {
                        Files.createDirectory(
                                draft,
                                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                        Files.createFile(draft.resolve("lock"));
                        Files.writeString(draft.resolve("content"), "half of");
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }))
                .satisfies(RemovedDraftTest::assertRemoved);
        assertThat(file).doesNotExist();
        assertThat(draft().resolve("content")).hasContent("half of");
    }
}
