package io.understudy.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A folder in which a program keeps its temporary files, to see that it leaves neither files nor processes behind. */
public final class Scratch implements AutoCloseable {
    private static final int DEPTH = 7;

    private final Path folder;

    public Scratch() {
        try {
            // PostgreSQL's user must be able to pass through.
            folder = Files.createTempDirectory(
                    "understudy-scratch",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Folders.create(temporary());
    }

    public Path folder() {
        return folder;
    }

    /** What the program is to take for the system's temporary folder. */
    public Path temporary() {
        return folder.resolve("tmp");
    }

    /** @param glob below {@link #temporary} */
    public boolean holds(String glob) {
        try (Stream<Path> files = Files.walk(temporary(), DEPTH)) {
            return files.anyMatch(file -> folder.getFileSystem()
                    .getPathMatcher("glob:" + temporary() + "/" + glob)
                    .matches(file));
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    public void assertNothingIsLeft() {
        assertThat(temporary()).isEmptyDirectory();
        assertThat(running()).isEmpty();
    }

    /** Every process on this machine that was given the folder. */
    private List<String> running() {
        List<String> found = new ArrayList<>();
        ProcessHandle.allProcesses()
                .flatMap(process -> process.info().commandLine().stream())
                .filter(command -> command.contains(folder.toString()))
                .forEach(found::add);
        return found;
    }

    @Override
    public void close() {
        Folders.delete(folder);
    }
}
