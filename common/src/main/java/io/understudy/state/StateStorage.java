package io.understudy.state;

import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;

/** The bytes of one state file; {@code toString} names it. Failures are those of {@link AtomicFiles}. */
public interface StateStorage {
    /** @return empty when there is none */
    Optional<byte[]> read();

    /** Needs no right to read it. */
    default boolean exists() {
        return read().isPresent();
    }

    /** Replaces it as a whole; durable on return. A crash leaves the old content or the new. */
    void write(byte[] content);

    /** Durable on return; does nothing where there is none. */
    void delete();

    /** A file, made together with its folder. */
    record OnDisk(Path file, Set<PosixFilePermission> permissions) implements StateStorage {
        @Override
        public Optional<byte[]> read() {
            try {
                return Optional.of(Files.readAllBytes(file));
            } catch (NoSuchFileException e) {
                return Optional.empty();
            } catch (IOException e) {
                UnderstudyException failure = FileFailure.of("read", file, e);
                throw new UnderstudyException(
                        failure.code(),
                        failure.getMessage(),
                        "let the agent's user read and write the state folder",
                        e);
            }
        }

        @Override
        public boolean exists() {
            return Files.exists(file);
        }

        @Override
        public void write(byte[] content) {
            AtomicFiles.createFolders(file.toAbsolutePath().getParent(), AtomicFiles.PRIVATE_FOLDER);
            AtomicFiles.write(file, content, permissions);
        }

        @Override
        public void delete() {
            AtomicFiles.delete(file);
        }

        @Override
        public String toString() {
            return file.toString();
        }
    }
}
