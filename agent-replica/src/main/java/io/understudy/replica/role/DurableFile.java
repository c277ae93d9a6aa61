package io.understudy.replica.role;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/** A state file on disk, for its owner alone. */
record DurableFile(Path file) implements StateFile {
    private static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("rw-------");

    @Override
    public Optional<byte[]> read() {
        try {
            return Optional.of(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UnderstudyException(
                    ErrorCode.FILE_DENIED,
                    "cannot read " + file + ": " + e.getMessage(),
                    "let the agent's user read and write the state folder",
                    e);
        }
    }

    @Override
    public void write(byte[] content) {
        Path folder = file.toAbsolutePath().getParent();
        Path draft = folder.resolve("." + file.getFileName() + ".new");
        try {
            Files.createDirectories(folder);
            Files.deleteIfExists(draft);
            Files.createFile(draft, PosixFilePermissions.asFileAttribute(MODE));
            try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                ByteBuffer rest = ByteBuffer.wrap(content);
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
                channel.force(true);
            }
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        } catch (IOException e) {
            throw new UnderstudyException(
                    ErrorCode.FILE_FAILED,
                    "cannot write " + file + ": " + e.getMessage(),
                    "make room, and let the agent's user write the folder",
                    e);
        }
    }
}
