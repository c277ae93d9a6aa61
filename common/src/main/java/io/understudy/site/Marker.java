package io.understudy.site;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * The file whose existence alone says that this server is in backup mode. Whatever stands at its path counts: an empty file, a
 * foreign one, a dangling link. Its absence makes a server production, so only a folder that was looked into and holds no such name
 * counts as absence; a folder that is missing or cannot be read is an error.
 *
 * <p>Errors are {@code FILE_DENIED}, {@code FILE_FAILED} and {@code DISK_FULL}. Thread-safe.
 */
public final class Marker {
    private static final int LONGEST = 64 * 1024;

    private final Path file;

    public Marker(Path file) {
        this.file = file.toAbsolutePath().normalize();
    }

    public Path file() {
        return file;
    }

    public boolean present() {
        try {
            Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return true;
        } catch (NoSuchFileException e) {
            requireFolder();
            return false;
        } catch (IOException e) {
            throw FileFailure.of("look for the marker", file, e);
        }
    }

    /** What a marker of Understudy's says; empty when there is none, or one that somebody else wrote. */
    public Optional<MarkerContent> read() {
        if (!present() || !Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file)) {
            return MarkerContent.parse(new String(in.readNBytes(LONGEST), StandardCharsets.UTF_8));
        } catch (NoSuchFileException removedMeanwhile) {
            return Optional.empty();
        } catch (IOException e) {
            throw FileFailure.of("read the marker", file, e);
        }
    }

    /** Writes or replaces it, readable for everybody, its folder too where that is missing. Durable when it returns. */
    public void write(MarkerContent content) {
        AtomicFiles.createFolders(file.getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
        AtomicFiles.write(file, content.text().getBytes(StandardCharsets.UTF_8), AtomicFiles.READABLE);
    }

    /** Removes it if it is there. Durable when it returns, also where an earlier removal was not. */
    public void remove() {
        AtomicFiles.delete(file);
        try {
            AtomicFiles.forceFolder(file.getParent());
        } catch (IOException e) {
            throw FileFailure.of("remove the marker", file, e);
        }
    }

    private void requireFolder() {
        if (!Files.isDirectory(file.getParent())) {
            throw new UnderstudyException(
                    ErrorCode.FILE_FAILED,
                    "cannot tell whether this server is in backup mode: the marker's folder " + file.getParent()
                            + " is not there",
                    "mount its disk or create the folder, or correct marker in the configuration");
        }
    }
}
