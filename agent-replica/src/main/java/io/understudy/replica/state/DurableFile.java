package io.understudy.replica.state;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** A state file on disk, for its owner alone. */
record DurableFile(Path file) implements StateFile {
    @Override
    public Optional<byte[]> read() {
        try {
            return Optional.of(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UnderstudyException(
                    ErrorCode.FILE_DENIED,
                    "cannot read " + file + ": " + FileFailure.reason(e),
                    "let the agent's user read and write the state folder",
                    e);
        }
    }

    @Override
    public void write(byte[] content) {
        AtomicFiles.createFolders(file.toAbsolutePath().getParent(), AtomicFiles.PRIVATE_FOLDER);
        AtomicFiles.write(file, content, AtomicFiles.PRIVATE);
    }
}
